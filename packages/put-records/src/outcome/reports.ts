import type { Flight } from "../wire/flight.ts";
import type { Entry } from "../intake/entry.ts";
import { HookCaller } from "./hook-caller.ts";
import type { AmbiguousReport, PutRecordsHooks, PutRecordsStats, RequestReport } from "../types.ts";

type Counts = Pick<PutRecordsStats, "requests" | "delivered" | "failed" | "retried" | "throttled" | "ambiguous">;

/** Counts for `stats()` and calls of the hooks. */
export class Reports {
  readonly counts: { -readonly [name in keyof Counts]: number } = {
    requests: 0,
    delivered: 0,
    failed: 0,
    retried: 0,
    throttled: 0,
    ambiguous: 0,
  };
  /** Records accepted and not settled. */
  pending = 0;
  readonly #hooks: HookCaller;

  constructor(hooks: PutRecordsHooks) {
    this.#hooks = new HookCaller(hooks);
  }

  get hookErrors(): number {
    return this.#hooks.errors;
  }

  /**
   * Counts attempts with unknown outcome and returns their number. A record is counted once: one that its deadline has
   * settled was counted then.
   */
  ambiguous(entries: readonly Entry[], cause: AmbiguousReport["cause"], error?: unknown): number {
    let records = 0;
    for (const entry of entries) if (!entry.isSettled) records++;
    if (records === 0) return 0;
    this.counts.ambiguous += records;
    this.#hooks.call("onAmbiguous", error === undefined ? { records, cause } : { records, cause, error });
    return records;
  }

  throttle(shardId: string | undefined, records: number): void {
    this.counts.throttled += records;
    this.#hooks.call("onThrottle", { shardId, records });
  }

  /** Reports a finished request to the hooks. */
  request(flight: Flight, now: number, outcome: Partial<RequestReport>): void {
    const { entries, bytes, startedAt } = flight;
    const nothing = { delivered: 0, throttled: 0, ambiguous: 0 };
    const durationMs = now - startedAt;
    this.#hooks.call("onRequest", { records: entries.length, bytes, durationMs, ...nothing, ...outcome });
  }
}
