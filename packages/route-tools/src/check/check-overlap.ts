import { isDeepStrictEqual } from "node:util";
import { nameDestination, type Projection } from "@millrace/routes";
import { patternImplies } from "../analysis/implies.ts";
import type { ParsedRoute, RouteFinding } from "./check-routes.ts";

/**
 * Finds routes whose events another route of the document already delivers to the same destination. Of two that match
 * the same, the later one is reported as a duplicate.
 */
export function checkOverlap(parsed: ParsedRoute, all: readonly ParsedRoute[]): RouteFinding[] {
  const wider = all.find(
    (other) => other !== parsed && delivers(other, parsed) && !(delivers(parsed, other) && other.index > parsed.index),
  );
  if (wider === undefined) return checkTogether(parsed, all);
  const isDuplicate = delivers(parsed, wider);
  return [
    {
      severity: "error",
      pointer: "/pattern",
      rule: isDuplicate ? "duplicate-route" : "shadowed-route",
      message: isDuplicate
        ? `Route "${parsed.route.name}" matches the same events as route "${wider.route.name}", for the same destination.`
        : `Whatever route "${parsed.route.name}" matches, route "${wider.route.name}" delivers to the same destination already.`,
      fix: "Remove it, narrow the other one, or give it a destination of its own.",
    },
  ];
}

/** A route whose events several others have between them. */
function checkTogether(parsed: ParsedRoute, all: readonly ParsedRoute[]): RouteFinding[] {
  const others = all.filter((other) => other !== parsed && isAsWhole(other, parsed) && !delivers(parsed, other));
  const together = others.flatMap(({ conjunctions }) => conjunctions);
  if (others.length < 2 || !patternImplies(parsed.conjunctions, together)) return [];
  const names = others.map(({ route }) => `"${route.name}"`).join(", ");
  return [
    {
      severity: "error",
      pointer: "/pattern",
      rule: "shadowed-route",
      message: `Whatever route "${parsed.route.name}" matches, the routes ${names} deliver to the same destination between them.`,
      fix: "Remove it, narrow the others, or give it a destination of its own.",
    },
  ];
}

/** True if `wide` delivers every event that `narrow` delivers, as whole and to the same destination. */
function delivers(wide: ParsedRoute, narrow: ParsedRoute): boolean {
  return isAsWhole(wide, narrow) && patternImplies(narrow.conjunctions, wide.conjunctions);
}

/**
 * True if `wide` delivers its events to the destination of `narrow`, with at least as many members and as large a
 * sample.
 */
function isAsWhole(wide: ParsedRoute, narrow: ParsedRoute): boolean {
  const { destination, sample = 1, project } = wide.route;
  if (nameDestination(destination).name !== nameDestination(narrow.route.destination).name) return false;
  if (sample < (narrow.route.sample ?? 1)) return false;
  return project === undefined || isDeepStrictEqual(sorted(project), sorted(narrow.route.project));
}

const sorted = ({ keep, drop }: Projection = {}): object => ({ keep: keep?.toSorted(), drop: drop?.toSorted() });
