import { validationError } from "./errors.ts";

/** AWS reports at most this many faults of a request at once. */
const MAX_PROBLEMS = 10;

/**
 * Collects every fault of a request and reports them in one ValidationException with the words AWS uses:
 * `2 validation errors detected: Value '' at 'streamName' failed to satisfy constraint: …`.
 */
export class RequestValidation {
  readonly #problems: string[] = [];

  required(path: string, value: unknown): boolean {
    if (value !== undefined && value !== null) return true;
    this.#add("null", path, "Member must not be null");
    return false;
  }

  /** A stream name, consumer name or shard id: 1–128 of `[a-zA-Z0-9_.-]`. */
  name(path: string, value: string | undefined): void {
    this.text(path, value, { min: 1, max: 128, pattern: "[a-zA-Z0-9_.-]+" });
  }

  text(
    path: string,
    value: string | undefined,
    rules: { readonly min?: number; readonly max?: number; readonly pattern?: string },
  ): void {
    if (value === undefined) return;
    if (rules.pattern !== undefined && !wholly(rules.pattern).test(value)) {
      this.#add(quoted(value), path, `Member must satisfy regular expression pattern: ${rules.pattern}`);
    }
    this.length(path, value.length, quoted(value), rules);
  }

  length(path: string, length: number, shown: string, rules: { readonly min?: number; readonly max?: number }): void {
    if (rules.min !== undefined && length < rules.min) {
      this.#add(shown, path, `Member must have length greater than or equal to ${rules.min}`);
    }
    if (rules.max !== undefined && length > rules.max) {
      this.#add(shown, path, `Member must have length less than or equal to ${rules.max}`);
    }
  }

  number(path: string, value: number | undefined, rules: { readonly min?: number; readonly max?: number }): void {
    if (value === undefined) return;
    if (rules.min !== undefined && value < rules.min) {
      this.#add(quoted(String(value)), path, `Member must have value greater than or equal to ${rules.min}`);
    }
    if (rules.max !== undefined && value > rules.max) {
      this.#add(quoted(String(value)), path, `Member must have value less than or equal to ${rules.max}`);
    }
  }

  oneOf(path: string, value: string | undefined, choices: readonly string[]): void {
    if (value === undefined || choices.includes(value)) return;
    this.#add(quoted(value), path, `Member must satisfy enum value set: [${choices.join(", ")}]`);
  }

  /** @throws ValidationException when a fault was found. */
  finish(): void {
    const count = this.#problems.length;
    if (count === 0) return;
    throw validationError(
      `${count} validation error${count === 1 ? "" : "s"} detected: ${this.#problems.slice(0, MAX_PROBLEMS).join("; ")}`,
    );
  }

  #add(shown: string, path: string, constraint: string): void {
    this.#problems.push(`Value ${shown} at '${path}' failed to satisfy constraint: ${constraint}`);
  }
}

/** Names of tags have 1 to 128 characters, values at most 256. */
export function checkTags(check: RequestValidation, tags: Readonly<Record<string, string>> | undefined): void {
  for (const [name, value] of Object.entries(tags ?? {})) {
    check.text("tags", name, { min: 1, max: 128 });
    check.text(`tags.${name}.member`, value, { max: 256 });
  }
}

const compiled = new Map<string, RegExp>();

/** Compiled once each: every call of the API is checked. */
function wholly(pattern: string): RegExp {
  let expression = compiled.get(pattern);
  if (expression === undefined) {
    expression = new RegExp(`^(?:${pattern})$`);
    compiled.set(pattern, expression);
  }
  return expression;
}

function quoted(value: string): string {
  return `'${value}'`;
}
