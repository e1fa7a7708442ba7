import { MAX_VALUES_PER_METRIC } from "./limits.ts";

/**
 * Values of a metric with how often each came, as CloudWatch takes them in an EMF document. The page of the format does
 * not name this form; AWS's exporter and CloudWatch agent write it (decision record 0245). CloudWatch reads the number
 * of samples from `Counts`.
 */
export interface Histogram {
  readonly Values: readonly number[];
  readonly Counts: readonly number[];
  readonly Max: number;
  readonly Min: number;
  readonly Count: number;
  readonly Sum: number;
}

/** The value of a distribution in a line: its only observation, all of them, or a histogram. */
export type DistributionValue = number | readonly number[] | Histogram;

/** A value of a histogram is so near to each observation it stands for, as a share of the observation. */
export const MAX_RELATIVE_ERROR = 0.04;

/** Share of {@link MAX_RELATIVE_ERROR} that {@link shorten} takes. */
const ROUNDING_ERROR = 0.006;

/** Largest distance of two observations in a bucket, as a share of the smaller one: its middle stands for both. */
const BUCKET_WIDTH = 2 * (MAX_RELATIVE_ERROR - ROUNDING_ERROR);

/** Integers up to it have buckets of their own: they are counts, of which each means something else. */
const MAX_EXACT_INTEGER = 100;

/** With more buckets, integers are no counts but short times, and share buckets as other values do. */
const MAX_EXACT_BUCKETS = 50;

/**
 * Returns observations in the form that takes the fewest bytes of a line. Count, sum, least and greatest are exact in
 * each form. Values of a histogram are within {@link MAX_RELATIVE_ERROR} of the observations, unless these fill more
 * than {@link MAX_VALUES_PER_METRIC} buckets: then the buckets grow.
 *
 * @param observations at least one, all finite; sorted in place
 */
export function toDistributionValue(observations: Float64Array): DistributionValue {
  const [first = 0] = observations;
  if (observations.length === 1) return first;
  const list = observations.length <= MAX_VALUES_PER_METRIC ? Array.from(observations) : undefined;
  const histogram = toHistogram(observations);
  if (list === undefined) return histogram;
  return JSON.stringify(list).length <= JSON.stringify(histogram).length ? list : histogram;
}

type Buckets = Pick<Histogram, "Values" | "Counts">;

function toHistogram(observations: Float64Array): Histogram {
  const sorted = observations.sort();
  let buckets = fillBuckets(sorted, BUCKET_WIDTH, MAX_EXACT_INTEGER);
  if (buckets.Values.length > MAX_EXACT_BUCKETS) buckets = fillBuckets(sorted, BUCKET_WIDTH, 0);
  for (let width = 2 * BUCKET_WIDTH; buckets.Values.length > MAX_VALUES_PER_METRIC; width *= 2) {
    buckets = fillBuckets(sorted, width, 0);
  }
  return {
    ...buckets,
    Max: sorted.at(-1) ?? 0,
    Min: sorted[0] ?? 0,
    Count: sorted.length,
    Sum: sorted.reduce((sum, value) => sum + value, 0),
  };
}

/** Each bucket begins with an observation, so that there are as few buckets as the width allows. */
function fillBuckets(sorted: Float64Array, width: number, maxExactInteger: number): Buckets {
  const isExact = (value: number): boolean => Math.abs(value) <= maxExactInteger && Number.isInteger(value);
  const Values: number[] = [];
  const Counts: number[] = [];
  let at = 0;
  while (at < sorted.length) {
    const start = at;
    const first = sorted[start] ?? 0;
    const isAlone = isExact(first);
    let last = first;
    for (at += 1; at < sorted.length; at += 1) {
      const next = sorted[at] ?? 0;
      const isWithin =
        next === first ||
        (!isAlone && next - first <= width * Math.min(Math.abs(first), Math.abs(next)) && !isExact(next));
      if (!isWithin) break;
      last = next;
    }
    const value = shorten(first + (last - first) / 2);
    // A fraction beside an integer may be written as that integer.
    if (Values.at(-1) === value) Counts.push((Counts.pop() ?? 0) + at - start);
    else {
      Values.push(value);
      Counts.push(at - start);
    }
  }
  return { Values, Counts };
}

/** Three digits at least: an integer from 100 on, since zeros in the place of digits save nothing. */
const shorten = (value: number): number => (Math.abs(value) < 100 ? Number(value.toPrecision(3)) : Math.round(value));
