import type { Criterion, Scalar } from "../criterion.ts";
import { groupBy } from "../group-by.ts";
import { ipDigits, ipv4Number, NO_ADDRESS } from "../ip-address.ts";
import { satisfies } from "../satisfies.ts";
import { type Field, UNKNOWN_VALUE } from "./field.ts";
import type { Interval } from "./interval-parts.ts";
import { INTERVAL_GROUP_WORDS, IntervalGroups, type NumberIntervals } from "./number-intervals.ts";
import type { Numbers } from "./numbers.ts";
import { type Edge, sortStringEdges } from "./string-edges.ts";
import { TestedIndex } from "./tested-index.ts";
import { TextIntervals } from "./text-intervals.ts";
import { type Relation, type TextKey, TextKeys, type TextTable } from "./text-table.ts";

/** So few edges of a kind are tried one by one. */
const MAX_LINEAR_EDGES = 4;

/** A field with more values is asked for their texts, not for their ids. */
const MAX_PLACES = 100;

const V4_DIGITS = 8;

/** Stands for no node: every node has words before it. */
const NO_NODE = 0;

/**
 * The words of a branch: how many there are, the place of its field, and bits that tell which parts it has. The parts
 * follow in the order of their bits. All of them lie side by side, because objects for thousands of branches would be
 * spread over more memory than the processor keeps near.
 */
const FIELD = 1;
const PARTS = 2;
const HEAD = 3;

/** How many nodes there are for a field that is absent, and each. */
const ABSENT = 1;
/** The same for a field that exists. */
const ALWAYS = 2;
/** Where the nodes of exact values stand, by the values' ids. */
const BY_ID = 4;
/** The place in `others` of an exact value that is no text, where there are no ids. */
const BY_SCALAR = 8;
/** How many edges are tried one by one, and the first in `linear`. */
const LINEAR = 16;
/** A group of ranges. */
const RANGES = 32;
/** A group of keys that a value is, begins with, or ends with. */
const IS = 64;
const BEGINS = 128;
const ENDS = 256;
/** How many indexes over candidates there are, and the first in `tested`. */
const TESTED = 512;
/** A group of blocks of IPv4 addresses, and the place in `v6` of those of IPv6. */
const ADDRESSES = 1_024;

/** The parts that only a string may satisfy. */
const OF_STRINGS = IS | BEGINS | ENDS | TESTED | ADDRESSES;

/** Objects that the words of branches name by their place. */
interface Referred {
  readonly fields: readonly Field[];
  readonly others: readonly ReadonlyMap<Scalar, number>[];
  /** Few edges, negations, wildcards with next to no literal text, numbers kept as text. */
  readonly linear: readonly Edge[];
  readonly tested: readonly TestedIndex[];
  readonly v6: readonly TextIntervals[];
}

/** A branch whose parts outside of its own words are written. */
export interface PreparedBranch {
  readonly field: number;
  readonly parts: readonly {
    readonly bit: number;
    readonly words: readonly number[];
    /** In place of words: keys whose group is written where the branch is. */
    readonly texts?: { readonly keys: readonly TextKey[]; readonly relation: Relation };
  }[];
}

/** Writes branches into the words of a tree. */
export class BranchWriter {
  readonly #words: number[];
  readonly #fields: readonly Field[];
  readonly #keys: TextKeys;
  readonly #intervals: IntervalGroups;
  readonly #others: ReadonlyMap<Scalar, number>[] = [];
  readonly #linear: Edge[] = [];
  readonly #tested: TestedIndex[] = [];
  readonly #v6: TextIntervals[] = [];

  constructor(words: number[], fields: readonly Field[]) {
    this.#words = words;
    this.#fields = fields;
    this.#keys = new TextKeys(words);
    this.#intervals = new IntervalGroups(words);
  }

