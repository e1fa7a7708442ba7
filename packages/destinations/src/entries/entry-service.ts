import type { FaultConcern } from "@millrace/put-records";
import type { FailedDelivery } from "@millrace/stream-handler";

/** One event as a service takes it. */
export interface Entry {
  /** As the service counts them against its limits. */
  readonly bytes: number;
  /** Members of the request's entry. */
  readonly members: Readonly<Record<string, unknown>>;
}

/** Why one attempt did not store an entry. */
export interface EntryFault {
  /** The service's own code, or `no-answer`. */
  readonly code: string;
  readonly message: string;
  readonly reason: FailedDelivery["reason"];
  readonly concerns: FaultConcern;
  /** The service may have stored the entry all the same. */
  readonly isAmbiguous: boolean;
  /** `apart`: alone, because an entry beside it may have spoilt the request. */
  readonly remedy: "again" | "apart" | "none";
  readonly cause?: unknown;
}

/** A service that takes entries in requests and answers for each. */
export interface EntryService {
  /** The destination in words, for messages: `SQS queue millrace-prod-claims`. */
  readonly name: string;
  readonly maxEntries: number;
  readonly maxRequestBytes: number;
  readonly maxEntryBytes: number;
  /** The entry of an event, or why the service would refuse it. */
  encode(data: Uint8Array): Entry | { readonly refusal: string };
  /** Sends one request. One fault for each entry, in order; undefined where the entry is stored. Never rejects. */
  send(entries: readonly Entry[], signal: AbortSignal): Promise<readonly (EntryFault | undefined)[]>;
}
