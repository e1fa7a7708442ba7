import { explainPattern } from "@millrace/event-pattern";
import { deliveredBy, describeExplanation, type Route } from "@millrace/routes";
import { isDeepStrictEqual } from "node:util";
import type { RouteFinding } from "./check-routes.ts";

const MAX_SHOWN_TEXT = 400;

/** Runs the inline tests of a route. */
export function checkTests(route: Route): RouteFinding[] {
  const { name, pattern, tests } = route;
  return tests.flatMap(({ name: test, event, matches, delivers }, index): RouteFinding[] => {
    const explanation = explainPattern(pattern, event);
    const at = { severity: "error", pointer: `/tests/${index}`, rule: "test-failed" } as const;
    if (explanation.matches !== matches) {
      const message = `Route "${name}" ${matches ? "does not match" : "matches"}, but the test "${test}" says otherwise: ${describeExplanation(explanation)}.`;
      return [{ ...at, message, fix: "Correct the pattern or the test." }];
    }
    const delivered = deliveredBy(route, event);
    if (delivers === undefined || isDeepStrictEqual(delivered, delivers)) return [];
    const text = JSON.stringify(delivered);
    const shown = text.length > MAX_SHOWN_TEXT ? `${text.slice(0, MAX_SHOWN_TEXT)}…` : text;
    const message = `Route "${name}" delivers something else than the test "${test}" says: ${shown}.`;
    const fix = "Correct the projection, the names or the test.";
    return [{ ...at, pointer: `${at.pointer}/delivers`, message, fix }];
  });
}
