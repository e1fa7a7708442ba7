import { userAgent } from "./user-agent.ts";

/** An example of `schemas/examples`, of the newest version of its contract. */
export interface Example {
  readonly type: string;
  readonly data: unknown;
}

/** The canary events of a build, and the routes that they pass. */
export interface Canaries {
  readonly events: readonly object[];
  /** `<application>/<route>`. */
  readonly routes: readonly string[];
  /** Routes that no example matches, so that no canary measures them. */
  readonly unmeasured: readonly string[];
}

/** The source of every canary event. */
const canarySource = "/millrace/canaries";

/**
 * Chooses the first example of each contract, then whatever matches a route that none before it matched.
 *
 * @param examples in the order of preference
 * @param routesOf asks enrichment and routes about a raw event: the ids of the routes that match
 */
export function chooseCanaries(
  examples: readonly Example[],
  allRoutes: readonly string[],
  routesOf: (rawEvent: string) => readonly string[],
): Canaries {
  const events: object[] = [];
  const types = new Set<string>();
  const routes = new Set<string>();
  for (const { type, data } of examples) {
    const event = { specversion: "1.0", source: canarySource, type, data };
    const matched = routesOf(JSON.stringify({ ...event, ...receipt }));
    if (types.has(type) && matched.every((route) => routes.has(route))) continue;
    types.add(type);
    for (const route of matched) routes.add(route);
    events.push(event);
  }
  return { events, routes: [...routes].sort(), unmeasured: allRoutes.filter((route) => !routes.has(route)) };
}

/** As the event service adds it. */
const receipt = {
  id: "canary",
  time: "2026-01-05T00:00:00.000Z",
  receivedat: "2026-01-05T00:00:00.000Z",
  tenantid: "millrace",
  senderkind: "browser",
  canary: true,
  useragent: userAgent,
};
