import type { Criterion, ExplainedField, Explanation, Scalar } from "@millrace/event-pattern";

/** Values shown of one field; the rest is counted. */
const MAX_SEEN = 3;
const MAX_TEXT = 60;

/** Returns one line: why a pattern matched, or the first field that failed with its value in the event. */
export function describeExplanation({ matches, fields, isInconsistent }: Explanation): string {
  if (matches) return fields.map(({ path, seen }) => `${path} is ${describeSeen(seen)}`).join(", ");
  if (isInconsistent)
    return `${fields.map(({ path }) => path).join(" and ")} hold, but in different elements of an array`;
  const failed = fields.find(({ holds }) => !holds);
  return failed === undefined
    ? "nothing failed"
    : `${failed.path} is ${describeSeen(failed.seen)}, wanted ${describeWanted(failed)}`;
}

function describeSeen(seen: readonly Scalar[]): string {
  if (seen.length === 0) return "absent";
  const shown = seen.slice(0, MAX_SEEN).map(show).join(", ");
  return seen.length > MAX_SEEN ? `${shown} and ${seen.length - MAX_SEEN} more` : shown;
}

function show(value: Scalar): string {
  const text = typeof value === "object" && value !== null ? value.text : JSON.stringify(value);
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}

function describeWanted({ anyOf }: ExplainedField): string {
  const shown = anyOf.slice(0, MAX_SEEN).map(describeCriterion).join(" or ");
  return anyOf.length > MAX_SEEN ? `${shown} or ${anyOf.length - MAX_SEEN} more` : shown;
}

/** A criterion in words. */
export function describeCriterion(criterion: Criterion): string {
  const list = (values: readonly unknown[]): string => values.map((value) => JSON.stringify(value)).join(", ");
  switch (criterion.op) {
    case "equals":
      return JSON.stringify(criterion.value);
    case "number-text":
      return criterion.text;
    case "ip":
      return criterion.low === criterion.high
        ? `the address ${criterion.low}`
        : `an address of ${criterion.low}–${criterion.high}`;
    case "prefix":
      return `a text that begins with ${JSON.stringify(criterion.value)}`;
    case "suffix":
      return `a text that ends with ${JSON.stringify(criterion.value)}`;
    case "equals-ignore-case":
      return `${JSON.stringify(criterion.value)} in any case`;
    case "prefix-ignore-case":
      return `a text that begins with ${JSON.stringify(criterion.value)} in any case`;
    case "suffix-ignore-case":
      return `a text that ends with ${JSON.stringify(criterion.value)} in any case`;
    case "wildcard":
      return `a text like ${JSON.stringify(criterion.parts.join("*"))}`;
    case "range":
      return `a number${describeEnds(criterion)}`;
    case "exists":
      return "any value";
    case "absent":
      return "no value";
    case "anything-but":
      return `anything but ${list(criterion.values)}`;
    case "anything-but-prefix":
      return `nothing that begins with ${list(criterion.values)}`;
    case "anything-but-suffix":
      return `nothing that ends with ${list(criterion.values)}`;
    case "anything-but-ignore-case":
      return `anything but ${list(criterion.values)} in any case`;
    case "anything-but-wildcard":
      return `nothing like ${list(criterion.values.map((parts) => parts.join("*")))}`;
  }
}

/** An end that a pattern left open is that of the numbers themselves. */
function describeEnds({ low, isLowOpen, high, isHighOpen }: Extract<Criterion, { readonly op: "range" }>): string {
  const from = low === -Number.MAX_VALUE ? "" : ` ${isLowOpen ? "above" : "from"} ${low}`;
  return high === Number.MAX_VALUE ? from : `${from} ${isHighOpen ? "below" : "up to"} ${high}`;
}
