import type { PlannedEvent, PlannedRequest } from "../traffic/traffic-plan.ts";

/** What became of one sent event at the HTTP endpoint. */
export interface SentEvent {
  readonly planned: PlannedEvent;
  readonly request: PlannedRequest;
  /** `(source, id)` as JSON text, with the id ingest answered. */
  readonly identity: string;
  readonly sentAtMs: number;
}

/** A record that was put on the raw stream past the event service, by its place there. */
export interface StraySent {
  /** `(shardId, sequenceNumber)` as JSON text. */
  readonly identity: string;
  readonly name: string;
}

/** Everything that was sent, as the sender saw it: the only base of the expectations. */
export class SentLedger {
  readonly accepted = new Map<string, SentEvent>();
  readonly rejected: PlannedEvent[] = [];
  /** Kinesis took them, so each has to come out as a bad row. */
  readonly strays: StraySent[] = [];
  /** Requests whose outcome the sender does not know: no answer, or an answer that makes no sense. */
  readonly failures: string[] = [];
  sent = 0;

  accept(event: SentEvent): void {
    this.accepted.set(event.identity, event);
  }

  reject(event: PlannedEvent): void {
    this.rejected.push(event);
  }

  /** Events whose fate at the endpoint was not the one they were made for. */
  misjudged(): readonly string[] {
    const refused = this.rejected.filter((event) => event.fate !== "rejected");
    const taken = [...this.accepted.values()].filter(({ planned }) => planned.fate === "rejected");
    return [
      ...refused.map(
        (event) => `refused by ingest though ${event.breakage ?? "well formed"}: ${event.draft.type} ${event.draft.id}`,
      ),
      ...taken.map(({ planned, identity }) => `taken by ingest though broken (${planned.breakage ?? ""}): ${identity}`),
    ];
  }
}