  /** Writes what a branch refers to. @param path the place of its field */
  prepare(path: number, edges: readonly Edge[]): PreparedBranch {
    const groups = groupBy(edges, ({ criterion }) => criterion.op);
    const take = (op: Criterion["op"]): readonly Edge[] => {
      const taken = groups.get(op) ?? [];
      groups.delete(op);
      return taken;
    };
    const nodesOf = (taken: readonly Edge[]): number[] => taken.map(({ node }) => node);
    const absent = nodesOf(take("absent"));
    const always = nodesOf(take("exists"));
    const field = this.#fields[path];
    const exact = take("equals");
    const hasIds = (field?.idCount ?? 0) <= MAX_PLACES;
    const { texts, others } = exactValues(hasIds ? [] : exact);
    const few: Edge[] = [];
    const many: Edge[] = [];
    for (const group of groups.values()) (group.length <= MAX_LINEAR_EDGES ? few : many).push(...group);
    const { keys, candidates, left } = sortStringEdges(many);
    const { v4, v6, ranges, linear } = sortIntervals(left);
    const parts = [
      { bit: ABSENT, words: listOf(absent) },
      { bit: ALWAYS, words: listOf(always) },
      { bit: BY_ID, words: hasIds && exact.length > 0 ? this.#nodesById(exact, field) : [] },
      { bit: BY_SCALAR, words: others.size > 0 ? [this.#others.push(others) - 1] : [] },
      { bit: LINEAR, words: addTo(this.#linear, [...few, ...linear]) },
      { bit: RANGES, words: ranges.length > 0 ? this.#intervals.layOut(ranges) : [] },
      { bit: IS, words: [], texts: { keys: [...texts, ...keys.is], relation: "is" as const } },
      { bit: BEGINS, words: [], texts: { keys: keys.begins, relation: "begins" as const } },
      { bit: ENDS, words: [], texts: { keys: keys.ends, relation: "ends" as const } },
      {
        bit: TESTED,
        words: addTo(
          this.#tested,
          candidates.map((one) => new TestedIndex(one, this.#keys)),
        ),
      },
      { bit: ADDRESSES, words: v4.length + v6.length > 0 ? this.#addresses(v4, v6) : [] },
    ];
    return { field: path, parts: parts.filter((part) => part.words.length + (part.texts?.keys.length ?? 0) > 0) };
  }

  /** Adds the words of a branch. */
  write({ field, parts }: PreparedBranch): void {
    const at = this.#words.length;
    this.#words.push(0, field, 0);
    let bits = 0;
    for (const { bit, words, texts } of parts) {
      bits |= bit;
      for (const word of words) this.#words.push(word);
      if (texts !== undefined) this.#keys.addGroup(texts.keys, texts.relation);
    }
    this.#words[at] = this.#words.length - at;
    this.#words[at + PARTS] = bits;
  }

  toReader(words: Uint32Array): BranchReader {
    return new BranchReader(words, this.#keys.toTable(words), this.#intervals.toIntervals(words), {
      fields: this.#fields,
      others: this.#others,
      linear: this.#linear,
      tested: this.#tested,
      v6: this.#v6,
    });
  }

  #addresses(v4: readonly Interval<number>[], v6: readonly Interval<string>[]): number[] {
    return [...this.#intervals.layOut(v4), this.#v6.push(new TextIntervals(v6)) - 1];
  }

  #nodesById(edges: readonly Edge[], field: Field | undefined): number[] {
    const at = this.#words.length;
    for (let id = 0; id < (field?.idCount ?? 0); id += 1) this.#words.push(NO_NODE);
    for (const { criterion, node } of edges) this.#words[at + (field?.idOf(criterion) ?? 0)] = node;
    return [at];
  }
}

/**
 * Finds which criteria of a branch the values of its field satisfy, without trying each: exact values by their id or by
 * hash, affixes by hash, ranges and blocks of addresses by their ends, wildcards by a part of their literal text. Only
 * negations are tried one by one, and of those nearly all hold anyway.
 */
export class BranchReader {
  readonly #words: Uint32Array;
  readonly #texts: TextTable;
  readonly #intervals: NumberIntervals;
  readonly #referred: Referred;

  constructor(words: Uint32Array, texts: TextTable, intervals: NumberIntervals, referred: Referred) {
    this.#words = words;
    this.#texts = texts;
    this.#intervals = intervals;
    this.#referred = referred;
  }

  /**
   * Adds to `into` what each satisfied criterion of the branch at a place leads to; one node may come more than once.
   * Returns where the next branch begins.
   */
  collect(branch: number, into: Numbers): number {
    const words = this.#words;
    const field = this.#referred.fields[words[branch + FIELD] ?? 0];
    const bits = words[branch + PARTS] ?? 0;
    let at = branch + HEAD;
    if (field !== undefined) {
      const { values } = field;
      if ((bits & ABSENT) !== 0) {
        // With values only inside arrays a field may still be absent beside the elements that others are found in.
        if (values.count === 0 || values.isInArrays) this.#append(at, into);
        at += 1 + (words[at] ?? 0);
      }
      for (let place = 0; place < values.count; place += 1) {
        this.#collectFor(at, bits, field, place, values.values[place] ?? null, into);
      }
    }
    return branch + (words[branch] ?? 0);
  }

  #collectFor(at: number, bits: number, field: Field, place: number, value: Scalar, into: Numbers): void {
    const words = this.#words;
    if ((bits & ALWAYS) !== 0) {
      this.#append(at, into);
      at += 1 + (words[at] ?? 0);
    }
    if ((bits & BY_ID) !== 0) {
      const id = field.idAt(place);
      const node = id === UNKNOWN_VALUE ? NO_NODE : (words[(words[at] ?? 0) + id] ?? NO_NODE);
      if (node !== NO_NODE) into.push(node);
      at += 1;
    }
    if ((bits & BY_SCALAR) !== 0) {
      const node = this.#referred.others[words[at] ?? 0]?.get(value);
      if (node !== undefined) into.push(node);
      at += 1;
    }
    if ((bits & LINEAR) !== 0) {
      this.#tryEach(words[at + 1] ?? 0, words[at] ?? 0, value, into);
      at += 2;
    }
    if ((bits & RANGES) !== 0) {
      if (typeof value === "number") this.#intervals.collect(at, value, into);
      at += INTERVAL_GROUP_WORDS;
    }
    if ((bits & OF_STRINGS) !== 0 && typeof value === "string") this.#collectString(at, bits, value, into);
  }

  #collectString(at: number, bits: number, value: string, into: Numbers): void {
    const words = this.#words;
    const texts = this.#texts;
    for (let group = IS; group <= ENDS; group <<= 1) {
      if ((bits & group) === 0) continue;
      texts.collect(at, value, into);
      at = texts.endOf(at);
    }
    if ((bits & TESTED) !== 0) {
      const first = words[at + 1] ?? 0;
      const end = first + (words[at] ?? 0);
      for (let index = first; index < end; index += 1) this.#referred.tested[index]?.collect(value, texts, into);
      at += 2;
    }
    if ((bits & ADDRESSES) !== 0) this.#collectAddress(at, value, into);
  }

  #collectAddress(at: number, value: string, into: Numbers): void {
    const number = ipv4Number(value);
    if (number !== NO_ADDRESS) {
      this.#intervals.collect(at, number, into);
      return;
    }
    // An IPv4 address can be written as an IPv6 one, so that this is not about IPv6 blocks alone.
    const digits = value.includes(":") ? ipDigits(value) : undefined;
    if (digits?.length === V4_DIGITS) this.#intervals.collect(at, numberOf(digits), into);
    else if (digits !== undefined) {
      this.#referred.v6[this.#words[at + INTERVAL_GROUP_WORDS] ?? 0]?.collect(digits, into);
    }
  }

  #tryEach(from: number, count: number, value: Scalar, into: Numbers): void {
    const { linear } = this.#referred;
    for (let place = from; place < from + count; place += 1) {
      const edge = linear[place];
      if (edge !== undefined && satisfies(edge.criterion, value)) into.push(edge.node);
    }
  }

  /** Adds the nodes of a list. */
  #append(at: number, into: Numbers): void {
    const words = this.#words;
    const end = at + (words[at] ?? 0);
    for (let place = at + 1; place <= end; place += 1) into.push(words[place] ?? 0);
  }
}

function listOf(nodes: readonly number[]): number[] {
  return nodes.length === 0 ? [] : [nodes.length, ...nodes];
}

/** Adds items to a list that words refer to. Returns the words: how many there are, and the place of the first. */
function addTo<T>(list: T[], items: readonly T[]): number[] {
  if (items.length === 0) return [];
  const first = list.length;
  list.push(...items);
  return [items.length, first];
}

function exactValues(edges: readonly Edge[]): { texts: TextKey[]; others: Map<Scalar, number> } {
  const texts: TextKey[] = [];
  const others = new Map<Scalar, number>();
  for (const { criterion, node } of edges) {
    if (criterion.op !== "equals") continue;
    const { value } = criterion;
    if (typeof value === "string") texts.push({ text: value, item: node, isCaseIgnored: false });
    else others.set(value, node);
  }
  return { texts, others };
}

function sortIntervals(edges: readonly Edge[]): {
  v4: Interval<number>[];
  v6: Interval<string>[];
  ranges: Interval<number>[];
  linear: Edge[];
} {
  const v4: Interval<number>[] = [];
  const v6: Interval<string>[] = [];
  const ranges: Interval<number>[] = [];
  const linear: Edge[] = [];
  for (const edge of edges) {
    const { criterion, node } = edge;
    if (criterion.op === "range") ranges.push({ ...criterion, item: node });
    else if (criterion.op !== "ip") linear.push(edge);
    else {
      const { low, high } = criterion;
      const closed = { isLowOpen: false, isHighOpen: false, item: node };
      if (low.length !== V4_DIGITS) v6.push({ low, high, ...closed });
      else v4.push({ low: numberOf(low), high: numberOf(high), ...closed });
    }
  }
  return { v4, v6, ranges, linear };
}

function numberOf(digits: string): number {
  return Number.parseInt(digits, 16);
}
