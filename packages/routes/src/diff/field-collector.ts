/** Fields collected of one stream; what has more is not told apart further. */
const MAX_FIELDS = 5_000;

/** Collects the dotted paths of leaves that occur in events. */
export class FieldCollector {
  readonly #fields = new Set<string>();

  add(event: object): void {
    this.#collect(event, "");
  }

  /** Fields that the other one has not seen; all of them when there is no other. */
  notIn(other: FieldCollector | undefined): string[] {
    return [...this.#fields].filter((field) => other === undefined || !other.#fields.has(field)).sort();
  }

  #collect(value: unknown, path: string): void {
    if (Array.isArray(value)) for (const item of value) this.#collect(item, path);
    else if (typeof value === "object" && value !== null) {
      for (const key of Object.keys(value)) {
        this.#collect((value as Readonly<Record<string, unknown>>)[key], path === "" ? key : `${path}.${key}`);
      }
    } else if (this.#fields.size < MAX_FIELDS) this.#fields.add(path);
  }
}
