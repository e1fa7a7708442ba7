import { isIP } from "node:net";
import { cutText, isTraceparent, readHeaderText } from "./attribute-values.ts";
import {
  MAX_CLIENT_HINTS_CHARACTERS,
  MAX_ORIGIN_CHARACTERS,
  MAX_REFERER_CHARACTERS,
  MAX_USER_AGENT_CHARACTERS,
} from "./limits.ts";
import type { Headers } from "./read-events.ts";
import type { Sender } from "./write-keys.ts";

/** Returns the members that a request adds to each of its events, as JSON text that starts with a comma. */
export interface ClientContext {
  readonly members: string;
  /** Members for events that do not carry the attribute themselves. */
  readonly defaults: readonly { readonly name: string; readonly member: string }[];
}

/** Headers in which a back end names the end user for all events of a request. */
const forwardedIpHeader = "millrace-client-ip";
const forwardedUserAgentHeader = "millrace-client-user-agent";

/**
 * Renders the extension attributes that ingest sets, once for a request. The client's own (address, user agent, …) are
 * taken from the request where the sender is the client. A back end's own would be wrong: it states those of its client
 * in headers or on the event.
 */
export function renderClientContext(
  sender: Sender,
  headers: Headers,
  clientIp: string | undefined,
  receivedAt: string,
): ClientContext {
  let members =
    `,"tenantid":${JSON.stringify(sender.tenantId)},"receivedat":"${receivedAt}"` +
    `,"senderkind":"${sender.kind}"${sender.isCanary ? ',"canary":true' : ""}`;
  if (sender.isClient) {
    members +=
      renderAttribute("clientip", clientIp, Number.POSITIVE_INFINITY) +
      renderAttribute("useragent", headers["user-agent"], MAX_USER_AGENT_CHARACTERS) +
      renderClientHints(headers) +
      renderAttribute("referer", headers["referer"], MAX_REFERER_CHARACTERS) +
      renderAttribute("origin", headers["origin"], MAX_ORIGIN_CHARACTERS);
  }
  const defaults = [
    { name: "traceparent", member: renderTraceparent(headers["traceparent"]) },
    ...(sender.forwardsClient ? renderForwarded(headers) : []),
  ];
  return { members, defaults: defaults.filter(({ member }) => member !== "") };
}

/** Headers of user-agent client hints, by their name in `clienthints`. https://wicg.github.io/ua-client-hints/ */
const hintHeaders = {
  ua: "sec-ch-ua",
  fullversions: "sec-ch-ua-full-version-list",
  mobile: "sec-ch-ua-mobile",
  platform: "sec-ch-ua-platform",
  platformversion: "sec-ch-ua-platform-version",
  model: "sec-ch-ua-model",
  formfactors: "sec-ch-ua-form-factors",
} as const;

/**
 * The hints of the request as one attribute, percent-encoded: their quotes, escaped once more in the event's JSON,
 * would have every reader after this one look for JSON in texts.
 */
function renderClientHints(headers: Headers): string {
  let query = "";
  for (const [name, header] of Object.entries(hintHeaders)) {
    const value = headers[header];
    if (typeof value !== "string" || value === "") continue;
    query += `${query === "" ? "" : "&"}${name}=${encodeURIComponent(readHeaderText(value).toWellFormed())}`;
  }
  return query === "" || query.length > MAX_CLIENT_HINTS_CHARACTERS ? "" : `,"clienthints":"${query}"`;
}

/** W3C Trace Context: a header that does not parse is ignored, as if it were not there. */
function renderTraceparent(header: Headers[string]): string {
  return typeof header === "string" && isTraceparent(header) ? `,"traceparent":"${header}"` : "";
}

function renderForwarded(headers: Headers): ClientContext["defaults"] {
  const address = headers[forwardedIpHeader];
  const clientIp = typeof address === "string" && isIP(address.trim()) !== 0 ? address.trim() : undefined;
  return [
    { name: "clientip", member: renderAttribute("clientip", clientIp, Number.POSITIVE_INFINITY) },
    {
      name: "useragent",
      member: renderAttribute("useragent", headers[forwardedUserAgentHeader], MAX_USER_AGENT_CHARACTERS),
    },
  ];
}

function renderAttribute(name: string, value: Headers[string], maxCharacters: number): string {
  if (typeof value !== "string" || value === "") return "";
  const text = cutText(readHeaderText(value), maxCharacters);
  return text === "" ? "" : `,"${name}":${JSON.stringify(text)}`;
}
