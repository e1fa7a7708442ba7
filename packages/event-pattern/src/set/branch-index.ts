import type { Criterion, Scalar } from "../criterion.ts";
import type { FieldValues } from "../field-reader.ts";
import { satisfies } from "../satisfies.ts";
import { indexStrings, type StringIndex } from "./string-index.ts";
import { IntervalIndex } from "./interval-index.ts";
import { groupBy } from "../group-by.ts";

/** What a criterion on this field leads to. */
export interface Edge<N> {
  readonly criterion: Criterion;
  readonly node: N;
}

/** So few edges are tried one by one. */
const MAX_LINEAR_EDGES = 4;

/**
 * Finds which criteria on one field its values satisfy, without trying each: exact values by hash, affixes and ranges
 * by binary search, wildcards by a part of their literal text. Only negations are tried one by one, and of those nearly
 * all hold anyway.
 */
export class BranchIndex<N> {
  readonly #absent: N[] = [];
  readonly #always: N[] = [];
  readonly #exact = new Map<Scalar, N[]>();
  /** Tried one by one: few edges, negations, wildcards with next to no literal text, numbers kept as text. */
  readonly #linear: Edge<N>[] = [];
  readonly #strings: readonly StringIndex<Edge<N>>[];
  readonly #ranges: IntervalIndex<number, Edge<N>> | undefined;
  readonly #candidates: Edge<N>[] = [];

  constructor(edges: readonly Edge<N>[]) {
    const rest = edges.filter((edge) => !this.#takeSimple(edge));
    const groups = groupBy(rest, (edge) => edge.criterion.op);
    const isFew = (edge: Edge<N>): boolean => (groups.get(edge.criterion.op)?.length ?? 0) <= MAX_LINEAR_EDGES;
    const { indexes, left } = indexStrings(rest.filter((edge) => !isFew(edge)));
    this.#strings = indexes;
    const ranges = left.flatMap((edge) => {
      const { criterion } = edge;
      return criterion.op === "range" ? [{ low: criterion.low, high: criterion.high, item: edge }] : [];
    });
    this.#ranges = ranges.length === 0 ? undefined : new IntervalIndex(ranges);
    this.#linear.push(...rest.filter(isFew), ...left.filter(({ criterion }) => criterion.op !== "range"));
  }

  /** Calls `visit` for what each satisfied criterion leads to; the same node may come more than once. */
  forEach(values: FieldValues, visit: (node: N) => void): void {
    // With values only inside arrays a field may still be absent beside the elements that other fields are found in.
    if (values.count === 0 || values.isInArrays) for (const node of this.#absent) visit(node);
    for (let at = 0; at < values.count; at += 1) this.#forValue(values.values[at] ?? null, visit);
  }

  #forValue(value: Scalar, visit: (node: N) => void): void {
    if (this.#always.length > 0) for (const node of this.#always) visit(node);
    // Asking an empty map would still hash the whole value.
    if (this.#exact.size > 0) {
      const exact = this.#exact.get(value);
      if (exact !== undefined) for (const node of exact) visit(node);
    }
    if (this.#linear.length > 0) {
      for (const { criterion, node } of this.#linear) if (satisfies(criterion, value)) visit(node);
    }
    const candidates = this.#candidates;
    // A visit may come back to this very index with another value: it must not find candidates of this one.
    const from = candidates.length;
    if (typeof value === "string") for (const index of this.#strings) index.collect(value, candidates);
    else if (typeof value === "number") this.#ranges?.collect(value, candidates);
    if (candidates.length > from) this.#visitFrom(from, value, visit);
  }

  #visitFrom(from: number, value: Scalar, visit: (node: N) => void): void {
    const candidates = this.#candidates;
    for (let index = from; index < candidates.length; index += 1) {
      const edge = candidates[index];
      if (edge !== undefined && satisfies(edge.criterion, value)) visit(edge.node);
    }
    candidates.length = from;
  }

  /** Files what needs no search structure; returns false for the rest. */
  #takeSimple(edge: Edge<N>): boolean {
    const { criterion, node } = edge;
    switch (criterion.op) {
      case "absent":
        this.#absent.push(node);
        return true;
      case "exists":
        this.#always.push(node);
        return true;
      case "equals": {
        const known = this.#exact.get(criterion.value);
        if (known === undefined) this.#exact.set(criterion.value, [node]);
        else known.push(node);
        return true;
      }
      default:
        return false;
    }
  }
}
