import type { EventSummary } from "../api.ts";

/** A search: where to look, what a line has to contain, and which events to keep. */
export interface EventQuery {
  /** `bad` rows, or the name of a destination; else the enriched stream. */
  readonly place: string | undefined;
  /** Texts that every match has in its JSON. */
  readonly contains: readonly string[];
  readonly fromMs: number | undefined;
  readonly untilMs: number | undefined;
  matches(event: EventSummary): boolean;
}

/** A search that cannot be read; the message tells the token and a correct form. */
export class QueryError extends Error {
  override readonly name = "QueryError";
}

const fields = {
  id: (event) => event.id,
  type: (event) => event.type,
  source: (event) => event.source,
  subject: (event) => event.subject ?? "",
  status: (event) => event.status,
  contract: (event) => event.contract ?? "",
  fault: (event) => event.fault ?? "",
} as const satisfies Record<string, (event: EventSummary) => string>;

type Field = keyof typeof fields;
/** Fields whose whole value stands in a line as it is written in a query; masking and JSON leave them alone. */
const written: readonly Field[] = ["id", "type", "source", "subject"];

const MAX_QUERY_LENGTH = 1_000;
const help = `Use ${Object.keys(fields).join(":, ")}:, has:<text>, in:<destination>, time:15m or time:<from>..<until>, or plain words.`;

/**
 * Reads `key:value` tokens: `type:search.*`, `-status:valid`, `source:a,b`, `id:"a b"`, `in:fraud`, `time:15m`,
 * `time:2026-11-29T12:00:00Z..2026-11-29T12:05:00Z`, `has:` a text anywhere in the event's JSON, and plain words that
 * id, type, source, subject or fault contain.
 * Tokens are joined by and, values of one token by or; `*` stands for any text.
 *
 * @throws QueryError
 */
export function parseEventQuery(text: string, nowMs: number): EventQuery {
  if (text.length > MAX_QUERY_LENGTH) throw new QueryError(`A search has at most ${MAX_QUERY_LENGTH} characters.`);
  const tests: ((event: EventSummary) => boolean)[] = [];
  const contains: string[] = [];
  let place: string | undefined;
  let range: { fromMs?: number; untilMs?: number } = {};
  for (const { isNot, key, value } of tokensOf(text)) {
    if (key === undefined) {
      const word = value.toLowerCase();
      const hasWord = (event: EventSummary): boolean =>
        Object.values(fields).some((read) => read(event).toLowerCase().includes(word));
      tests.push((event) => hasWord(event) !== isNot);
    } else if (key === "has" && !isNot) contains.push(JSON.stringify(value).slice(1, -1));
    else if (key === "in" && !isNot) place = value;
    else if (key === "time" && !isNot) range = parseTime(value, nowMs);
    else if (isField(key)) {
      const values = value.split(",");
      const patterns = values.map(compileValue);
      tests.push((event) => patterns.some((matches) => matches(fields[key](event))) !== isNot);
      const [only] = values;
      if (!isNot && values.length === 1 && only !== undefined && written.includes(key))
        contains.push(...literals(only));
      if (key === "status" && !isNot && values.length === 1 && only === "bad") place ??= "bad";
    } else throw new QueryError(`"${isNot ? "-" : ""}${key}:" is no key of a search. ${help}`);
  }
  return {
    place,
    contains,
    fromMs: range.fromMs,
    untilMs: range.untilMs,
    matches: (event) => tests.every((test) => test(event)),
  };
}

interface Token {
  readonly isNot: boolean;
  readonly key: string | undefined;
  readonly value: string;
}

function tokensOf(text: string): readonly Token[] {
  const found = text.matchAll(/(-?)(?:([a-z]+):)?(?:"([^"]*)"|(\S+))/g);
  return [...found].flatMap(([, minus = "", key, quoted, bare = ""]): Token[] => {
    const value = quoted ?? bare;
    // An address (`https://…`) is a word, not a key with a value.
    const isAddress = key !== undefined && quoted === undefined && value.startsWith("//");
    if (isAddress) return [{ isNot: minus === "-", key: undefined, value: `${key}:${value}` }];
    return value === "" ? [] : [{ isNot: minus === "-", key, value }];
  });
}

const isField = (key: string): key is Field => Object.hasOwn(fields, key);

function compileValue(value: string): (text: string) => boolean {
  if (!value.includes("*")) return (text) => text === value;
  const parts = value.split("*");
  return (text) => matchesParts(text, parts);
}

/** True if the parts stand in the text in order, the first at its start and the last at its end: linear, no pattern. */
function matchesParts(text: string, parts: readonly string[]): boolean {
  const first = parts[0] ?? "";
  const last = parts.at(-1) ?? "";
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  const end = text.length - last.length;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}

/** The literal texts of a value, as JSON writes them; those that may be written in another way are no help. */
function literals(value: string): readonly string[] {
  return value.split("*").filter((part) => /^[\w.:@-]{2,}$/.test(part));
}

const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };

function parseTime(value: string, nowMs: number): { fromMs?: number; untilMs?: number } {
  const [, count, unit] = /^(\d{1,6})([smh])$/.exec(value) ?? [];
  if (count !== undefined && unit !== undefined) return { fromMs: nowMs - Number(count) * (units[unit] ?? 0) };
  const [from, until, ...rest] = value.split("..");
  if (until === undefined || rest.length > 0 || value === "..") {
    throw new QueryError(
      `"time:${value}" is no time. Use time:15m, or time:2026-11-29T12:00:00Z..2026-11-29T12:05:00Z.`,
    );
  }
  const fromMs = parseInstant(from);
  const untilMs = parseInstant(until);
  return { ...(fromMs === undefined ? {} : { fromMs }), ...(untilMs === undefined ? {} : { untilMs }) };
}

function parseInstant(text: string | undefined): number | undefined {
  if (text === undefined || text === "") return undefined;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new QueryError(`"${text}" is no time; write it as 2026-11-29T12:00:00Z.`);
  return ms;
}
