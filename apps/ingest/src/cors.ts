import { PREFLIGHT_MAX_AGE_SECONDS } from "./limits.ts";
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
    methods: readonly string[],
  ): Readonly<Record<string, string>> | undefined;
}

/**
 * Makes the CORS answers. Origins are listed literally or with `*` (`https://*.shop.example`); `*` alone is everybody.
 * The origin is echoed and credentials are allowed, because `sendBeacon` and Snowplow's tracker always ask for them.
 * The service has no cookies, so credentials grant no right.
 * @see https://fetch.spec.whatwg.org/#http-cors-protocol
 */
export function createCors(origins: readonly string[]): Cors {
  const isAllowed = compileSourcePatterns(origins);
  // A cache between us and the browser must not give one origin's answer to another.
  const refused: Record<string, string> = origins.length === 0 ? {} : { vary: "Origin" };
  const headersFor = (origin: string | undefined): Record<string, string> => {
    if (origin === undefined || !isAllowed(origin)) return refused;
    return {
      ...refused,
      "access-control-allow-origin": origin,
      "access-control-allow-credentials": "true",
      "access-control-expose-headers": "Retry-After",
    };
  };
  return {
    isEnabled: origins.length > 0,
    headersFor,
    preflightHeadersFor: (origin, requestedHeaders, methods) => {
      if (origin === undefined || !isAllowed(origin)) return undefined;
      return {
        ...headersFor(origin),
        "access-control-allow-methods": methods.join(", "),
        "access-control-allow-headers": allowHeaders(requestedHeaders),
        "access-control-max-age": String(PREFLIGHT_MAX_AGE_SECONDS),
      };
    },
  };
}

const headerName = /^[!#$%&'*+.^_`|~\w-]+$/;
/** Headers that only a proxy may set: a page shall not be able to try. */
const proxyHeader = /^(?:x-forwarded-|forwarded$|x-real-ip$|via$)/;

/**
 * Every header that is asked for but those of proxies: SDKs and tracing libraries add headers of their own
 * (`tracestate`, `x-retry-count`, `x-b3-traceid`, `ce-…`), none carries authority here, and `*` would not cover
 * `Authorization`.
 */
function allowHeaders(requested: string | undefined): string {
  const names = (requested ?? "").split(",").map((name) => name.trim().toLowerCase());
  return names.filter((name) => headerName.test(name) && !proxyHeader.test(name)).join(", ");
}
