import { explainPattern } from "@millrace/event-pattern";
import { describeExplanation, type Route } from "@millrace/routes";
import type { RouteFinding } from "./check-routes.ts";

/** Runs the inline tests of a route. */
export function checkTests({ name, pattern, tests }: Route): RouteFinding[] {
  return tests.flatMap(({ name: test, event, matches }, index) => {
    const explanation = explainPattern(pattern, event);
    if (explanation.matches === matches) return [];
    return [
      {
        severity: "error",
        pointer: `/tests/${index}`,
        rule: "test-failed",
        message: `Route "${name}" ${matches ? "does not match" : "matches"}, but the test "${test}" says otherwise: ${describeExplanation(explanation)}.`,
        fix: "Correct the pattern or the test.",
      } as const,
    ];
  });
}
