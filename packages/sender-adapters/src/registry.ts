import type { Adapter, Endpoint } from "./adapter.ts";
import { eventGrid } from "./adapters/event-grid.ts";
import { github } from "./adapters/github.ts";
import { otlp } from "./adapters/otlp.ts";
import { posthog } from "./adapters/posthog.ts";
import { rudderstack } from "./adapters/rudderstack.ts";
import { segment } from "./adapters/segment.ts";
import { snowplow } from "./adapters/snowplow.ts";
import { stripe } from "./adapters/stripe.ts";

const adapters: readonly Adapter[] = [segment, rudderstack, posthog, otlp, snowplow, github, stripe, eventGrid];

/**
 * Prefixes of every path of the service, for a load balancer that shall not pass on others. A path of one's own for
 * Snowplow (`/com.acme/track`) stands in the environment's `ingest.trackerPaths`.
 */
export const pathPrefixes = [
  "/v1",
  "/beacon",
  "/sourceConfig",
  "/com.snowplowanalytics.snowplow",
  "/i",
  "/batch",
  "/capture",
  "/e",
  "/track",
  "/engage",
  "/flags",
  "/decide",
  "/array",
] as const;

/** Answer of the adapters for a path. */
export interface PathMatch {
  /** Methods that at least one adapter takes there. */
  readonly methods: readonly string[];
  /**
   * Endpoints for the method of the request; several protocols may share a path, and the key says which one is meant.
   */
  readonly endpoints: readonly Endpoint[];
}

/**
 * Finds the endpoints of a foreign path; `undefined` when no protocol has it.
 *
 * @example
 * ```ts
 * findEndpoints("POST", "/v1/batch")?.endpoints.map(({ adapter }) => adapter) // ["segment", "rudderstack"]
 * ```
 */
export function findEndpoints(method: string, path: string): PathMatch | undefined {
  const methods = new Set<string>();
  const endpoints: Endpoint[] = [];
  for (const adapter of adapters) {
    const ofAdapter = adapter.methodsOf(path);
    if (ofAdapter === undefined) continue;
    for (const name of ofAdapter) methods.add(name);
    const endpoint = ofAdapter.includes(method) ? adapter.endpointOf(method, path) : undefined;
    if (endpoint !== undefined) endpoints.push(endpoint);
  }
  return methods.size === 0 ? undefined : { methods: [...methods], endpoints };
}
