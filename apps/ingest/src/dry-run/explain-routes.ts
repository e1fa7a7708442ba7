import { explainPattern, parseEventText } from "@millrace/event-pattern";
import { compileRoutes, describeExplanation, nameDestination, type RouteDocument } from "@millrace/routes";
import { loadRoutes, type RoutedEvent } from "@millrace/routes/runtime";

/** A route and what it would do with an event. */
export interface ExplainedRoute {
  /** `<application>/<route>` */
  readonly route: string;
  /** Name of its stream, queue or bus. */
  readonly destination: string;
  readonly matches: boolean;
  /** False for an event that matches and that the route's sample leaves out. */
  readonly isDelivered: boolean;
  /** The pattern that matched, or the first criterion that failed with the value seen. */
  readonly because: string;
}

/** Makes the function that explains the decisions of some documents' routes about an enriched event. */
export function createRouteExplainer(documents: readonly RouteDocument[]): (enriched: string) => ExplainedRoute[] {
  // Decided as the router decides; the explanation is for people and much slower.
  const router = loadRoutes(compileRoutes(documents));
  return (enriched) => {
    const event = JSON.parse(enriched) as RoutedEvent;
    const { matched, copies } = router.route(event, enriched);
    const delivered = new Set(copies.flatMap(({ routes }) => routes));
    const exact = parseEventText(enriched) as object;
    return documents.flatMap(({ application, routes }) =>
      routes.map(({ name, pattern, destination }): ExplainedRoute => {
        const route = `${application}/${name}`;
        return {
          route,
          destination: nameDestination(destination).name,
          matches: matched.includes(route),
          isDelivered: delivered.has(route),
          because: describeExplanation(explainPattern(pattern, exact)),
        };
      }),
    );
  };
}
