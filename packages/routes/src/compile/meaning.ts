import type { KindName } from "@millrace/destinations/kinds";
import { nameDestination } from "../destinations/name-destination.ts";
import type { Route } from "../document/route-document.ts";
import type { CompiledReshape } from "../runtime/reshape.ts";
import { compileReshape } from "./compile-reshape.ts";

/** Time one invocation spends on a destination whose routes do not say otherwise; the router has the same default. */
const DEFAULT_BUDGET_MS = 8_000;

/** The demands of a route in one form for all spellings: defaults written out, lists and keys in order. */
export interface RouteMeaning {
  readonly pattern: Route["pattern"];
  readonly kind: KindName;
  readonly destination: string;
  readonly arn: Readonly<Record<string, string>>;
  readonly partitionKey: string | null;
  readonly sample: number;
  readonly keep: readonly string[] | null;
  readonly drop: readonly string[] | null;
  /** Absent where every field keeps its name: versions of before knew no other routes. */
  readonly reshape?: CompiledReshape;
  readonly delivery: {
    readonly ordering: "none" | "per-key";
    readonly budgetMs: number;
    readonly eventsPerRecord: 1 | "many";
    /** Absent where canary events go no further than the match. */
    readonly canaries?: true;
  };
}

/** Equal routes have equal meanings, however their documents write them. */
export function meaningOf(route: Route): RouteMeaning {
  const { pattern, destination, partitionKey, sample, project, delivery } = route;
  const { kind, name, arn } = nameDestination(destination);
  const reshape = compileReshape(route.reshape);
  return {
    pattern,
    kind: kind.kind,
    destination: name,
    arn: Object.fromEntries(Object.entries(arn).toSorted(([a], [b]) => (a < b ? -1 : 1))),
    partitionKey: partitionKey ?? null,
    sample: sample ?? 1,
    keep: project?.keep?.toSorted() ?? null,
    drop: project?.drop?.toSorted() ?? null,
    ...(reshape && { reshape }),
    delivery: {
      ordering: delivery?.ordering ?? "none",
      budgetMs: delivery?.budgetMs ?? DEFAULT_BUDGET_MS,
      eventsPerRecord: delivery?.eventsPerRecord ?? 1,
      ...(delivery?.canaries === true && { canaries: true }),
    },
  };
}
