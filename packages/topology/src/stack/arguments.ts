import { StackError } from "../errors.ts";

/** Typed access to the resolved arguments of one resource; every complaint names the resource and the argument. */
export class Arguments {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #where: string;

  constructor(values: unknown, where: string) {
    if (typeof values !== "object" || values === null)
      throw new StackError(`${where} should be a block, is ${describe(values)}.`);
    this.#values = values as Record<string, unknown>;
    this.#where = where;
  }

  string(name: string): string {
    const value = this.#values[name];
    if (typeof value === "string") return value;
    return this.#refuse(name, "a string", value);
  }

  optionalString(name: string): string | undefined {
    return this.#values[name] === undefined ? undefined : this.string(name);
  }

  number(name: string, fallback?: number): number {
    const value = this.#values[name] ?? fallback;
    if (typeof value === "number") return value;
    return this.#refuse(name, "a number", value);
  }

  boolean(name: string, fallback?: boolean): boolean {
    const value = this.#values[name] ?? fallback;
    if (typeof value === "boolean") return value;
    return this.#refuse(name, "true or false", value);
  }

  strings(name: string): readonly string[] {
    const value = this.#values[name] ?? [];
    if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
    return this.#refuse(name, "a list of strings", value);
  }

  /** A nested block; Terraform's JSON writes a single block as an object or as a list of one. */
  block(name: string): Arguments {
    const block = this.optionalBlock(name);
    return block ?? this.#refuse(name, "a block", undefined);
  }

  optionalBlock(name: string): Arguments | undefined {
    return this.blocks(name)[0];
  }

  blocks(name: string): readonly Arguments[] {
    const value = this.#values[name];
    if (value === undefined || value === null) return [];
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    return list.map((item) => new Arguments(item, `${this.#where}.${name}`));
  }

  /** A map of strings, such as environment variables. */
  stringMap(name: string): Readonly<Record<string, string>> {
    const value = this.#values[name] ?? {};
    if (typeof value !== "object" || Array.isArray(value)) return this.#refuse(name, "a map of strings", value);
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        key,
        typeof item === "string" ? item : this.#refuse(`${name}.${key}`, "a string", item),
      ]),
    );
  }

  /** Names in a map, whatever its values are. */
  names(name: string): readonly string[] {
    return Object.keys(this.#map(name));
  }

  /** A value of a map as it is. */
  raw(name: string, key: string): unknown {
    return this.#map(name)[key];
  }

  #map(name: string): Readonly<Record<string, unknown>> {
    const value = this.#values[name] ?? {};
    if (typeof value !== "object" || Array.isArray(value)) return this.#refuse(name, "a map", value);
    return value as Record<string, unknown>;
  }

  #refuse(name: string, expected: string, value: unknown): never {
    throw new StackError(`${this.#where}: Expected argument \`${name}\` to be ${expected}, got ${describe(value)}.`);
  }
}

function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  return `${JSON.stringify(value)} (${typeof value})`;
}
