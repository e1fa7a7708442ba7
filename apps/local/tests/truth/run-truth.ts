import {
  expectedInstant,
  faultsOf,
  type OddEvent,
  oddEventData,
  propertyFaultsOf,
  readTree,
  textAt,
  toldPlaces,
} from "@millrace/truth";
import { objectLines, queryWarehouse, rowsOf, streamLines, type Target } from "./places.ts";

export interface TruthReport {
  readonly sent: number;
  /** Events found in each place, each counted once. */
  readonly places: Readonly<Record<Place, number>>;
  readonly valid: number;
  readonly repaired: number;
  readonly refusedLines: number;
  /** Violations of the rule, up to a limit. */
  readonly faults: readonly string[];
  readonly faultCount: number;
}

const places = ["landing table", "EVENTS", "typed view", "destination", "S3"] as const;
type Place = (typeof places)[number];

const eventsPerRequest = 200;
/** Less than the one shard of a destination takes: what it throttles for long would be undelivered, and not there. */
const eventsPerSecond = 400;
const pollMs = 250;
const maxFaults = 20;
/** The route of programs, which says what it is, takes every event. */
const destination = "fraud";
const agent = "Googlebot/2.1 (+http://www.google.com/bot.html)";

/**
 * Sends events, waits until each is in the landing table or nothing has come for `patienceMs`, and compares every one
 * with the rule wherever it has to be: in the landing table, in two views, in a destination and in S3.
 */
export async function runTruth(
  target: Target,
  run: string,
  events: readonly OddEvent[],
  patienceMs: number,
): Promise<TruthReport> {
  for (let start = 0; start < events.length; start += eventsPerRequest) {
    const request = events.slice(start, start + eventsPerRequest);
    const sent = send(
      target,
      request.map((event, index) => eventText(run, start + index, event)),
    );
    await Promise.all([sent, pause((request.length / eventsPerSecond) * 1000)]);
  }
  await waitForLines(target, run, events.length, patienceMs);
  const comparison = new Comparison(run, events);
  await comparison.lookAtLandingTable(target);
  await comparison.lookAtViews(target);
  await comparison.lookAtDestination(target, patienceMs);
  for (const line of objectLines(target, run)) comparison.lookAtLine("S3", line);
  const [refused] = await queryWarehouse(target, "SELECT count(*)::INT AS lines FROM refused_lines");
  return comparison.report(Number(refused?.["lines"]));
}

class Comparison {
  readonly #run: string;
  readonly #events: readonly OddEvent[];
  readonly #seen = new Map<Place, Set<number>>(places.map((place) => [place, new Set()]));
  readonly #faults: string[] = [];
  #valid = 0;
  #repaired = 0;

  constructor(run: string, events: readonly OddEvent[]) {
    this.#run = run;
    this.#events = events;
  }

