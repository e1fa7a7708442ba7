import type { Criterion } from "../criterion.ts";

/** Facts on a field over all patterns of the set. */
export interface FieldCensus {
  /** Different criteria on the field: a field that is compared with many values takes each of them seldom. */
  readonly criteria: number;
}

/**
 * A guess at how often a criterion holds, from 0 to 1. It only decides in which order clauses are looked at, never what
 * matches: the tree asks first what rules out most.
 */
export function shareOfEvents(criterion: Criterion, census: FieldCensus): number {
  const oneOfMany = 1 / (1 + census.criteria);
  switch (criterion.op) {
    case "equals":
      return typeof criterion.value === "boolean" || criterion.value === null ? 0.5 : oneOfMany;
    case "number-text":
      return 0.0001;
    case "ip":
      return criterion.low === criterion.high ? oneOfMany : Math.max(oneOfMany, 0.05);
    case "equals-ignore-case":
      return oneOfMany;
    case "prefix":
    case "suffix":
    case "prefix-ignore-case":
    case "suffix-ignore-case":
      return criterion.value === "" ? 0.9 : Math.min(0.5, 2 * oneOfMany);
    case "wildcard":
      return criterion.parts.every((part) => part === "") ? 0.9 : Math.min(0.5, 2 * oneOfMany);
    case "range":
      return 0.4;
    case "absent":
      return 0.5;
    case "exists":
      return 0.9;
    case "anything-but":
    case "anything-but-prefix":
    case "anything-but-suffix":
    case "anything-but-ignore-case":
    case "anything-but-wildcard":
      return 0.95;
  }
}
