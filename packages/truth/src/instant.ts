/**
 * Returns the text of `strftime(…, '%Y-%m-%dT%H:%M:%S.%f')` for an instant in a view: a leap second is the one before
 * it.
 */
export function expectedInstant(time: string): string {
  const [, day = "", second = "", fraction = ""] = /^(.{10}).(.{8})(?:\.(\d+))?/.exec(time) ?? [];
  return `${day}T${second.replace(/60$/, "59")}.${fraction.slice(0, 6).padEnd(6, "0")}`;
}
