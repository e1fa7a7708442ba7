import type { Criterion } from "./criterion.ts";
import { InvalidPatternError, PatternTooCostlyError } from "./errors.ts";
import { cidrRange } from "./ip-address.ts";
import type { JsonTree } from "./json-tree.ts";
import { NumberText } from "./number-text.ts";
import type { PatternLimits } from "./limits.ts";
import { parseWildcard, type WildcardParts } from "./wildcard.ts";

type ObjectTree = Extract<JsonTree, { kind: "object" }>;
type ArrayTree = Extract<JsonTree, { kind: "array" }>;

/** Refuses the pattern at one of its values. */
export function refuse(reason: string, at: JsonTree): never {
  throw new InvalidPatternError(reason, at.pointer, at.position);
}

function onlyMember(tree: ObjectTree, what: string): readonly [name: string, value: JsonTree] {
  const [first, second] = tree.members;
  if (first === undefined) return refuse(`${what} needs an operator`, tree);
  if (second !== undefined) refuse(`Only one operator is allowed in ${what.toLowerCase()}`, second[1]);
  return first;
}

function stringOf(tree: JsonTree, operator: string): string {
  return tree.kind === "string" ? tree.value : refuse(`The value of "${operator}" must be a string`, tree);
}

function wildcardOf(tree: JsonTree, limits: PatternLimits): WildcardParts {
  const parts = parseWildcard(stringOf(tree, "wildcard"));
  if ("reason" in parts) return refuse(parts.reason, tree);
  if (parts.length - 1 > limits.maxWildcards) {
    throw new PatternTooCostlyError(
      "wildcard characters in one value",
      parts.length - 1,
      limits.maxWildcards,
      tree.pointer,
    );
  }
  return parts;
}

/** Without a `*` a wildcard is a plain value. */
function wildcardCriterion(parts: WildcardParts): Criterion {
  const [only = "", ...more] = parts;
  return more.length === 0 ? { op: "equals", value: only } : { op: "wildcard", parts };
}

/** The criterion of `{ "prefix": … }`, `{ "numeric": … }` and so on. */
export function parseMatchExpression(tree: ObjectTree, limits: PatternLimits): Criterion {
  const [operator, value] = onlyMember(tree, "A match expression");
  switch (operator) {
    case "exactly":
      return { op: "equals", value: stringOf(value, operator) };
    case "prefix":
    case "suffix":
      if (value.kind !== "object") return { op: operator, value: stringOf(value, operator) };
      return { op: `${operator}-ignore-case`, value: ignoreCaseText(value, operator) };
    case "equals-ignore-case":
      return { op: "equals-ignore-case", value: stringOf(value, operator) };
    case "wildcard":
      return wildcardCriterion(wildcardOf(value, limits));
    case "numeric":
      return parseNumeric(value);
    case "cidr":
      return parseCidr(value);
    case "exists":
      if (value.kind !== "literal" || value.value === null)
        refuse(`The value of "exists" must be true or false`, value);
      return { op: value.value ? "exists" : "absent" };
    case "anything-but":
      return parseAnythingBut(value, limits);
    default:
      return refuse(`Unknown operator "${operator}"`, value);
  }
}

function ignoreCaseText(tree: ObjectTree, operator: string): string {
  const [inner, value] = onlyMember(tree, `The object of "${operator}"`);
  if (inner !== "equals-ignore-case")
    refuse(`"${operator}" takes a string or "equals-ignore-case", not "${inner}"`, value);
  return stringOf(value, inner);
}

function parseCidr(tree: JsonTree): Criterion {
  const range = cidrRange(stringOf(tree, "cidr"));
  return "reason" in range ? refuse(range.reason, tree) : { op: "ip", ...range };
}

