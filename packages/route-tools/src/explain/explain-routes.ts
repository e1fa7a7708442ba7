import { eventIdentity } from "@millrace/event-contracts";
import { explainPattern, type Explanation } from "@millrace/event-pattern";
import { describeReshape, nameDestination, type RouteDocument } from "@millrace/routes";
import { samplePoint } from "@millrace/routes/runtime";

/** How a route decides about one event. */
export interface ExplainedRoute {
  /** `<application>/<route>`. */
  readonly route: string;
  /** Name of its destination in the document. */
  readonly destination: string;
  /** Share of its events that the route takes, by identity. */
  readonly sample: number;
  /** It matches, and the sample leaves this event out. */
  readonly isSampledOut: boolean;
  readonly explanation: Explanation;
  /** The names it gives to fields; undefined where every field keeps its own. */
  readonly reshape: string | undefined;
}

/** Explains each route's decision about an enriched event, in the order of the documents. */
export function explainRoutes(documents: readonly RouteDocument[], enriched: object): readonly ExplainedRoute[] {
  return documents.flatMap(({ application, routes }) =>
    routes.map(({ name, pattern, destination, sample = 1, reshape }) => {
      const explanation = explainPattern(pattern, enriched);
      return {
        route: `${application}/${name}`,
        destination: nameDestination(destination).name,
        sample,
        isSampledOut: explanation.matches && isLeftOut(enriched, sample),
        explanation,
        reshape: describeReshape({ ...(reshape && { reshape }) }),
      };
    }),
  );
}

/** As the router decides, by the identity; an event without one is in no sample and out of none. */
function isLeftOut(enriched: object, sample: number): boolean {
  const { id, source } = (enriched as { event?: { id?: unknown; source?: unknown } }).event ?? {};
  return typeof id === "string" && typeof source === "string" && samplePoint(eventIdentity({ source, id })) >= sample;
}
