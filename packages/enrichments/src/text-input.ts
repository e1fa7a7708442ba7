import type { RawEvent } from "@millrace/event-contracts";
import { cutKey } from "./bounded-cache.ts";
import { pointerKeys, valueAt } from "./pointer.ts";

/**
 * A text of an event that enrichments read. Those that read the same one, by the same function, share what is
 * remembered of it.
 */
export type TextInput = (event: RawEvent, clientIp: string | undefined) => string | undefined;

/** The client's address, before it is truncated. */
export const clientAddress: TextInput = (_event, clientIp) => clientIp;

/** Kinds of senders, as ingest writes them, whose requests come from somebody else than the end user. */
export const intermediaries: ReadonlySet<unknown> = new Set(["backend", "webhook"]);

/** HTTP clients of servers, as they name themselves. */
const serverLibrary =
  /^(?:python-(?:requests|httpx|urllib3?)|Python\/|aiohttp|axios|node-fetch|node|undici|got|Go-http-client|Java|Apache-HttpClient|okhttp|ReactorNetty|Jetty|Guzzle|GuzzleHttp|PHP|Symfony|Ruby|Faraday|rest-client|http\.rb|curl|libcurl|Wget|reqwest|hyper|Stripe|GitHub-Hookshot|RestSharp|Deno|Bun)\b/iu;

/**
 * The `User-Agent` of the end user, and client hints where the event has some: those of its context, which a browser
 * gives to its page, before those of the request. Real user agents are below 512 characters; text after the remembered
 * part is not read. The HTTP client of a server that sends for its users tells nothing of them.
 */
export const userAgentText: TextInput = (event) => {
  const { useragent, senderkind, clienthints } = event;
  const inContext = hintsInContext(event);
  const agent = typeof useragent !== "string" || isOfServer(useragent, senderkind) ? "" : cutKey(useragent);
  const hints = inContext === undefined ? clienthints : JSON.stringify(inContext);
  if (typeof hints === "string" && hints !== "" && hints.length <= MAX_HINTS_LENGTH)
    return `${agent}${hintsMark}${hints}`;
  return agent === "" ? undefined : agent;
};

/** Of every event, so written out: the walk of a pointer takes three times as long. */
function hintsInContext({ data }: RawEvent): unknown {
  const { context } = (data ?? {}) as { readonly context?: unknown };
  return ((context ?? {}) as { readonly clientHints?: unknown }).clientHints;
}

const MAX_HINTS_LENGTH = 4_096;
/** Stands between the `User-Agent` and client hints. No header holds it. */
const hintsMark = "\n";

function isOfServer(useragent: string, senderkind: unknown): boolean {
  return intermediaries.has(senderkind) && serverLibrary.test(useragent);
}

/** The two parts of a {@link userAgentText}. `agent` is empty where only hints came. */
export function splitUserAgent(text: string): { readonly agent: string; readonly hints: string | undefined } {
  const at = text.indexOf(hintsMark);
  return at < 0 ? { agent: text, hints: undefined } : { agent: text.slice(0, at), hints: text.slice(at + 1) };
}

const textsByPointers = new Map<string, TextInput>();

/** The first text that one of several JSON Pointers leads to; the same function for the same pointers. */
export function textAt(pointers: readonly string[]): TextInput {
  const key = pointers.join("\n");
  const known = textsByPointers.get(key);
  if (known !== undefined) return known;
  const paths = pointers.map(pointerKeys);
  const input: TextInput = (event) => {
    for (const keys of paths) {
      const value = valueAt(event, keys);
      if (typeof value === "string" && value !== "") return value;
    }
    return undefined;
  };
  textsByPointers.set(key, input);
  return input;
}