/** The only shapes: `["=", n]`, `["<", n]`, `["<=", n]`, and `[">", n]` or `[">=", n]`, perhaps with an upper end. */
function parseNumeric(tree: JsonTree): Criterion {
  if (tree.kind !== "array") return refuse(`The value of "numeric" must be an array`, tree);
  const operator = operatorAt(tree, 0, ["=", "<", "<=", ">", ">="]);
  const bound = numberAt(tree, 1, operator);
  if (operator === "=") {
    refuseMore(tree, 2);
    return { op: "equals", value: bound };
  }
  if (operator === "<" || operator === "<=") {
    refuseMore(tree, 2);
    return { op: "range", low: -Number.MAX_VALUE, isLowOpen: false, high: bound, isHighOpen: operator === "<" };
  }
  const isLowOpen = operator === ">";
  if (tree.items.length === 2) return { op: "range", low: bound, isLowOpen, high: Number.MAX_VALUE, isHighOpen: false };
  const upper = operatorAt(tree, 2, ["<", "<="]);
  const high = numberAt(tree, 3, upper);
  refuseMore(tree, 4);
  if (bound >= high) refuse("The lower end of a numeric range must be below its upper end", tree);
  return { op: "range", low: bound, isLowOpen, high, isHighOpen: upper === "<" };
}

function operatorAt(tree: ArrayTree, index: number, allowed: readonly string[]): string {
  const item = tree.items[index];
  if (item?.kind !== "string" || !allowed.includes(item.value)) {
    return refuse(`Item ${index} of "numeric" must be one of ${allowed.join(" ")}`, item ?? tree);
  }
  return item.value;
}

function numberAt(tree: ArrayTree, index: number, operator: string): number {
  const item = tree.items[index];
  if (item?.kind !== "number") return refuse(`"${operator}" must be followed by a number`, item ?? tree);
  return comparable(item);
}

function comparable(tree: Extract<JsonTree, { kind: "number" }>): number {
  if (!(tree.value instanceof NumberText)) return tree.value;
  return refuse(`${tree.value.text} cannot be compared: a 64-bit double does not hold it exactly`, tree);
}

function refuseMore(tree: ArrayTree, length: number): void {
  const extra = tree.items[length];
  if (extra !== undefined) refuse(`"numeric" has too many items`, extra);
}

function parseAnythingBut(tree: JsonTree, limits: PatternLimits): Criterion {
  if (tree.kind === "object") return parseAnythingButObject(tree, limits);
  const items = tree.kind === "array" ? tree.items : [tree];
  if (items.length === 0) refuse(`The list of "anything-but" must not be empty`, tree);
  const values = items.map((item) => {
    if (item.kind === "string") return item.value;
    if (item.kind === "number") return comparable(item);
    return refuse(
      `"anything-but" takes strings or numbers, or one of prefix, suffix, equals-ignore-case and wildcard`,
      item,
    );
  });
  if (new Set(values.map((value) => typeof value)).size > 1) {
    refuse(`The list of "anything-but" must be all strings or all numbers`, tree);
  }
  return { op: "anything-but", values };
}

function parseAnythingButObject(tree: ObjectTree, limits: PatternLimits): Criterion {
  const [operator, value] = onlyMember(tree, `The object of "anything-but"`);
  const items = value.kind === "array" ? value.items : [value];
  if (items.length === 0) refuse(`The list of "${operator}" must not be empty`, value);
  switch (operator) {
    case "prefix":
    case "suffix":
      return { op: `anything-but-${operator}`, values: items.map((item) => nonEmpty(item, operator)) };
    case "equals-ignore-case":
      return { op: "anything-but-ignore-case", values: items.map((item) => stringOf(item, operator)) };
    case "wildcard":
      return { op: "anything-but-wildcard", values: items.map((item) => wildcardOf(item, limits)) };
    default:
      return refuse(`"anything-but" does not take "${operator}"`, value);
  }
}

/** "anything but what begins with nothing" would match no string at all; the engine refuses it. */
function nonEmpty(tree: JsonTree, operator: string): string {
  const text = stringOf(tree, operator);
  return text === "" ? refuse(`The ${operator} of "anything-but" must not be empty`, tree) : text;
}
