import { type Conjunction, type Criterion, satisfies } from "@millrace/event-pattern";
import { isWithin } from "./string-language.ts";

/** True if every event that matches `narrow` surely matches `wide`. False when it cannot be told. */
export function patternImplies(narrow: readonly Conjunction[], wide: readonly Conjunction[]): boolean {
  return narrow.every((conjunction) => isCovered(conjunction, wide));
}

/** Alternatives that are looked at one by one; beyond, nothing is told. */
const MAX_PIECES = 64;

/** Two wide patterns may have the alternatives of a narrow one between them, so each is looked at for itself. */
function isCovered(narrow: Conjunction, wide: readonly Conjunction[]): boolean {
  if (wide.some((other) => conjunctionImplies(narrow, other))) return true;
  if (wide.length < 2) return false;
  let pieces: Conjunction[] = [[]];
  for (const field of narrow) {
    if (pieces.length * field.anyOf.length > MAX_PIECES) return false;
    pieces = pieces.flatMap((piece) => field.anyOf.map((criterion) => [...piece, { ...field, anyOf: [criterion] }]));
  }
  return pieces.length > 1 && pieces.every((piece) => wide.some((other) => conjunctionImplies(piece, other)));
}

function conjunctionImplies(narrow: Conjunction, wide: Conjunction): boolean {
  return wide.every(({ path, anyOf }) => {
    const field = narrow.find((candidate) => candidate.path === path);
    return field?.anyOf.every((criterion) => anyOf.some((other) => criterionImplies(criterion, other))) ?? false;
  });
}

function criterionImplies(narrow: Criterion, wide: Criterion): boolean {
  if (JSON.stringify(narrow) === JSON.stringify(wide)) return true;
  if (narrow.op === "absent" || wide.op === "absent") return false;
  if (wide.op === "exists") return true;
  if (narrow.op === "equals") return satisfies(wide, narrow.value);
  if (narrow.op === "ip" && wide.op === "ip") return isBetween(narrow, wide) && narrow.low.length === wide.low.length;
  if (narrow.op === "range" && wide.op === "range") {
    const low = narrow.low > wide.low || (narrow.low === wide.low && (narrow.isLowOpen || !wide.isLowOpen));
    const high = narrow.high < wide.high || (narrow.high === wide.high && (narrow.isHighOpen || !wide.isHighOpen));
    return low && high;
  }
  if (narrow.op === "anything-but" && wide.op === "anything-but") {
    return wide.values.every((value) => narrow.values.includes(value));
  }
  return isWithin(narrow, wide);
}

function isBetween<T>(narrow: { low: T; high: T }, wide: { low: T; high: T }): boolean {
  return narrow.low >= wide.low && narrow.high <= wide.high;
}
