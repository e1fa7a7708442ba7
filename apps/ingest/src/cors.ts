import { preflightMaxAgeSeconds } from "./limits.ts";
import { compileSourcePatterns } from "./source-patterns.ts";

/** Decides which browser origins may use the service. */
export interface Cors {
  readonly isEnabled: boolean;
  /** Headers for an answer to a request from `origin`. */
  headersFor(origin: string | undefined): Readonly<Record<string, string>>;
  /** Headers for a preflight from `origin`; `undefined` when the origin may not send. */
  preflightHeadersFor(
    origin: string | undefined,
    requestedHeaders: string | undefined,
  ): Readonly<Record<string, string>> | undefined;
}

/**
 * Makes the CORS answers. Origins are listed literally or with `*` (`https://*.shop.example`); `*` alone is everybody.
 * Credentials (cookies) are never allowed: the write key is in a header that the page itself sets.
 * @see https://fetch.spec.whatwg.org/#http-cors-protocol
 */
export function createCors(origins: readonly string[]): Cors {
  const isAllowed = compileSourcePatterns(origins);
  const isEverybody = origins.includes("*");
  // A cache between us and the browser must not give one origin's answer to another.
  const refused: Record<string, string> = origins.length === 0 || isEverybody ? {} : { vary: "Origin" };
  const headersFor = (origin: string | undefined): Record<string, string> => {
    if (origin === undefined || !isAllowed(origin)) return refused;
    return {
      ...refused,
      "access-control-allow-origin": isEverybody ? "*" : origin,
      "access-control-expose-headers": "Retry-After",
    };
  };
  return {
    isEnabled: origins.length > 0,
    headersFor,
    preflightHeadersFor: (origin, requestedHeaders) => {
      if (origin === undefined || !isAllowed(origin)) return undefined;
      return {
        ...headersFor(origin),
        "access-control-allow-methods": "POST",
        "access-control-allow-headers": allowHeaders(requestedHeaders),
        "access-control-max-age": String(preflightMaxAgeSeconds),
      };
    },
  };
}

/** `*` would not cover Authorization, and binary mode has no fixed list of headers: what is asked for is looked at. */
const allowedHeader = /^(?:authorization|content-type|content-encoding|traceparent|ce-[a-z\d]+)$/;

function allowHeaders(requested: string | undefined): string {
  const names = (requested ?? "").split(",").map((name) => name.trim().toLowerCase());
  return names.filter((name) => allowedHeader.test(name)).join(", ");
}
