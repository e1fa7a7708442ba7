import type { MaskedField } from "@millrace/event-contracts";
import type { MaskingMemory } from "../memory/masking-memory.ts";
import { type JsonObject, setProperty } from "../json-value.ts";
import { MAX_REPORTED_FIELDS } from "../limits.ts";

/** A value that stands where another one stood. */
export interface Replacement {
  /** The object that has the property. */
  readonly holder: object;
  readonly key: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** Collects the changes that masking made in one event: for consumers, and for the writer of the event. */
export class MaskingLog {
  /** Every change there was, unless {@link isRestructured}. */
  readonly replacements: Replacement[] = [];
  /** More was changed than values of properties. */
  isRestructured = false;
  readonly memory: MaskingMemory;
  readonly #fields: MaskedField[] = [];
  #furtherPaths: string[] | undefined;

  constructor(memory: MaskingMemory) {
    this.memory = memory;
  }

  /** Notes what a consumer is told. */
  add(field: MaskedField): void {
    if (this.#fields.length < MAX_REPORTED_FIELDS) this.#fields.push(field);
    else (this.#furtherPaths ??= []).push(field.path);
  }

  /** Nothing was masked. */
  get isEmpty(): boolean {
    return this.#fields.length === 0;
  }

  /** Notes what was masked inside of a text, at the place of the text: no pointer leads into it. */
  addInner(path: string, inner: MaskingLog): void {
    const noted = new Set<string>();
    for (const field of inner.#fields) {
      const key = `${field.class} ${field.action}`;
      if (!noted.has(key)) this.add({ ...field, path });
      noted.add(key);
    }
  }

  /** Puts a value in the place of another one, unless it is the same. */
  replace(holder: JsonObject, key: string, before: unknown, after: unknown): void {
    if (before === after) return;
    setProperty(holder, key, after);
    if (after === undefined) this.isRestructured = true;
    else this.replacements.push({ holder, key, before, after });
  }

  /** The JSON Pointers of everything that was masked. */
  paths(): ReadonlySet<string> {
    return new Set([...this.#fields.map(({ path }) => path), ...(this.#furtherPaths ?? [])]);
  }

  /** The `PrivacyReport` as JSON. */
  toJson(): string {
    let fields = "";
    for (const field of this.#fields) {
      const json = this.memory.fieldJson(field);
      fields += fields === "" ? json : `,${json}`;
    }
    if (this.#furtherPaths === undefined) return `{"masked":[${fields}]}`;
    return `{"masked":[${fields}],"maskedCount":${this.#fields.length + this.#furtherPaths.length}}`;
  }
}
