/**
 * A second reading of route patterns, apart from the engine under test: it walks the pattern and the event side by side
 * and answers yes or no. Slow, direct, and strict: an operator it does not know is an error, not a guess.
 */

type Json = unknown;

const isObject = (value: Json): value is Record<string, Json> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const asList = (value: Json): readonly Json[] => (Array.isArray(value) ? value : [value]);

/** True if `event` matches an EventBridge pattern. @throws RangeError for an operator this reading does not know. */
export function matchesPattern(pattern: Json, event: Json): boolean {
  if (!isObject(pattern)) throw new RangeError(`A pattern is an object, not ${JSON.stringify(pattern)}.`);
  return Object.entries(pattern).every(([field, criterion]) => {
    if (field === "$or" && Array.isArray(criterion)) return criterion.some((branch) => matchesPattern(branch, event));
    const value = isObject(event) && Object.hasOwn(event, field) ? event[field] : undefined;
    if (isObject(criterion)) return matchesNested(criterion, value);
    if (Array.isArray(criterion)) return criterion.some((rule) => matchesLeaf(rule, value));
    throw new RangeError(`Field ${field}: a criterion is a list or an object.`);
  });
}

function matchesNested(pattern: Record<string, Json>, value: Json): boolean {
  if (Array.isArray(value)) return value.some((element) => matchesPattern(pattern, element));
  return matchesPattern(pattern, value);
}

function matchesLeaf(rule: Json, value: Json): boolean {
  if (isObject(rule) && "exists" in rule) return rule["exists"] === isLeaf(value);
  if (value === undefined) return false;
  return asList(value).some((leaf) => matchesValue(rule, leaf));
}

function isLeaf(value: Json): boolean {
  return value !== undefined && !isObject(value) && !(Array.isArray(value) && value.length === 0);
}

function matchesValue(rule: Json, leaf: Json): boolean {
  if (isObject(leaf)) return false;
  if (!isObject(rule)) return rule === leaf;
  const [operator, operand] = Object.entries(rule)[0] ?? [];
  const text = typeof leaf === "string" ? leaf : undefined;
  switch (operator) {
    case "prefix":
      return text !== undefined && affix(operand, text, (whole, part) => whole.startsWith(part));
    case "suffix":
      return text !== undefined && affix(operand, text, (whole, part) => whole.endsWith(part));
    case "equals-ignore-case":
      return typeof operand === "string" && text?.toLowerCase() === operand.toLowerCase();
    case "wildcard":
      return typeof operand === "string" && text !== undefined && wildcard(operand).test(text);
    case "numeric":
      return typeof leaf === "number" && Array.isArray(operand) && isInRange(operand, leaf);
    case "anything-but":
      return isObject(operand) ? !matchesValue(operand, leaf) : !asList(operand).includes(leaf);
    default:
      throw new RangeError(
        `The reconciliation cannot predict the operator "${String(operator)}" yet; teach it in pattern-oracle.ts.`,
      );
  }
}

/** A prefix or suffix, plain or `{"equals-ignore-case": …}`. */
function affix(operand: Json, text: string, holds: (whole: string, part: string) => boolean): boolean {
  if (typeof operand === "string") return holds(text, operand);
  const folded = isObject(operand) ? operand["equals-ignore-case"] : undefined;
  if (typeof folded !== "string") throw new RangeError(`A prefix or suffix is a text, not ${JSON.stringify(operand)}.`);
  return holds(text.toLowerCase(), folded.toLowerCase());
}

function wildcard(pattern: string): RegExp {
  const source = pattern.replace(/[.*+?^${}()|[\]\\]/g, (character) => (character === "*" ? ".*" : `\\${character}`));
  return new RegExp(`^${source}$`, "s");
}

function isInRange(comparisons: readonly Json[], value: number): boolean {
  for (let index = 0; index + 1 < comparisons.length; index += 2) {
    const bound = Number(comparisons[index + 1]);
    const holds = {
      "=": value === bound,
      "<": value < bound,
      "<=": value <= bound,
      ">": value > bound,
      ">=": value >= bound,
    }[String(comparisons[index])];
    if (holds !== true) return false;
  }
  return true;
}