  async lookAtLandingTable(target: Target): Promise<void> {
    const landed = { table: "landed_events", id: "get_path(record, 'event.id')", columns: "record::VARCHAR AS line" };
    for await (const { line } of rowsOf(target, { ...landed, ...this.#rows })) {
      const record = this.lookAtLine("landing table", String(line));
      if (record === undefined) continue;
      if (textAt(record, "validation", "status") === "valid") this.#valid += 1;
      if (toldPlaces(record) > 0) this.#repaired += 1;
    }
  }

  async lookAtViews(target: Target): Promise<void> {
    const instant = "strftime(event_time, '%Y-%m-%dT%H:%M:%S.%f') AS instant";
    const events = { table: "events", id: "id", columns: instant, ...this.#rows };
    for await (const { id, instant: actual } of rowsOf(target, events)) {
      const event = this.#find("EVENTS", String(id));
      if (event !== undefined) this.#compareTime("EVENTS", id, event, actual);
    }
    const columns = `${instant}, properties::VARCHAR AS properties`;
    const typed = { table: "custom_event_1", id: "id", columns, ...this.#rows };
    for await (const { id, instant: actual, properties } of rowsOf(target, typed)) {
      const event = this.#find("typed view", String(id));
      if (event === undefined) continue;
      this.#compareTime("typed view", id, event, actual);
      this.#note("typed view", String(id), event, propertyFaultsOf(event.properties, String(properties)));
    }
  }

  async lookAtDestination(target: Target, patienceMs: number): Promise<void> {
    for await (const line of streamLines(target, destination, patienceMs)) {
      this.lookAtLine("destination", line);
      if (this.#seen.get("destination")?.size === this.#events.length) return;
    }
  }

  /** Compares an enriched event, if it is one of the run, and gives it. */
  lookAtLine(place: Place, line: string) {
    const record = readTree(line);
    const id = textAt(record, "event", "id") ?? "";
    const event = this.#find(place, id);
    if (event === undefined) return undefined;
    this.#note(place, id, event, faultsOf(event.properties, record));
    return record;
  }

  report(refusedLines: number): TruthReport {
    for (const [place, seen] of this.#seen) {
      this.#events.forEach((_, index) => {
        if (!seen.has(index)) this.#faults.push(`${this.#run}-${index}: not in ${place}`);
      });
    }
    if (refusedLines > 0) this.#faults.push(`${refusedLines} lines are refused by the landing table`);
    return {
      sent: this.#events.length,
      places: Object.fromEntries(places.map((place) => [place, this.#seen.get(place)?.size])) as TruthReport["places"],
      valid: this.#valid,
      repaired: this.#repaired,
      refusedLines,
      faults: this.#faults.slice(0, maxFaults),
      faultCount: this.#faults.length,
    };
  }

  get #rows(): { readonly run: string; readonly rows: number } {
    return { run: this.#run, rows: this.#events.length };
  }

  #find(place: Place, id: string): OddEvent | undefined {
    if (!id.startsWith(`${this.#run}-`)) return undefined;
    const index = Number(id.slice(this.#run.length + 1));
    const event = this.#events[index];
    if (event !== undefined) this.#seen.get(place)?.add(index);
    return event;
  }

  #compareTime(place: Place, id: unknown, { time }: OddEvent, actual: unknown): void {
    if (actual !== expectedInstant(time)) this.#faults.push(`${String(id)}: ${time} is ${String(actual)} in ${place}`);
  }

  #note(place: Place, id: string, { properties }: OddEvent, found: readonly string[]): void {
    for (const each of found) this.#faults.push(`${id} in ${place}: ${each}; sent ${properties.slice(0, 300)}`);
  }
}

function eventText(run: string, index: number, { properties, time }: OddEvent): string {
  return `{"specversion":"1.0","id":"${run}-${index}","source":"https://shop.example/web","type":"custom.event","time":"${time}","data":${oddEventData(properties)}}`;
}

async function send({ ingestUrl, writeKey }: Target, events: readonly string[]): Promise<void> {
  const headers = {
    authorization: `Bearer ${writeKey}`,
    "content-type": "application/cloudevents-batch+json",
    "user-agent": agent,
  };
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
    await pause(pollMs);
  }
}

async function waitForLines(target: Target, run: string, expected: number, patienceMs: number): Promise<void> {
  const sql = `SELECT count(DISTINCT get_path(record, 'event.id'))::INT AS lines FROM landed_events WHERE get_path(record, 'event.id') LIKE '${run}-%'`;
  let last = -1;
  for (let deadline = Date.now() + patienceMs; Date.now() < deadline; ) {
    const askedMs = Date.now();
    const lines = Number((await queryWarehouse(target, sql))[0]?.["lines"]);
    if (lines >= expected) return;
    if (lines > last) deadline = Date.now() + patienceMs;
    last = lines;
    // The count reads the whole table. Loading needs the processor too, so counts get a small part of the time.
    await pause(Math.max(pollMs, 5 * (Date.now() - askedMs)));
  }
}

const pause = (forMs: number) => new Promise((resolve) => setTimeout(resolve, forMs));
