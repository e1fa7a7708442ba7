import type { MaskedField } from "@millrace/event-contracts";
import { BoundedCache } from "@millrace/enrichments/bounded-cache";
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
  readonly #fields: MaskedField[] = [];
  #furtherPaths: string[] | undefined;

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
    for (const field of this.#fields) fields += fields === "" ? fieldJson(field) : `,${fieldJson(field)}`;
    if (this.#furtherPaths === undefined) return `{"masked":[${fields}]}`;
    return `{"masked":[${fields}],"maskedCount":${this.#fields.length + this.#furtherPaths.length}}`;
  }
}

const written = new BoundedCache<{ readonly field: MaskedField; readonly json: string }>();

/** The same fields are masked in one event after the other, and what is said of them is the same. */
function fieldJson(field: MaskedField): string {
  if (field.alternates !== undefined) return JSON.stringify(field);
  const known = written.getOrCreate(field.path, () => ({ field, json: JSON.stringify(field) }));
  const isSame =
    known.field.class === field.class && known.field.action === field.action && known.field.keyId === field.keyId;
  return isSame ? known.json : JSON.stringify(field);
}
