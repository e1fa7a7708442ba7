import type { AdaptedEvent, UnreadableMessage } from "./adapter.ts";
import { hashOf } from "./attributes.ts";
import { MAX_EXCERPT_CHARACTERS } from "./limits.ts";
import type { AdapterName } from "./settings.ts";

/** A message that is no event: for the adapter, or for the service. */
export interface RefusedMessage extends Omit<UnreadableMessage, "code"> {
  readonly code: string;
}

/**
 * The event that is stored in the place of a message which cannot be one, so that a batch whose other messages are good
 * can be answered as good and nothing vanishes. Its id is the hash of the message: a retry is the same event.
 *
 * @example
 * ```ts
 * createRefusedEvent("segment", "https://shop.example/web", { code: "event-too-large", detail: "…", text: "{…}" }).type
 * // "segment.refused"
 * ```
 */
export function createRefusedEvent(adapter: AdapterName, source: string, message: RefusedMessage): AdaptedEvent {
  const { code, detail, text } = message;
  const isCut = text.length > MAX_EXCERPT_CHARACTERS;
  // Half a surrogate pair at the cut would be no text.
  const excerpt = isCut ? text.slice(0, MAX_EXCERPT_CHARACTERS).replace(/[\ud800-\udbff]$/, "") : text;
  return {
    specversion: "1.0",
    id: hashOf(text),
    source,
    type: `${adapter}.refused`,
    data: { code, detail, message: excerpt, isCut },
  };
}
