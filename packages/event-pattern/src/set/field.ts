import type { Criterion, Scalar } from "../criterion.ts";
import { type FieldValues, NO_MARK } from "../field-reader.ts";
import { NOT_FOUND, TextKeys, type TextTable } from "./text-table.ts";

/** The id of a value that the set compares the field with nowhere. */
export const UNKNOWN_VALUE = NOT_FOUND;

/** More texts than these are looked up in a table of their own, which is read with fewer steps through memory. */
const MAX_HASHED_TEXTS = 16;

/**
 * A field of a set. The values that the set compares it with have ids, so that a value of an event is hashed once
 * however many places of the tree ask for it.
 */
export class Field {
  readonly values: FieldValues;
  readonly #ids = new Map<Scalar, number>();
  #texts: { readonly table: TextTable; readonly group: number } | undefined;

  constructor(values: FieldValues) {
    this.values = values;
  }

  /** How many values have ids. */
  get idCount(): number {
    return this.#ids.size;
  }

  /** Gives the value of an exact criterion an id; undefined for another criterion. */
  idOf(criterion: Criterion): number | undefined {
    if (criterion.op !== "equals") return undefined;
    const known = this.#ids.get(criterion.value);
    if (known !== undefined) return known;
    const id = this.#ids.size;
    this.#ids.set(criterion.value, id);
    this.#texts = undefined;
    return id;
  }

  /** The id of the event's value at `place`, or `UNKNOWN_VALUE`. */
  idAt(place: number): number {
    const { values, marks } = this.values;
    const known = marks[place] ?? NO_MARK;
    if (known !== NO_MARK) return known;
    const id = this.#lookUp(values[place] ?? null);
    marks[place] = id;
    return id;
  }

  /** True if one of the event's values is the one with this id. */
  has(id: number): boolean {
    for (let place = 0; place < this.values.count; place += 1) if (this.idAt(place) === id) return true;
    return false;
  }

  #lookUp(value: Scalar): number {
    if (typeof value !== "string" || this.#ids.size <= MAX_HASHED_TEXTS) return this.#ids.get(value) ?? UNKNOWN_VALUE;
    this.#texts ??= tableOf(this.#ids);
    return this.#texts.table.itemOf(this.#texts.group, value);
  }
}

function tableOf(ids: ReadonlyMap<Scalar, number>): { table: TextTable; group: number } {
  const words: number[] = [];
  const keys = new TextKeys(words);
  const texts = [...ids].flatMap(([text, item]) =>
    typeof text === "string" ? [{ text, item, isCaseIgnored: false }] : [],
  );
  const group = keys.addGroup(texts, "is");
  return { table: keys.toTable(Uint32Array.from(words)), group };
}
