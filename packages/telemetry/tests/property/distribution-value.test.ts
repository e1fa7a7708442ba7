import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { createTelemetry, MAX_METRIC_VALUE, MAX_RELATIVE_ERROR, MAX_VALUES_PER_METRIC } from "../../src/index.ts";
import { type Histogram, type DistributionValue } from "../../src/index.ts";

/** The distribution as a reader of the line finds it. */
function write(observations: readonly number[]): DistributionValue {
  let line = "";
  const telemetry = createTelemetry({
    service: "router",
    stage: "test",
    functionName: "f",
    write: (text) => (line = text),
  });
  for (const value of observations) telemetry.observe("eventAgeMs", value);
  telemetry.flush();
  return (JSON.parse(line) as { eventAgeMs: DistributionValue }).eventAgeMs;
}

/** Every form as a histogram. */
function read(value: DistributionValue): Histogram {
  if (typeof value === "object" && "Values" in value) return value;
  const list = typeof value === "number" ? [value] : value;
  return {
    Values: list,
    Counts: list.map(() => 1),
    Max: Math.max(...list),
    Min: Math.min(...list),
    Count: list.length,
    Sum: list.reduce((sum, each) => sum + each, 0),
  };
}

const ascending = (values: Iterable<number>): number[] => [...values].sort((one, other) => one - other);

function percentile({ Values, Counts }: Histogram, percent: number): number {
  const all = ascending(Values.flatMap((value, index) => Array<number>(Counts[index] ?? 0).fill(value)));
  return all[Math.max(1, Math.ceil((percent / 100) * all.length)) - 1] ?? Number.NaN;
}

const exactPercentile = (values: readonly number[], percent: number): number => percentile(read(values), percent);

const ages = fc.array(fc.integer({ min: 0, max: 2_000 }), { minLength: 1, maxLength: 1_500, size: "max" });
const anything = fc.array(
  fc.oneof(
    fc.double({ noNaN: true, min: -MAX_METRIC_VALUE, max: MAX_METRIC_VALUE }),
    fc.integer({ min: -300, max: 300 }),
    fc.double({ noNaN: true, min: -5, max: 5 }),
  ),
  { minLength: 1, maxLength: 1_000, size: "max" },
);

describe("a distribution in a line", () => {
  test("has percentiles within the relative error of the exact ones", () => {
    fc.assert(
      fc.property(ages, fc.constantFrom(1, 50, 90, 99, 100), (values, percent) => {
        const exact = exactPercentile(values, percent);
        expect(Math.abs(percentile(read(write(values)), percent) - exact)).toBeLessThanOrEqual(
          MAX_RELATIVE_ERROR * exact,
        );
      }),
    );
  });

  test("has the exact count, sum, least and greatest of whatever was observed", () => {
    fc.assert(
      fc.property(fc.oneof(ages, anything), (values) => {
        const histogram = read(write(values));
        expect(histogram.Count).toBe(values.length);
        expect(histogram.Counts.reduce((sum, count) => sum + count, 0)).toBe(values.length);
        expect(histogram.Max).toBe(Math.max(...values) + 0);
        expect(histogram.Min).toBe(Math.min(...values) + 0);
        const scale = values.reduce((sum, value) => sum + Math.abs(value), 0);
        const sum = values.reduce((total, value) => total + value, 0);
        expect(Math.abs(histogram.Sum - sum)).toBeLessThanOrEqual(scale * 1e-12);
      }),
    );
  });

  test("has at most a hundred values, all finite and each once, for every value that there is", () => {
    fc.assert(
      fc.property(anything, (values) => {
        const value = write(values);
        if (typeof value === "number") return;
        if (!("Values" in value)) {
          expect(value.length).toBeLessThanOrEqual(MAX_VALUES_PER_METRIC);
          return;
        }
        expect(value.Values.length).toBeLessThanOrEqual(MAX_VALUES_PER_METRIC);
        expect(value.Counts).toHaveLength(value.Values.length);
        expect(new Set(value.Values).size).toBe(value.Values.length);
        for (const number of [...value.Values, ...value.Counts, value.Sum]) expect(number).toEqual(expect.any(Number));
      }),
    );
  });

  test("keeps the order of negative values, zeros and positive ones", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 150, maxLength: 600, size: "max" }),
        (values) => {
          const { Values, Counts } = read(write(values));
          const countOf = (has: (value: number) => boolean) =>
            Values.reduce((sum, value, index) => sum + (has(value) ? (Counts[index] ?? 0) : 0), 0);
          expect(countOf((value) => value < 0)).toBe(values.filter((value) => value < 0).length);
          expect(countOf((value) => value === 0)).toBe(values.filter((value) => value === 0).length);
        },
      ),
    );
  });

  test("keeps integers up to 100 as they are, while at most fifty of them differ", () => {
    fc.assert(
      fc.property(
        fc
          .uniqueArray(fc.integer({ min: -100, max: 100 }), { minLength: 1, maxLength: 50 })
          .chain((few) => fc.array(fc.constantFrom(...few), { minLength: 1, maxLength: 600, size: "max" })),
        (values) => {
          const { Values, Counts } = read(write(values));
          const back = Values.flatMap((value, index) => Array<number>(Counts[index] ?? 0).fill(value));
          expect(ascending(back)).toEqual(ascending(values));
        },
      ),
    );
  });

  test("is no longer than the list of its values", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5_000 }), { minLength: 1, maxLength: 100 }), (values) => {
        expect(JSON.stringify(write(values)).length).toBeLessThanOrEqual(JSON.stringify(values).length);
      }),
    );
  });
});
