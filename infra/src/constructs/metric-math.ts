import type { Metric } from "./metric.ts";

/** An expression in CloudWatch's metric math, with the metrics that it calls by their ids. */
export interface Expression {
  readonly text: string;
  /** By id: a lower-case letter, then letters, digits and underscores. */
  readonly metrics: Readonly<Record<string, Metric>>;
  /** Names the result where it is drawn. */
  readonly label: string;
}

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
// A metric that is written only when something happens is 0 where it is not.
const filled = (id: string): string => `FILL(${id}, 0)`;
const named = (prefix: string, metrics: readonly Metric[]): [id: string, metric: Metric][] =>
  metrics.map((metric, index) => [`${prefix}${index + 1}`, metric]);
const sum = (ids: readonly [id: string, metric: Metric][]): string => ids.map(([id]) => filled(id)).join(" + ");

/** 1 in each period in which every one of `present` has something and all of `absent` together have nothing, else 0. */
export function absence(present: readonly Metric[], absent: readonly Metric[], label: string): Expression {
  const given = named("present", present);
  const missing = named("absent", absent);
  const conditions = [...given.map(([id]) => `${filled(id)} > 0`), `${sum(missing)} == 0`];
  return { text: `IF(${conditions.join(" AND ")}, 1, 0)`, metrics: Object.fromEntries([...given, ...missing]), label };
}

/** Longer than any age that is kept: stands for one that does not come. */
const NEVER_MS = 86_400_000;

/**
 * Metric of the hop before: one that counts what it passed on, or the greatest age that it passed on, so that what was
 * late before is not late here once more.
 */
export type HopBefore = { readonly passed: Metric } | { readonly age: Metric };

/** 1 in each period in which the hop before passed something on in time and an age is late or missing, else 0. */
export function late(before: HopBefore, ages: readonly Metric[], limitMs: number, label: string): Expression {
  const items = named("age", ages);
  const isLate = items.map(([id]) => `FILL(${id}, ${NEVER_MS}) > ${limitMs}`).join(" OR ");
  const given = "passed" in before ? `${filled("before")} > 0` : `FILL(before, ${NEVER_MS}) <= ${limitMs}`;
  return {
    text: `IF(${given} AND (${isLate}), 1, 0)`,
    metrics: { before: "passed" in before ? before.passed : before.age, ...Object.fromEntries(items) },
    label,
  };
}

/** All metrics together; 0 in a period without any. */
export function total(all: readonly Metric[], label: string): Expression {
  const items = named("part", all);
  return { text: sum(items), metrics: Object.fromEntries(items), label };
}

/** Per cent that `part` is of all `wholes` together; no value in a period without any. */
export function share(part: Metric, wholes: readonly Metric[], label: string): Expression {
  const whole = named("whole", wholes);
  return { text: `100 * ${filled("part")} / (${sum(whole)})`, metrics: { part, ...Object.fromEntries(whole) }, label };
}

/** Per cent of their limits that two metrics have reached, whichever is nearer. */
export function load(
  [first, firstLimit]: readonly [metric: Metric, limit: number],
  [second, secondLimit]: readonly [metric: Metric, limit: number],
  label: string,
): Expression {
  const one = `100 * ${filled("first")} / ${firstLimit}`;
  const other = `100 * ${filled("second")} / ${secondLimit}`;
  return { text: `IF(${one} > ${other}, ${one}, ${other})`, metrics: { first, second }, label };
}
