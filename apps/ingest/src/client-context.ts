import { cutText, isTraceparent, readHeaderText } from "./attribute-values.ts";
import { maxOriginCharacters, maxRefererCharacters, maxUserAgentCharacters } from "./limits.ts";
import type { Headers } from "./read-events.ts";
import type { Sender } from "./write-keys.ts";

/** What a request adds to each of its events, as JSON text that starts with a comma. */
export interface ClientContext {
  readonly members: string;
  /** `,"traceparent":…` for events that do not carry one of their own, or nothing. */
  readonly traceparent: string;
}

/**
 * Renders the extension attributes that ingest sets, once for a request. The client's own (address, user agent, …) are
 * left out for a sender that forwards events of others: its own would be wrong.
 */
export function renderClientContext(
  sender: Sender,
  headers: Headers,
  clientIp: string | undefined,
  receivedAt: string,
): ClientContext {
  let members = `,"tenantid":${JSON.stringify(sender.tenantId)},"receivedat":"${receivedAt}"`;
  if (!sender.forwardsClient) {
    members +=
      renderAttribute("clientip", clientIp, Number.POSITIVE_INFINITY) +
      renderAttribute("useragent", headers["user-agent"], maxUserAgentCharacters) +
      renderAttribute("referer", headers["referer"], maxRefererCharacters) +
      renderAttribute("origin", headers["origin"], maxOriginCharacters);
  }
  const traceparent = headers["traceparent"];
  // W3C Trace Context: a header that does not parse is ignored, as if it were not there.
  const isUsable = typeof traceparent === "string" && isTraceparent(traceparent);
  return { members, traceparent: isUsable ? `,"traceparent":"${traceparent}"` : "" };
}

function renderAttribute(name: string, value: Headers[string], maxCharacters: number): string {
  if (typeof value !== "string" || value === "") return "";
  const text = cutText(readHeaderText(value), maxCharacters);
  return text === "" ? "" : `,"${name}":${JSON.stringify(text)}`;
}
