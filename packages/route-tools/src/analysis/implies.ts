import { type Conjunction, type Criterion, satisfies } from "@millrace/event-pattern";

/** Whether every event that matches `narrow` surely matches `wide`. False when it cannot be told. */
export function patternImplies(narrow: readonly Conjunction[], wide: readonly Conjunction[]): boolean {
  return narrow.every((conjunction) => wide.some((other) => conjunctionImplies(conjunction, other)));
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
  if (narrow.op === "prefix" && wide.op === "prefix") return narrow.value.startsWith(wide.value);
  if (narrow.op === "suffix" && wide.op === "suffix") return narrow.value.endsWith(wide.value);
  if (narrow.op === "ip" && wide.op === "ip") return isWithin(narrow, wide) && narrow.low.length === wide.low.length;
  if (narrow.op === "range" && wide.op === "range") {
    const low = narrow.low > wide.low || (narrow.low === wide.low && (narrow.isLowOpen || !wide.isLowOpen));
    const high = narrow.high < wide.high || (narrow.high === wide.high && (narrow.isHighOpen || !wide.isHighOpen));
    return low && high;
  }
  if (narrow.op === "anything-but" && wide.op === "anything-but") {
    return wide.values.every((value) => narrow.values.includes(value));
  }
  return false;
}

function isWithin<T>(narrow: { low: T; high: T }, wide: { low: T; high: T }): boolean {
  return narrow.low >= wide.low && narrow.high <= wide.high;
}
