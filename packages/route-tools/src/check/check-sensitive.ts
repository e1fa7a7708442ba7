import { coverageOf } from "../analysis/covered-contracts.ts";
import type { EventModel, SensitiveField } from "../analysis/event-model.ts";
import { FREE_NAME } from "../analysis/sensitive-places.ts";
import type { Route } from "@millrace/routes";
import type { ParsedRoute, RouteFinding } from "./check-routes.ts";

/** Actions after which a value can still be read, in part (`truncate`) or but for what was found in it (`scan`). */
export const READABLE_AFTER = new Set(["scan", "truncate"]);
const MAX_SHOWN = 4;

/** Sensitive fields that the route would deliver readable, of classes its application is not cleared for. */
export function checkSensitive({ route, document, conjunctions }: ParsedRoute, model: EventModel): RouteFinding[] {
  const cleared = new Set(document.clearance ?? []);
  const delivered = new Map<string, SensitiveField>();
  for (const conjunction of conjunctions) {
    for (const contract of coverageOf(conjunction, model).contracts) {
      for (const field of model.sensitiveFields(contract)) {
        if (READABLE_AFTER.has(field.action) && !cleared.has(field.class) && isDelivered(field.path, route)) {
          delivered.set(`${field.class} ${field.path}`, field);
        }
      }
    }
  }
  const byClass = Map.groupBy(delivered.values(), (field) => field.class);
  return [...byClass].map(([name, fields]) => ({
    severity: "error",
    pointer: "",
    rule: "sensitive-field",
    message: `Route "${route.name}" delivers readable ${name} values (${shown(fields)}); application "${document.application}" is not cleared for them.`,
    fix: `Drop the fields with "project", or have "${name}" added to "clearance" by whoever answers for privacy.`,
  }));
}

/** True if a projection leaves a field, or a part of it. */
export function isDelivered(path: string, { project }: Route): boolean {
  const isAtOrBelow = (inner: string, outer: string): boolean => {
    const steps = inner.split(".");
    return outer.split(".").every((step, index) => isSameStep(step, steps[index]));
  };
  if (project?.keep) return project.keep.some((kept) => isAtOrBelow(path, kept) || isAtOrBelow(kept, path));
  // A dropped name does not affect other names that are free.
  return !(project?.drop ?? []).some((dropped) => path === dropped || path.startsWith(`${dropped}.`));
}

/** A name that a contract leaves free may be any. */
function isSameStep(a: string, b: string | undefined): boolean {
  return b !== undefined && (a === b || a === FREE_NAME || b === FREE_NAME);
}

function shown(fields: readonly SensitiveField[]): string {
  const paths = fields.map(({ path }) => path);
  return paths.length > MAX_SHOWN
    ? `${paths.slice(0, MAX_SHOWN).join(", ")} and ${paths.length - MAX_SHOWN} more`
    : paths.join(", ");
}
