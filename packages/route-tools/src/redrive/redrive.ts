import { encodeRecord, eventIdentity, partitionKeyOf, revisionOf } from "@millrace/event-contracts";
import type { CompiledDestination, EventCopy, RouteSet } from "@millrace/routes/runtime";
import type { OutputDelivery, OutputWriter } from "@millrace/stream-handler";
import { type ReadUndelivered, readUndelivered } from "./read-undelivered.ts";

/** The parts that a redrive is made of. */
export interface RedriveOptions {
  /** Undelivered events of others are passed over, and only copies for this application's destinations are written. */
  readonly application: string;
  /** The present routes. */
  readonly routes: RouteSet;
  /** The writer of a destination; absent: nothing is written, everything is counted. */
  readonly destination?: ((destination: CompiledDestination) => OutputWriter) | undefined;
  /** Copies that were put back before, as `redriveKey`; extended by what is delivered now. */
  readonly done?: Set<string> | undefined;
  /** Called after each batch, so that a run that is cut off need not begin again. */
  readonly onDelivered?: ((keys: readonly string[]) => void | Promise<void>) | undefined;
  readonly now?: (() => number) | undefined;
}

/** Counts of the undelivered events by their outcome. */
export interface RedriveResult {
  /** Undelivered events of the application. */
  readonly found: number;
  readonly unreadable: number;
  /** Left out: another undelivered event, or an earlier run, had the same revision for the same destination. */
  readonly duplicates: number;
  /** No present route wants the event for the destination it was meant for. */
  readonly unwanted: number;
  readonly delivered: number;
  readonly failed: number;
  /** Why, with how many failed so. */
  readonly reasons: ReadonlyMap<string, number>;
}

/** Copies put in one go: far below a request's 500, so that a run that is cut off repeats little. */
const BATCH = 200;

/** The key of a copy: its destination, and identity and revision of its event, so that a correction goes there too. */
export function redriveKey(destination: string, enriched: ReadUndelivered["event"]): string {
  return `${destination} ${eventIdentity(enriched.event)} ${revisionOf(enriched)}`;
}

/** Puts undelivered events back through the present routes. */
export async function redrive(
  rows: AsyncIterable<Readonly<Record<string, unknown>>> | Iterable<Readonly<Record<string, unknown>>>,
  options: RedriveOptions,
): Promise<RedriveResult> {
  const run = new RedriveRun(options);
  for await (const row of rows) await run.add(row);
  await run.flush();
  return run.result;
}

interface Waiting {
  readonly copy: EventCopy;
  readonly event: ReadUndelivered["event"];
  readonly key: string;
}

interface Outcome {
  readonly status: OutputDelivery["status"];
  readonly error?: Error;
}

class RedriveRun {
  readonly result = {
    found: 0,
    unreadable: 0,
    duplicates: 0,
    unwanted: 0,
    delivered: 0,
    failed: 0,
    reasons: new Map<string, number>(),
  };
  readonly #options: RedriveOptions;
  readonly #seen: Set<string>;
  readonly #writers = new Map<string, OutputWriter>();
  #waiting: Waiting[] = [];

  constructor(options: RedriveOptions) {
    this.#options = options;
    this.#seen = options.done ?? new Set();
  }

  async add(line: Readonly<Record<string, unknown>>): Promise<void> {
    const row = readUndelivered(line);
    if ("reason" in row) {
      this.result.unreadable += 1;
      return;
    }
    if (row.application !== this.#options.application) return;
    this.result.found += 1;
    // Only the destination that failed: every other one had its copy of this event, or has an undelivered event of its
    // own.
    const key = redriveKey(row.destination, row.event);
    if (this.#seen.has(key)) {
      this.result.duplicates += 1;
      return;
    }
    const { copies } = this.#options.routes.route(row.event);
    const copy = copies.find(({ destination }) => destination.name === row.destination);
    if (copy === undefined || copy.destination.application !== this.#options.application) {
      this.result.unwanted += 1;
      return;
    }
    this.#seen.add(key);
    this.#waiting.push({ copy, event: row.event, key });
    if (this.#waiting.length >= BATCH) await this.flush();
  }

  async flush(): Promise<void> {
    const batch = this.#waiting;
    this.#waiting = [];
    const byDestination = Map.groupBy(batch, ({ copy }) => copy.destination);
    for (const [destination, copies] of byDestination) {
      const deliveries = await this.#put(destination, copies);
      const delivered = copies.filter((_, index) => deliveries[index]?.status === "delivered").map(({ key }) => key);
      this.result.delivered += delivered.length;
      this.result.failed += copies.length - delivered.length;
      for (const [index, { key }] of copies.entries()) {
        const delivery = deliveries[index];
        if (delivery?.status === "delivered") continue;
        this.#seen.delete(key);
        const why = delivery?.error === undefined ? "no answer" : `${delivery.error.name}: ${delivery.error.message}`;
        this.result.reasons.set(why, (this.result.reasons.get(why) ?? 0) + 1);
      }
      await this.#options.onDelivered?.(delivered);
    }
  }

  #put(destination: CompiledDestination, copies: readonly Waiting[]): Promise<readonly Outcome[]> {
    const { destination: open } = this.#options;
    if (open === undefined) return Promise.resolve(copies.map(() => ({ status: "delivered" as const })));
    const writer = this.#writers.get(destination.name) ?? open(destination);
    this.#writers.set(destination.name, writer);
    return writer.put(copies.map((waiting) => this.#record(waiting)));
  }

  #record({ copy, event }: Waiting): { partitionKey: string; data: Uint8Array } {
    const at = new Date((this.#options.now ?? Date.now)()).toISOString();
    const router = {
      name: "routes redrive",
      version: "0.1.0",
      at,
      routesVersion: this.#options.routes.version,
      routes: copy.routes,
    };
    const processing = { ...(copy.event["processing"] as object | undefined), router };
    const { subject, id } = event.event;
    return {
      partitionKey: partitionKeyOf({ subject: copy.partitionKey ?? subject, id }),
      data: encodeRecord([{ ...copy.event, processing }]),
    };
  }
}
