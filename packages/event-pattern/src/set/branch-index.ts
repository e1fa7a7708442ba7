import type { Criterion, Scalar } from "../criterion.ts";
import { groupBy } from "../group-by.ts";
import { satisfies } from "../satisfies.ts";
import { type Field, UNKNOWN_VALUE } from "./field.ts";
import { IntervalIndex } from "./interval-index.ts";
import type { Numbers } from "./numbers.ts";
import { type Edge, indexStrings, type StringIndex } from "./string-index.ts";
import { NOT_FOUND, TextTable } from "./text-table.ts";

/** So few edges are tried one by one. */
const MAX_LINEAR_EDGES = 4;

/** A field with more values is asked for their texts, not for their ids. */
const MAX_PLACES = 100;

const NO_NODE = NOT_FOUND;

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
  collect(into: Numbers): void {
    const { values } = this.#field;
    // With values only inside arrays a field may still be absent beside the elements that other fields are found in.
    if (this.#absent.length > 0 && (values.count === 0 || values.isInArrays)) append(into, this.#absent);
    for (let place = 0; place < values.count; place += 1) this.#collectFor(place, values.values[place] ?? null, into);
  }

  #collectFor(place: number, value: Scalar, into: Numbers): void {
    if (this.#always.length > 0) append(into, this.#always);
    if (this.#exact !== undefined) {
      const node = this.#exact.nodeAt(place, value);
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

/**
 * Exact values: by a table over all ids of the field if that is small, else by hash. Where few of a field's many values
 * are asked for the id is not looked up at all, because it would be for nothing most of the time.
 */
class ExactEdges {
  readonly #field: Field;
  readonly #byId: Int32Array | undefined;
  readonly #byText: TextTable | undefined;
  readonly #byOther = new Map<Scalar, number>();

  constructor(field: Field, edges: readonly Edge[]) {
    this.#field = field;
    const values = edges.flatMap(({ criterion, node }) =>
      criterion.op === "equals" ? [{ value: criterion.value, node }] : [],
    );
    const ids = edges.map(({ criterion }) => field.idOf(criterion) ?? UNKNOWN_VALUE);
    if (field.idCount <= MAX_PLACES) {
      this.#byId = new Int32Array(field.idCount).fill(NO_NODE);
      for (const [index, id] of ids.entries()) this.#byId[id] = edges[index]?.node ?? NO_NODE;
      return;
    }
    const texts = values.flatMap(({ value, node }) => (typeof value === "string" ? [[value, node] as const] : []));
    this.#byText = new TextTable(texts, { isBackward: false, isCaseIgnored: false });
    for (const { value, node } of values) if (typeof value !== "string") this.#byOther.set(value, node);
  }

  nodeAt(place: number, value: Scalar): number {
    if (this.#byId !== undefined) {
      const id = this.#field.idAt(place);
      return id === UNKNOWN_VALUE ? NO_NODE : (this.#byId[id] ?? NO_NODE);
    }
    if (typeof value === "string") return this.#byText?.itemOf(value) ?? NO_NODE;
    return this.#byOther.get(value) ?? NO_NODE;
  }
}

function append(into: Numbers, nodes: readonly number[]): void {
  for (let index = 0; index < nodes.length; index += 1) into.push(nodes[index] ?? 0);
}

function partition<T>(items: readonly T[], isFirst: (item: T) => boolean): [T[], T[]] {
  const groups = groupBy(items, isFirst);
  return [groups.get(true) ?? [], groups.get(false) ?? []];
}
