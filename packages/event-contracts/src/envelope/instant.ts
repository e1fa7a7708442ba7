const rfc3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ]([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60)(\.\d+)?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))$/;

/** The years 1 to 9999 of UTC: what every warehouse holds, and what RFC 3339 can write in UTC. */
const EARLIEST_MS = -62_135_596_800_000;
const LATEST_MS = 253_402_300_799_999;

const MINUTE_MS = 60_000;
const LAST_MINUTE_OF_DAY = 24 * 60 - 1;

/**
 * The instant of an RFC 3339 time, in epoch milliseconds: lower-case `t` and `z`, a space, any offset, any fraction
 * (cut to milliseconds). A leap second counts as the second before it, and so stays in its day.
 *
 * @returns undefined for what is no such time, for a day or a leap second that cannot be, and for an instant outside
 *   the years 1 to 9999 of UTC
 * @see https://www.rfc-editor.org/rfc/rfc3339#section-5.6
 * @example parseInstant("2026-12-31t23:59:60z") === Date.UTC(2026, 11, 31, 23, 59, 59) // true
 */
export function parseInstant(text: string): number | undefined {
  const [, year, month, day, hour, minute, second, fraction = "", sign, offsetHour, offsetMinute] =
    rfc3339.exec(text) ?? [];
  if (year === undefined) return undefined;
  if (Number(month) < 1 || Number(month) > 12 || Number(day) < 1) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  if (date.getUTCDate() !== Number(day)) return undefined;
  const isLeap = second === "60";
  date.setUTCHours(Number(hour), Number(minute), isLeap ? 59 : Number(second), Number(`${fraction}000`.slice(1, 4)));
  const offsetMinutes = sign === undefined ? 0 : Number(`${sign}1`) * (Number(offsetHour) * 60 + Number(offsetMinute));
  const instant = date.getTime() - offsetMinutes * MINUTE_MS;
  if (instant < EARLIEST_MS || instant > LATEST_MS) return undefined;
  // Leap seconds end a day of UTC.
  return isLeap && minuteOfDay(instant) !== LAST_MINUTE_OF_DAY ? undefined : instant;
}

function minuteOfDay(instant: number): number {
  const date = new Date(instant);
  return date.getUTCHours() * 60 + date.getUTCMinutes();
}
