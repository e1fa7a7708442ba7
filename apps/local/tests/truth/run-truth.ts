import type { OddEvent } from "./odd-json.ts";
import { differenceOf, expectedTree, readTree, type Tree } from "./rule.ts";

/** A running pipeline, as its clients see it. */
export interface Target {
  readonly ingestUrl: string;
  readonly writeKey: string;
  readonly query: (sql: string) => Promise<Record<string, unknown>[]>;
}

export interface TruthReport {
  readonly sent: number;
  readonly landed: number;
  readonly inView: number;
  readonly valid: number;
  readonly repaired: number;
  readonly refusedLines: number;
  /** What does not keep the rule, up to a limit. */
  readonly faults: readonly string[];
  readonly faultCount: number;
}

const eventsPerRequest = 200;
const pageSize = 5_000;
const pollMs = 250;

/**
 * Sends events, waits until each is in the landing table or nothing has come for `patienceMs`, and compares every one with
 * the rule: text and digits in the landing table, notes on the event, the instant in the view.
 */
export async function runTruth(
  target: Target,
  run: string,
  events: readonly OddEvent[],
  patienceMs: number,
): Promise<TruthReport> {
  for (let start = 0; start < events.length; start += eventsPerRequest) {
    await send(
      target,
      events.slice(start, start + eventsPerRequest).map((event, index) => eventText(run, start + index, event)),
    );
  }
  await waitForLines(target, run, events.length, patienceMs);
  const faults: string[] = [];
  const seen = new Set<number>();
  let valid = 0;
  let repaired = 0;
  for await (const { id, line } of landedLines(target, run)) {
    const index = Number(id.slice(run.length + 1));
    seen.add(index);
    const record = readTree(line);
    const event = events[index];
    if (event === undefined) continue;
    const { tree, noteCount } = expectedTree(readTree(`{"name":"odd","properties":${event.properties}}`));
    const found = differenceOf(tree, at(record, "event", "data"));
    if (found !== undefined) faults.push(`${id}${found}; sent ${event.properties.slice(0, 300)}`);
    const notes = notesOf(record);
    if (notes !== noteCount)
      faults.push(`${id}: ${notes} places are told, expected ${noteCount}; sent ${event.properties.slice(0, 300)}`);
    if (textAt(record, "validation", "status") === "valid") valid += 1;
    if (notes > 0) repaired += 1;
  }
  for (let index = 0; index < events.length; index += 1)
    if (!seen.has(index)) faults.push(`${run}-${index}: not in the landing table`);
  const view = await timesInView(target, run);
  for (const [index, event] of events.entries()) {
    const actual = view.get(`${run}-${index}`);
    if (actual !== expectedInstant(event.time))
      faults.push(`${run}-${index}: ${event.time} is ${String(actual)} in the view`);
  }
  const [refused] = await target.query("SELECT count(*)::INT AS lines FROM refused_lines");
  const refusedLines = Number(refused?.["lines"]);
  if (refusedLines > 0) faults.push(`${refusedLines} lines are refused by the landing table`);
  return {
    ...{ sent: events.length, landed: seen.size, inView: view.size, valid, repaired, refusedLines },
    ...{ faults: faults.slice(0, 20), faultCount: faults.length },
  };
}

function eventText(run: string, index: number, { properties, time }: OddEvent): string {
  return `{"specversion":"1.0","id":"${run}-${index}","source":"https://shop.example/web","type":"custom.event","time":"${time}","data":{"name":"odd","properties":${properties}}}`;
}

async function send({ ingestUrl, writeKey }: Target, events: readonly string[]): Promise<void> {
  const headers = { authorization: `Bearer ${writeKey}`, "content-type": "application/cloudevents-batch+json" };
  for (;;) {
    const response = await fetch(ingestUrl, { method: "POST", headers, body: `[${events.join()}]` });
    const text = await response.text();
    if (response.ok) {
      const { accepted } = JSON.parse(text) as { accepted: number };
      if (accepted !== events.length)
        throw new Error(`${events.length - accepted} events are refused: ${text.slice(0, 500)}`);
      return;
    }
    if (response.status !== 429 && response.status !== 503)
      throw new Error(`${response.status}: ${text.slice(0, 500)}`);
    await pause();
  }
}

async function waitForLines({ query }: Target, run: string, expected: number, patienceMs: number): Promise<void> {
  const sql = `SELECT count(DISTINCT get_path(record, 'event.id'))::INT AS lines FROM landed_events WHERE get_path(record, 'event.id') LIKE '${run}-%'`;
  let last = -1;
  for (let deadline = Date.now() + patienceMs; Date.now() < deadline; await pause()) {
    const lines = Number((await query(sql))[0]?.["lines"]);
    if (lines >= expected) return;
    if (lines > last) deadline = Date.now() + patienceMs;
    last = lines;
  }
}

async function* landedLines({ query }: Target, run: string): AsyncGenerator<{ id: string; line: string }> {
  for (let offset = 0; ; offset += pageSize) {
    const rows = await query(
      `SELECT get_path(record, 'event.id') AS id, record::VARCHAR AS line FROM landed_events
       WHERE get_path(record, 'event.id') LIKE '${run}-%' ORDER BY file_name, file_row_number LIMIT ${pageSize} OFFSET ${offset}`,
    );
    for (const { id, line } of rows) yield { id: String(id), line: String(line) };
    if (rows.length < pageSize) return;
  }
}

async function timesInView({ query }: Target, run: string): Promise<Map<string, string>> {
  const rows = await query(
    `SELECT id, strftime(event_time, '%Y-%m-%dT%H:%M:%S.%f') AS instant FROM events WHERE id LIKE '${run}-%'`,
  );
  return new Map(rows.map(({ id, instant }) => [String(id), String(instant)]));
}

/** The form of the view: microseconds, and a leap second as the second before it. */
function expectedInstant(time: string): string {
  const [, day = "", second = "", fraction = ""] = /^(.{10}).(.{8})(?:\.(\d+))?/.exec(time) ?? [];
  return `${day}T${second.replace(/60$/, "59")}.${fraction.slice(0, 6).padEnd(6, "0")}`;
}

function at(tree: Tree | undefined, ...path: readonly string[]): Tree | undefined {
  return path.reduce((each, name) => (each?.kind === "object" ? each.members.get(name) : undefined), tree);
}

function textAt(tree: Tree, ...path: readonly string[]): string | undefined {
  const found = at(tree, ...path);
  return found !== undefined && "text" in found ? found.text : undefined;
}

function notesOf(record: Tree): number {
  const notes = at(record, "fidelity", "notes");
  return Number(textAt(record, "fidelity", "noteCount") ?? (notes?.kind === "array" ? notes.items.length : 0));
}

const pause = () => new Promise((resolve) => setTimeout(resolve, pollMs));
