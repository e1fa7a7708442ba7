import type { Conjunction, Criterion, FieldCriteria } from "./criterion.ts";
import { InvalidPatternError, PatternTooCostlyError } from "./errors.ts";
import { ipDigits } from "./ip-address.ts";
import { type JsonTree, treeOfText, treeOfValue } from "./json-tree.ts";
import { LIMITS, type PatternLimits } from "./limits.ts";
import { NumberText } from "./number-text.ts";
import { parseMatchExpression, refuse } from "./parse-match-expression.ts";
import type { EventPattern } from "./pattern.ts";

/**
 * Names the engine keeps for itself inside `$or`: an object with one of them makes `$or` an ordinary field name
 * (aws/event-ruler, `RESERVED_FIELD_NAMES_IN_OR_RELATIONSHIP`).
 */
const RESERVED_IN_OR = new Set([
  "exactly",
  "equals-ignore-case",
  "prefix",
  "suffix",
  "anything-but",
  "exists",
  "wildcard",
  "numeric",
  "cidr",
  "=",
  "<",
  "<=",
  ">",
  ">=",
  "regex",
  "not-wildcard",
  "not-equals-ignore-case",
  "date-after",
  "date-on-or-after",
  "date-before",
  "date-on-or-before",
  "in-date-range",
  "ip-address-in-range",
  "ip-address-not-in-range",
]);

/** The combinations of a pattern, given as JSON text or as the parsed object. */
export function parsePattern(
  pattern: string | EventPattern | object,
  limits: PatternLimits = LIMITS,
): readonly Conjunction[] {
  const tree = typeof pattern === "string" ? treeOfText(pattern) : treeOfValue(pattern);
  try {
    return new PatternParser(limits, true).parse(tree);
  } catch (error) {
    // Legacy rule of the engine: a pattern whose `$or` is no "or" is read again with `$or` as a field like any other.
    if (!(error instanceof InvalidPatternError) || !mentionsOr(tree)) throw error;
    try {
      return new PatternParser(limits, false).parse(tree);
    } catch (legacyError) {
      throw legacyError instanceof InvalidPatternError ? error : legacyError;
    }
  }
}

function mentionsOr(tree: JsonTree): boolean {
  if (tree.kind === "array") return tree.items.some(mentionsOr);
  return tree.kind === "object" && tree.members.some(([key, value]) => key === "$or" || mentionsOr(value));
}

/** Fields by path; a later field of the same path takes the place of an earlier one, as in the engine. */
type Fields = ReadonlyMap<string, FieldCriteria>;

class PatternParser {
  readonly #limits: PatternLimits;
  readonly #knowsOr: boolean;
  #combinations: Fields[] = [new Map()];
  #criteria = 0;

  constructor(limits: PatternLimits, knowsOr: boolean) {
    this.#limits = limits;
    this.#knowsOr = knowsOr;
  }

  parse(tree: JsonTree): readonly Conjunction[] {
    if (tree.kind !== "object") refuse("A pattern must be a JSON object", tree);
    this.#object(tree, "", false);
    return this.#combinations.map((fields) =>
      [...fields.values()].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)),
    );
  }

  #object(tree: Extract<JsonTree, { kind: "object" }>, path: string, isInOr: boolean): void {
    if (tree.members.length === 0) refuse("Empty objects are not allowed", tree);
    for (const [key, value] of tree.members) {
      if (key === "$or" && this.#knowsOr) {
        this.#or(value, path);
        continue;
      }
      if (isInOr && RESERVED_IN_OR.has(key)) refuse(`"${key}" is reserved and cannot be a field inside $or`, value);
      const fieldPath = path === "" ? key : `${path}.${key}`;
      if (value.kind === "object") this.#object(value, fieldPath, isInOr);
      else if (value.kind === "array") this.#field(value, fieldPath);
      else refuse(`"${key}" must be an object or an array`, value);
    }
  }

  #or(tree: JsonTree, path: string): void {
    if (tree.kind !== "array") return refuse(`"$or" must be an array of patterns`, tree);
    const before = this.#combinations;
    const after: Fields[] = [];
    for (const alternative of tree.items) {
      if (alternative.kind !== "object") refuse(`Only objects are allowed inside "$or"`, alternative);
      this.#combinations = before;
      this.#object(alternative, path, true);
      after.push(...this.#combinations);
      this.#limit("combinations of $or", after.length, this.#limits.maxOrCombinations, tree.pointer);
    }
    if (tree.items.length < 2) refuse(`"$or" needs at least two patterns`, tree);
    this.#combinations = after;
  }

  #field(tree: Extract<JsonTree, { kind: "array" }>, path: string): void {
    if (tree.items.length === 0) refuse("Empty arrays are not allowed", tree);
    this.#criteria += tree.items.length;
    this.#limit("values and match expressions", this.#criteria, this.#limits.maxCriteria, tree.pointer);
    this.#limit("segments in one path", path.split(".").length, this.#limits.maxPathSegments, tree.pointer);
    const field: FieldCriteria = {
      path,
      pointer: tree.pointer,
      anyOf: tree.items.map((item) => this.#criterion(item)),
    };
    this.#combinations = this.#combinations.map((fields) => new Map(fields).set(path, field));
    for (const fields of this.#combinations) {
      this.#limit("fields", fields.size, this.#limits.maxFields, tree.pointer);
    }
  }

  #criterion(tree: JsonTree): Criterion {
    switch (tree.kind) {
      case "object":
        return parseMatchExpression(tree, this.#limits);
      case "string": {
        // A plain IP address equals every spelling of that address.
        const digits = ipDigits(tree.value);
        return digits === undefined ? { op: "equals", value: tree.value } : { op: "ip", low: digits, high: digits };
      }
      case "number":
        return tree.value instanceof NumberText
          ? { op: "number-text", text: tree.value.text }
          : { op: "equals", value: tree.value };
      case "literal":
        return { op: "equals", value: tree.value };
      case "array":
        return refuse("A value must be a string, number, true, false, null or a match expression", tree);
    }
  }

  #limit(measure: string, value: number, limit: number, pointer: string): void {
    if (value > limit) throw new PatternTooCostlyError(measure, value, limit, pointer);
  }
}
