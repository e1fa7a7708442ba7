/** Names collected of one stream; what has more is not told apart further. */
const MAX_NAMES = 10_000;

/** A name in an event, with those below it. */
class Field {
  isLeaf = false;
  readonly below = new Map<string, Field>();
}

/** Collects the dotted paths of leaves that occur in events; inside arrays they are those of the elements. */
export class FieldCollector {
  readonly #root = new Field();
  #names = 0;

  add(event: object): void {
    this.#collect(event, this.#root);
  }

  /** Fields that the other one has not seen; all of them when there is no other. */
  notIn(other: FieldCollector | undefined): string[] {
    return [...pathsNotIn(this.#root, other === undefined ? undefined : other.#root, "")].sort();
  }

  // Runs for every field of every copy: paths are put together only when somebody asks for them.
  #collect(value: unknown, field: Field): void {
    if (typeof value !== "object" || value === null) field.isLeaf = true;
    else if (Array.isArray(value)) for (const item of value) this.#collect(item, field);
    else {
      for (const key of Object.keys(value)) {
        const below = field.below.get(key) ?? this.#addName(key, field);
        if (below !== undefined) this.#collect((value as Readonly<Record<string, unknown>>)[key], below);
      }
    }
  }

  #addName(key: string, field: Field): Field | undefined {
    if (this.#names >= MAX_NAMES) return undefined;
    this.#names += 1;
    const below = new Field();
    field.below.set(key, below);
    return below;
  }
}

function* pathsNotIn(field: Field, other: Field | undefined, path: string): Generator<string> {
  if (field.isLeaf && other?.isLeaf !== true) yield path;
  for (const [key, below] of field.below) {
    yield* pathsNotIn(below, other?.below.get(key), path === "" ? key : `${path}.${key}`);
  }
}
