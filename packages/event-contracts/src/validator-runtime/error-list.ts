import type { SchemaError } from "./compiled-contracts.ts";

/**
 * The list of errors a generated validator fills. It has the few operations that Ajv's code uses of an array and counts
 * every error, but keeps only the first: a hostile event with a million bad elements costs no memory, and the
 * arithmetic by which Ajv decides `anyOf`, `oneOf` and `not` stays exact.
 */
export class ErrorList {
  readonly limit: number;
  readonly kept: SchemaError[] = [];
  #count = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  get length(): number {
    return this.#count;
  }

  /** Ajv shortens the list when a branch that had errors turns out not to matter. */
  set length(count: number) {
    this.#count = count;
    if (this.kept.length > count) this.kept.length = count;
  }

  push(error: SchemaError): void {
    this.#count += 1;
    if (this.kept.length < this.limit) this.kept.push(error);
  }

  concat(other: ErrorList): ErrorList {
    const joined = new ErrorList(this.limit);
    for (const error of this.kept) joined.kept.push(error);
    // An error may only follow if none before it was left out.
    if (this.kept.length === this.#count) {
      for (const error of other.kept.slice(0, this.limit - joined.kept.length)) joined.kept.push(error);
    }
    joined.#count = this.#count + other.#count;
    return joined;
  }
}
