/** Letters of java.time.format.DateTimeFormatter that make sense in a path, each for a UTC instant and a run length. */
const fields: Readonly<Record<string, (time: Date, length: number) => string>> = {
  y: year,
  u: year,
  M: (time, length) => (length >= 3 ? monthName(time, length) : number(time.getUTCMonth() + 1, length)),
  d: (time, length) => number(time.getUTCDate(), length),
  D: (time, length) => number(dayOfYear(time), length),
  H: (time, length) => number(time.getUTCHours(), length),
  h: (time, length) => number(time.getUTCHours() % 12 || 12, length),
  a: (time) => (time.getUTCHours() < 12 ? "AM" : "PM"),
  m: (time, length) => number(time.getUTCMinutes(), length),
  s: (time, length) => number(time.getUTCSeconds(), length),
  S: (time, length) => String(time.getUTCMilliseconds()).padStart(3, "0").padEnd(length, "0").slice(0, length),
  E: (time, length) => weekday(time, length),
};

/**
 * Writes `time` as a Java DateTimeFormatter `pattern` does, in UTC: `yyyy/MM/dd/HH`. Text in single quotes is literal.
 * @returns undefined when the pattern has a letter that is not supported.
 */
export function formatDate(time: Date, pattern: string): string | undefined {
  let text = "";
  for (const [token] of pattern.matchAll(/'(?:[^']|'')*'|([A-Za-z])\1*|[^A-Za-z]/g)) {
    const letter = token.charAt(0);
    if (letter === "'") text += token === "''" ? "'" : token.slice(1, -1).replaceAll("''", "'");
    else if (!/[A-Za-z]/.test(letter)) text += token;
    else {
      const field = fields[letter];
      if (field === undefined) return undefined;
      text += field(time, token.length);
    }
  }
  return text;
}

function year(time: Date, length: number): string {
  const full = String(time.getUTCFullYear());
  return length === 2 ? full.slice(-2) : full.padStart(length, "0");
}

function number(value: number, length: number): string {
  return String(value).padStart(length, "0");
}

function dayOfYear(time: Date): number {
  const today = Date.UTC(time.getUTCFullYear(), time.getUTCMonth(), time.getUTCDate());
  return (today - Date.UTC(time.getUTCFullYear(), 0, 1)) / 86_400_000 + 1;
}

function monthName(time: Date, length: number): string {
  return time.toLocaleString("en-US", { timeZone: "UTC", month: length === 3 ? "short" : "long" });
}

function weekday(time: Date, length: number): string {
  return time.toLocaleString("en-US", { timeZone: "UTC", weekday: length <= 3 ? "short" : "long" });
}
