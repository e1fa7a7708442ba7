/**
 * Reduces values to at most `maxCount` of their order statistics, evenly spaced and with both ends: percentiles, least
 * and greatest stay what they were, while count and sum do not (counters carry those).
 *
 * @param values sorted in place when there are too many
 */
export function pickOrderStatistics(values: Float64Array, maxCount: number): number[] {
  if (values.length <= maxCount) return Array.from(values);
  values.sort();
  const last = values.length - 1;
  return Array.from({ length: maxCount }, (_, index) => values[Math.round((index * last) / (maxCount - 1))] ?? 0);
}
