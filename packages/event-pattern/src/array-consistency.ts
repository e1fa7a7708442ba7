import type { Criterion } from "./criterion.ts";
import { EventTooComplexError } from "./errors.ts";
import type { ArrayChain, FieldValues } from "./field-reader.ts";
import { satisfies } from "./satisfies.ts";

/** A field of a conjunction with its values in the event. */
export interface ReadField {
  readonly anyOf: readonly Criterion[];
  readonly values: FieldValues;
}

/** Array → the element of it that the fields chosen so far lie in. */
type Chosen = ReadonlyMap<number, number>;

/** Where the values of one array stand among a field's values: the end of all, and the start of each element. */
interface ArrayRange {
  end: number;
  readonly elementStart: Map<number, number>;
}

const NOTHING_CHOSEN: Chosen = new Map();

/** Steps allowed per value of the fields in question; ordinary events need a few (one per array they nest in). */
const STEPS_PER_VALUE = 256;

/**
 * True if fields can be satisfied together without two of them lying in different elements of one array. Fields are
 * taken in ascending order of path, as the engine does; that order matters for `exists: false`, which looks only at the
 * elements chosen by the fields before it.
 *
 * A choice that failed is not tried again with the same bearing on the fields that are left, which keeps the search
 * linear in the values: keys of one array follow each other in the order of paths. Only an event that spells one path
 * in many ways (`{"a.b": …, "a": {"b": …}}`) can defeat that; the step budget then ends it.
 */
export function isSatisfiable(fields: readonly ReadField[]): boolean {
  return new ConsistencySearch(fields).find(0, NOTHING_CHOSEN);
}

class ConsistencySearch {
  readonly #fields: readonly ReadField[];
  readonly #ranges: ReadonlyMap<number, ArrayRange>[];
  /** Array → the last field that has a value in it: after that the choice made in it no longer matters. */
  readonly #lastUse = new Map<number, number>();
  readonly #failed = new Set<string>();
  #stepsLeft: number;

  constructor(fields: readonly ReadField[]) {
    this.#fields = fields;
    this.#ranges = fields.map((field, index) => this.#rangesOf(field.values, index));
    const values = fields.reduce((sum, field) => sum + field.values.count, 0);
    this.#stepsLeft = STEPS_PER_VALUE * (values + fields.length);
  }

  find(index: number, chosen: Chosen): boolean {
    const field = this.#fields[index];
    if (field === undefined) return true;
    const key = failureKey(index, chosen);
    if (this.#failed.has(key)) return false;
    const { values, anyOf } = field;
    let isPresent = false;
    for (let at = this.#next(index, chosen, 0); at < values.count; at = this.#next(index, chosen, at + 1)) {
      isPresent = true;
      const value = values.values[at] ?? null;
      if (anyOf.some((criterion) => satisfies(criterion, value))) {
        if (this.find(index + 1, this.#choose(index, chosen, values.chains[at] ?? []))) return true;
      }
    }
    if (!isPresent && anyOf.some((criterion) => criterion.op === "absent") && this.find(index + 1, chosen)) return true;
    this.#failed.add(key);
    return false;
  }

  /** The first value at or after `from` that lies in no element other than the chosen ones. */
  #next(index: number, chosen: Chosen, from: number): number {
    const values = this.#fields[index]?.values;
    let at = from;
    while (values !== undefined && at < values.count) {
      this.#stepsLeft -= 1;
      if (this.#stepsLeft < 0)
        throw new EventTooComplexError("The event's arrays combine in too many ways to be matched");
      const to = this.#skipTo(index, chosen, values.chains[at] ?? [], at);
      if (to === at) return at;
      at = to;
    }
    return at;
  }

  /** `at` when the value there is allowed; else where the chosen element begins, or where its array ends. */
  #skipTo(index: number, chosen: Chosen, chain: ArrayChain, at: number): number {
    for (let link = 0; link < chain.length; link += 2) {
      const array = chain[link] ?? -1;
      const wanted = chosen.get(array);
      if (wanted === undefined || wanted === chain[link + 1]) continue;
      const range = this.#ranges[index]?.get(array);
      const start = range?.elementStart.get(wanted) ?? -1;
      return start > at ? start : (range?.end ?? at + 1);
    }
    return at;
  }

  #choose(index: number, chosen: Chosen, chain: ArrayChain): Chosen {
    const next = new Map<number, number>();
    for (const [array, element] of chosen) if (this.#isUsedAfter(index, array)) next.set(array, element);
    for (let link = 0; link < chain.length; link += 2) {
      const array = chain[link] ?? -1;
      if (this.#isUsedAfter(index, array)) next.set(array, chain[link + 1] ?? -1);
    }
    return next;
  }

  #isUsedAfter(index: number, array: number): boolean {
    return (this.#lastUse.get(array) ?? -1) > index;
  }

  #rangesOf(values: FieldValues, index: number): Map<number, ArrayRange> {
    const ranges = new Map<number, ArrayRange>();
    for (let at = 0; at < values.count; at += 1) {
      const chain = values.chains[at] ?? [];
      for (let link = 0; link < chain.length; link += 2) {
        const array = chain[link] ?? -1;
        const element = chain[link + 1] ?? -1;
        let range = ranges.get(array);
        if (range === undefined) {
          range = { end: 0, elementStart: new Map() };
          ranges.set(array, range);
          this.#lastUse.set(array, index);
        }
        range.end = at + 1;
        if (!range.elementStart.has(element)) range.elementStart.set(element, at);
      }
    }
    return ranges;
  }
}

function failureKey(index: number, chosen: Chosen): string {
  let key = `${index}`;
  for (const [array, element] of chosen) key += `,${array}:${element}`;
  return key;
}
