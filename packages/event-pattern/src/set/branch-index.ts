import type { Criterion, Scalar } from "../criterion.ts";
import { groupBy } from "../group-by.ts";
import { satisfies } from "../satisfies.ts";
import { type Field, UNKNOWN_VALUE } from "./field.ts";
import { IntervalIndex } from "./interval-index.ts";
import { type Edge, indexStrings, type StringIndex } from "./string-index.ts";

/** So few edges are tried one by one. */
const MAX_LINEAR_EDGES = 4;

/** A table by value may have so many places for each edge; a place takes four bytes. */
const MAX_PLACES_PER_EDGE = 16;

const NO_NODE = -1;

/**
 * Finds which criteria on one field its values satisfy, without trying each: exact values by their id, affixes by hash,
 * ranges by binary search, wildcards by a part of their literal text. Only negations are tried one by one, and of those
 * nearly all hold anyway.
 */
export class BranchIndex {
  readonly #field: Field;
  readonly #absent: readonly number[];
  readonly #always: readonly number[];
  readonly #exact: ExactEdges | undefined;
  /** Tried one by one: few edges, negations, wildcards with next to no literal text, numbers kept as text. */
  readonly #linear: readonly Edge[];
  readonly #strings: readonly StringIndex[];
  readonly #ranges: IntervalIndex<number> | undefined;

  constructor(field: Field, edges: readonly Edge[]) {
    this.#field = field;
    const groups = groupBy(edges, ({ criterion }) => criterion.op);
    const nodesOf = (op: Criterion["op"]): number[] => (groups.get(op) ?? []).map(({ node }) => node);
    this.#absent = nodesOf("absent");
    this.#always = nodesOf("exists");
    this.#exact = groups.has("equals") ? new ExactEdges(field, groups.get("equals") ?? []) : undefined;
    for (const op of ["absent", "exists", "equals"] as const) groups.delete(op);
    const [few, many] = partition([...groups.values()], (group) => group.length <= MAX_LINEAR_EDGES);
    const { indexes, left } = indexStrings(many.flat());
    this.#strings = indexes;
    const ranges = left.flatMap(({ criterion, node }) =>
      criterion.op === "range" ? [{ ...criterion, item: node }] : [],
    );
    this.#ranges = ranges.length === 0 ? undefined : new IntervalIndex(ranges);
    this.#linear = [...few.flat(), ...left.filter(({ criterion }) => criterion.op !== "range")];
  }

  /** Adds to `into` what each satisfied criterion leads to; one node may come more than once. */
  collect(into: number[]): void {
    const { values } = this.#field;
    // With values only inside arrays a field may still be absent beside the elements that other fields are found in.
    if (this.#absent.length > 0 && (values.count === 0 || values.isInArrays)) append(into, this.#absent);
    for (let place = 0; place < values.count; place += 1) this.#collectFor(place, values.values[place] ?? null, into);
  }

  #collectFor(place: number, value: Scalar, into: number[]): void {
    if (this.#always.length > 0) append(into, this.#always);
    if (this.#exact !== undefined) {
      const node = this.#exact.nodeOf(this.#field.idAt(place));
      if (node !== NO_NODE) into.push(node);
    }
    for (let index = 0; index < this.#linear.length; index += 1) {
      const edge = this.#linear[index];
      if (edge !== undefined && satisfies(edge.criterion, value)) into.push(edge.node);
    }
    if (typeof value === "string") {
      for (let index = 0; index < this.#strings.length; index += 1) this.#strings[index]?.collect(value, into);
    } else if (typeof value === "number") this.#ranges?.collect(value, into);
  }
}

/** Exact values: by a table over all ids of the field, or, where few of many ids are asked for, by hash. */
class ExactEdges {
  readonly #table: Int32Array | undefined;
  readonly #nodes = new Map<number, number>();

  constructor(field: Field, edges: readonly Edge[]) {
    const ids = edges.map(({ criterion }) => field.idOf(criterion) ?? UNKNOWN_VALUE);
    if (field.idCount <= MAX_PLACES_PER_EDGE * edges.length) {
      this.#table = new Int32Array(field.idCount).fill(NO_NODE);
    }
    edges.forEach(({ node }, index) => {
      const id = ids[index] ?? UNKNOWN_VALUE;
      if (this.#table === undefined) this.#nodes.set(id, node);
      else this.#table[id] = node;
    });
  }

  nodeOf(id: number): number {
    if (id === UNKNOWN_VALUE) return NO_NODE;
    return (this.#table === undefined ? this.#nodes.get(id) : this.#table[id]) ?? NO_NODE;
  }
}

function append(into: number[], nodes: readonly number[]): void {
  for (let index = 0; index < nodes.length; index += 1) into.push(nodes[index] ?? 0);
}

function partition<T>(items: readonly T[], isFirst: (item: T) => boolean): [T[], T[]] {
  const groups = groupBy(items, isFirst);
  return [groups.get(true) ?? [], groups.get(false) ?? []];
}
