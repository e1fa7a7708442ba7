import { hash } from "node:crypto";
import type { EventDraft } from "./event-draft.ts";
import { MAX_IDEMPOTENCY_KEY_CHARACTERS } from "./limits.ts";
import { IngestError } from "./problems.ts";
import type { Headers } from "./read-events.ts";
import type { Sender } from "./write-keys.ts";

/** Makes the id of an event that has none. */
export type MakeId = (draft: EventDraft) => string;

/**
 * With an `Idempotency-Key`, ids follow from the key and the event's own text, so that a request that is sent again has
 * the ids it had, and every sink knows its events. Events of the same text in one request are told apart by their
 * order.
 * @throws IngestError `malformed-idempotency-key`
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 */
export function createMakeId(sender: Sender, headers: Headers, newId: () => string, firstIndex = 0): MakeId {
  const header = headers["idempotency-key"];
  if (header === undefined) return newId;
  if (typeof header !== "string" || !isIdempotencyKey(header)) {
    throw new IngestError(
      "malformed-idempotency-key",
      `Expected Idempotency-Key to have 1 to ${MAX_IDEMPOTENCY_KEY_CHARACTERS} printable ASCII characters.`,
      { limit: MAX_IDEMPOTENCY_KEY_CHARACTERS },
    );
  }
  const seen = new Map<string, number>();
  return (draft) => {
    const place = firstIndex === 0 ? [] : [firstIndex];
    const parts = [sender.tenantId, sender.keyName, header, draft.attributes, draft.data ?? null, ...place];
    const text = JSON.stringify(parts);
    const digest = hash("sha256", text);
    const copy = seen.get(digest) ?? 0;
    seen.set(digest, copy + 1);
    return formatUuid(copy === 0 ? digest : hash("sha256", `${digest} ${copy}`));
  };
}

function isIdempotencyKey(header: string): boolean {
  return header.length <= MAX_IDEMPOTENCY_KEY_CHARACTERS && /^[\x21-\x7e]+$/.test(header);
}

/** A UUID of version 8, whose other bits are the maker's. @see https://www.rfc-editor.org/rfc/rfc9562#section-5.8 */
function formatUuid(digest: string): string {
  const variant = ((Number.parseInt(digest[16] ?? "0", 16) & 0x3) | 0x8).toString(16);
  return [
    digest.slice(0, 8),
    digest.slice(8, 12),
    `8${digest.slice(13, 16)}`,
    `${variant}${digest.slice(17, 20)}`,
    digest.slice(20, 32),
  ].join("-");
}
