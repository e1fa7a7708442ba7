import type { Criterion, Scalar } from "./criterion.ts";
import { endsWithIgnoreCase, equalsIgnoreCase, startsWithIgnoreCase } from "./fold-case.ts";
import { ipDigits } from "./ip-address.ts";
import { NumberText } from "./number-text.ts";
import { matchesWildcard } from "./wildcard.ts";

/**
 * True if one value satisfies one criterion. An `anything-but` of any kind holds for a value of another type than the
 * one it names: `true` is anything but `"a"` (aws/event-ruler, `ByteMachine`: assumed to match unless proven not to).
 */
export function satisfies(criterion: Criterion, value: Scalar): boolean {
  switch (criterion.op) {
    case "equals":
      return value === criterion.value;
    case "number-text":
      return value instanceof NumberText && value.text === criterion.text;
    case "exists":
      return true;
    case "absent":
      return false;
    case "range":
      return typeof value === "number" && isInRange(criterion, value);
    case "anything-but":
      return !(criterion.values as readonly Scalar[]).includes(value);
    default:
      return typeof value === "string" ? stringSatisfies(criterion, value) : criterion.op.startsWith("anything-but-");
  }
}

type StringCriterion = Exclude<
  Criterion,
  { op: "equals" | "number-text" | "exists" | "absent" | "range" | "anything-but" }
>;

function stringSatisfies(criterion: StringCriterion, value: string): boolean {
  switch (criterion.op) {
    case "prefix":
      return value.startsWith(criterion.value);
    case "suffix":
      return value.endsWith(criterion.value);
    case "equals-ignore-case":
      return equalsIgnoreCase(criterion.value, value);
    case "prefix-ignore-case":
      return startsWithIgnoreCase(criterion.value, value);
    case "suffix-ignore-case":
      return endsWithIgnoreCase(criterion.value, value);
    case "wildcard":
      return matchesWildcard(criterion.parts, value);
    case "ip":
      return isInBlock(criterion.low, criterion.high, value);
    case "anything-but-prefix":
      return !criterion.values.some((prefix) => value.startsWith(prefix));
    case "anything-but-suffix":
      return !criterion.values.some((suffix) => value.endsWith(suffix));
    case "anything-but-ignore-case":
      return !criterion.values.some((other) => equalsIgnoreCase(other, value));
    case "anything-but-wildcard":
      return !criterion.values.some((parts) => matchesWildcard(parts, value));
  }
}

function isInRange(range: Extract<Criterion, { op: "range" }>, value: number): boolean {
  if (range.isLowOpen ? value <= range.low : value < range.low) return false;
  return range.isHighOpen ? value < range.high : value <= range.high;
}

/** Addresses of one family have digits of one length; the other family is never inside. */
function isInBlock(low: string, high: string, value: string): boolean {
  const digits = ipDigits(value);
  return digits !== undefined && digits.length === low.length && digits >= low && digits <= high;
}
