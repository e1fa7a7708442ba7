import type { OutputDelivery } from "@millrace/stream-handler";
import type { StoredEvent } from "@millrace/stored-events";

/** Why a selected event is not put. */
export type SkipReason =
  /** Bytes that are no event, or a bad row whose payload is closed. */
  | "unreadable"
  /** Masked already: what was a pseudonym would be made one of again. */
  | "masked"
  /** No present route leads to the destination. */
  | "no-route"
  /** It would not be valid now either. */
  | "not-better"
  /** It would be worse than it is. */
  | "worse"
  /** A copy that this replay has put. */
  | "of-this-replay"
  /** Its person was erased after it was received. */
  | "erased";

/** An event as it will be put. */
export interface PreparedEvent {
  readonly partitionKey: string;
  readonly data: Uint8Array;
  /** Tells the copy from all others: destination, identity and revision. */
  readonly key: string;
  /**
   * Arrival of the record that is put into its own stream once more, as it is, epoch milliseconds: it has the same key
   * as its copy, which is later. Absent where the key tells the two apart.
   */
  readonly originalAtMs?: number | undefined;
  /** Which of the target's streams takes it. */
  readonly stream: string;
}

/** Where a replay puts events. */
export interface Target {
  /** Part of the replay's id: `pipeline`, `revalidation`, `destination:<name>`. */
  readonly name: string;
  /** Streams that can be read to see which events an earlier run has put, with the form of their events. */
  readonly streams: readonly { readonly name: string; readonly form: "raw" | "enriched" }[];
  prepare(event: StoredEvent): PreparedEvent | SkipReason;
  /** About how many bytes `prepare` would write: a count of a million events need not write them. */
  weigh(event: StoredEvent): number | SkipReason;
  /** One delivery for each event, in order. */
  put(events: readonly PreparedEvent[]): Promise<readonly OutputDelivery[]>;
}
