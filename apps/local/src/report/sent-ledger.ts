import type { Fate } from "../traffic/broken-events.ts";

/**
 * An event that the service took, and what the sender knows of it: all the reconciliation expects follows from this.
 */
export interface SentEvent {
  /** `(source, id)` as JSON text, with the id ingest answered. */
  readonly identity: string;
  readonly sentAtMs: number;
  readonly fate: Fate;
  /** Its type, and how it was broken if it was. */
  readonly description: string;
  /** Where it belongs, by `<application>/<route>`. */
  readonly routes: readonly string[];
}

/** An event that the service refused. */
export interface RefusedEvent {
  readonly id: string;
  readonly fate: Fate;
  readonly description: string;
}

/** A record that was put on the raw stream past the event service, by its place there. */
export interface StraySent {
  /** `(shardId, sequenceNumber)` as JSON text. */
  readonly identity: string;
  readonly sentAtMs: number;
  readonly name: string;
}

/** Outcomes of some sendings; plain data, which crosses the border between two processes. */
export interface TrafficOutcomes {
  readonly sent: number;
  readonly accepted: readonly SentEvent[];
  readonly refused: readonly RefusedEvent[];
  readonly failures: readonly string[];
}

/** Everything that was sent, as the sender saw it: the only base of the expectations. */
export class SentLedger {
  readonly #isKeeping: boolean;
  readonly accepted = new Map<string, SentEvent>();
  readonly refused: RefusedEvent[] = [];
  /** Kinesis took them, so each has to come out as a bad row. */
  readonly strays: StraySent[] = [];
  /** Requests whose outcome the sender does not know: no answer, or an answer that makes no sense. */
  readonly failures: string[] = [];
  sent = 0;
  acceptedEvents = 0;

  /** @param options.isKeeping false: events are only counted, because no report will reconcile them. */
  constructor({ isKeeping = true }: { readonly isKeeping?: boolean } = {}) {
    this.#isKeeping = isKeeping;
  }

  add({ sent, accepted, refused, failures }: TrafficOutcomes): void {
    this.sent += sent;
    this.acceptedEvents += accepted.length;
    if (!this.#isKeeping) return;
    for (const event of accepted) this.accepted.set(event.identity, event);
    this.refused.push(...refused);
    this.failures.push(...failures);
  }

  /** Kinesis took a stray record. */
  addStray(stray: StraySent): void {
    if (this.#isKeeping) this.strays.push(stray);
  }

  /** Events whose fate at the endpoint was not the one they were made for. */
  misjudged(): readonly string[] {
    const refused = this.refused.filter(({ fate }) => fate !== "rejected");
    const taken = [...this.accepted.values()].filter(({ fate }) => fate === "rejected");
    return [
      ...refused.map(({ id, description }) => `refused by ingest though it should not be: ${id} (${description})`),
      ...taken.map(({ identity, description }) => `taken by ingest though broken: ${identity} (${description})`),
    ];
  }
}
