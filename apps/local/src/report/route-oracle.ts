import type { PlannedEvent, Visitor } from "../traffic/traffic-plan.ts";
import type { ExpectedRoute } from "./expected-routes.ts";
import { matchesPattern } from "./pattern-oracle.ts";

/** Says from an event as it was sent, and from who sent it, which routes it belongs to, by `<application>/<route>`. */
export type RouteOracle = (event: PlannedEvent, visitor: Visitor) => readonly string[];

/** Says from the event as it was sent, and from the labels of who sent it, which routes it belongs to. */
export function createRouteOracle(routes: readonly ExpectedRoute[]): RouteOracle {
  return (event, visitor) => {
    const expected = expectEnriched(event, visitor);
    return routes.filter(({ pattern }) => matchesPattern(pattern, expected)).map(({ name }) => name);
  };
}

/** The part of the enriched event that the sender can know: what was sent, the verdict, the labels of the visitor. */
function expectEnriched(planned: PlannedEvent, { browser, origin }: Visitor): Record<string, unknown> {
  const { utm } = origin;
  const sent = planned.sent as { readonly data?: { readonly context?: { readonly pageUrl?: string } } };
  const isLanding = sent.data?.context?.pageUrl?.includes("utm_campaign=") === true;
  return {
    event: { ...sent, useragent: browser.userAgent },
    validation: { status: planned.fate },
    enrichment: {
      userAgent: { browser: { name: browser.browser }, os: { name: browser.os }, device: { type: browser.device } },
      bot: { isBot: browser.isBot },
      ...(isLanding && utm !== undefined
        ? { campaign: { source: utm.source, medium: utm.medium, name: utm.campaign } }
        : {}),
    },
  };
}
