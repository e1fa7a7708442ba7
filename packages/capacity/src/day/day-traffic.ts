export const SECONDS_PER_DAY = 86_400;

const HOUR = 3_600;
const NIGHT_ENDS = 6 * HOUR;
const PEAK_BEGINS = 20 * HOUR;
const PEAK_ENDS = 21 * HOUR;
/** How long the peak takes to build up, and to go. */
const RAMP = 900;
const NIGHT = 0.1;
const PEAK = 10;

/**
 * Returns the rate of a second of the day as a multiple of the base rate: a tenth until six, ten times as much from
 * eight to nine.
 */
export function loadAt(second: number): number {
  if (second < NIGHT_ENDS) return NIGHT;
  const rising = (second - (PEAK_BEGINS - RAMP)) / RAMP;
  const falling = (PEAK_ENDS + RAMP - second) / RAMP;
  return 1 + (PEAK - 1) * Math.max(0, Math.min(1, rising, falling));
}

/** The second at which the streams have to be ready for the peak. */
export const PEAK_IS_EXPECTED = PEAK_BEGINS - RAMP;
export const PEAK_MULTIPLE = PEAK;
