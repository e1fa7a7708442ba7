import { isObject, type JsonObject, setMember } from "./own-members.ts";

/** The segments of a dotted path. */
export type FieldPath = readonly string[];

/** Which fields a route asks for: only those it names, or all but those. */
export interface FieldSelector {
  readonly isKeep: boolean;
  readonly paths: readonly FieldPath[];
}

/** Sinks keep one copy of an identity by its revision, so every projection delivers both. */
export const ALWAYS_DELIVERED: FieldSelector = {
  isKeep: true,
  paths: [
    ...["id", "source", "receivedat", "revision", "replayedat"].map((name) => ["event", name]),
    ["validation", "status"],
  ],
};

/**
 * How to give an event on: with every field that at least one selector asks for, its identity and its revision. Inside
 * an array a path holds for every element. An event is not changed; parts that are whole are shared with it.
 */
export function compileProjection(selectors: readonly FieldSelector[]): (event: JsonObject) => JsonObject {
  const plan = planOf([ALWAYS_DELIVERED, ...selectors]);
  return (event) => select(event, plan) as JsonObject;
}

/** `compileProjection` for one event. */
export function projectEvent(event: JsonObject, selectors: readonly FieldSelector[]): JsonObject {
  return compileProjection(selectors)(event);
}

/** A value is given on whole, not at all, or as the plans of its members say. */
type Plan = "whole" | "nothing" | PartPlan;

interface PartPlan {
  /** Of members that no path names. */
  readonly unnamed: "whole" | "nothing";
  readonly members: ReadonlyMap<string, Plan>;
}

function planOf(selectors: readonly FieldSelector[]): Plan {
  const undecided: FieldSelector[] = [];
  for (const selector of selectors) {
    const isNamed = selector.paths.some((path) => path.length === 0);
    // Nothing named at or below this place: left out by a keeping selector, whole for a dropping one.
    if (isNamed === selector.isKeep && (isNamed || selector.paths.length === 0)) return "whole";
    if (!isNamed && selector.paths.length > 0) undecided.push(selector);
  }
  if (undecided.length === 0) return "nothing";
  const keys = new Set(undecided.flatMap(({ paths }) => paths.flatMap(([first]) => first ?? [])));
  const below = (key: string): FieldSelector[] =>
    undecided.map(({ isKeep, paths }) => ({
      isKeep,
      paths: paths.filter(([first]) => first === key).map((path) => path.slice(1)),
    }));
  return {
    unnamed: undecided.some(({ isKeep }) => !isKeep) ? "whole" : "nothing",
    members: new Map([...keys].map((key) => [key, planOf(below(key))])),
  };
}

function select(value: unknown, plan: Plan): unknown {
  if (plan === "whole") return value;
  if (plan === "nothing") return undefined;
  if (Array.isArray(value)) return value.map((item) => select(item, plan)).filter((item) => item !== undefined);
  if (!isObject(value)) return plan.unnamed === "whole" ? value : undefined;
  const selected: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const member = select(value[key], memberPlan(plan, key));
    if (member !== undefined) setMember(selected, key, member);
  }
  return selected;
}

/** A key with dots is as many steps, as it is for patterns: `a.b` is named by the path `a.b`, and lies below `a`. */
function memberPlan(plan: PartPlan, key: string): Plan {
  const named = plan.members.get(key);
  if (named !== undefined || !key.includes(".")) return named ?? plan.unnamed;
  let reached: Plan = plan;
  for (const step of key.split(".")) {
    if (typeof reached === "string") return reached;
    reached = reached.members.get(step) ?? reached.unnamed;
  }
  return reached;
}
