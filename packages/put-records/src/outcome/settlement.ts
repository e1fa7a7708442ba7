import type { Admission } from "../intake/admission.ts";
import type { Batcher } from "../queues/batcher.ts";
import type { Call } from "../intake/call.ts";
import type { Entry } from "../intake/entry.ts";
import type { PutRecordsError } from "../errors.ts";
import { type Fault, predecessorFailed } from "./faults.ts";
import type { KeyLanes } from "../queues/key-lanes.ts";
import { LinkedSet } from "../queues/linked-set.ts";
import type { Reports } from "./reports.ts";
import type { Delivery } from "../types.ts";

interface SettlementParts {
  readonly admission: Admission;
  readonly batcher: Batcher;
  readonly lanes: KeyLanes | undefined;
  readonly reports: Reports;
  /** Ordering per key: called when the entry has become the first of its lane. */
  readonly onFirstInLane: (entry: Entry) => void;
  /** Called when the last call is finished. */
  readonly onIdle: () => void;
}

/** Gives each record its delivery, and ends a call with its last one. */
export class Settlement {
  readonly #parts: SettlementParts;
  /** The calls under way, those that wait for admission included. */
  readonly calls = new LinkedSet<Call>();

  constructor(parts: SettlementParts) {
    this.#parts = parts;
  }

  /** Adds a call; it finishes with its last delivery. */
  begin(call: Call): void {
    const { lanes, reports } = this.#parts;
    if (lanes !== undefined) for (const entry of call.openEntries()) lanes.enter(entry);
    reports.pending += call.remaining;
    this.calls.add(call);
  }

  deliver(entry: Entry, shardId: string, sequenceNumber: string): void {
    const { attempts, isAmbiguous } = entry;
    this.#parts.reports.counts.delivered++;
    this.#settle(entry, { status: "delivered", shardId, sequenceNumber, attempts, isAmbiguous });
    this.#advanceLane(entry);
  }

  fail(entry: Entry, fault: Fault): void {
    const error = this.#failOne(entry, fault);
    if (this.#parts.lanes === undefined) return;
    // A record that can never be stored has no order to lose: the records behind it go on.
    if (error.concerns !== "record") this.#failThoseBehind(entry, error);
    this.#advanceLane(entry);
  }

  #failThoseBehind(entry: Entry, error: PutRecordsError): void {
    const fault = predecessorFailed(error);
    for (let behind = entry.next; behind !== undefined; behind = behind.next) {
      if (!behind.isSettled) this.#failOne(behind, fault);
    }
  }

  #failOne(entry: Entry, fault: Fault): PutRecordsError {
    const { attempts, isAmbiguous } = entry;
    const error = fault.toError(attempts);
    this.#parts.reports.counts.failed++;
    this.#settle(entry, { status: "failed", reason: fault.reason, attempts, isAmbiguous, error });
    return error;
  }

  #advanceLane(entry: Entry): void {
    const { lanes, onFirstInLane } = this.#parts;
    if (lanes === undefined || entry.isBehind) return;
    const next = lanes.advance(entry);
    if (next?.call.isAdmitted === true) onFirstInLane(next);
  }

  #settle(entry: Entry, delivery: Delivery): void {
    const { admission, batcher, reports, onIdle } = this.#parts;
    const { call } = entry;
    entry.isSettled = true;
    call.settle(entry.index, delivery);
    reports.pending--;
    admission.release(entry);
    if (delivery.status === "failed" && !entry.isInFlight) batcher.noteSettled();
    if (call.remaining > 0) return;
    this.calls.delete(call);
    call.finish();
    if (this.calls.size === 0) onIdle();
  }
}
