import type { BadRow } from "@millrace/event-contracts";
import { encodeRecord } from "@millrace/event-contracts";
import type { Output, SourceRecord } from "@millrace/stream-handler";
import { MAX_BAD_ROW_PAYLOAD_BYTES } from "./limits.ts";

/** Logical name of the bad-row stream; no route may write to it. */
export const BAD_ROWS = "bad-rows";

/** Why the router made a bad row, or a dead letter. */
export const badRowKinds = {
  /** The line is not UTF-8, not JSON, or the record is empty: codes of the record codec. */
  unreadable: "unreadable",
  /** JSON, but no enriched event. */
  notEnriched: "not-enriched",
  /** Our own code failed on the record. */
  notProcessed: "not-processed",
  /** A destination did not take the event: a dead letter. */
  undeliverable: "undeliverable",
} as const;

export type BadRowKind = (typeof badRowKinds)[keyof typeof badRowKinds];

interface Processor {
  readonly name: string;
  readonly version: string;
}

/** The bad row of bytes that could not be routed. */
export function badRowOutput(
  source: SourceRecord,
  processor: Processor,
  failure: { kind: BadRowKind; message: string },
  payload: Uint8Array,
): Output {
  const kept = payload.subarray(0, MAX_BAD_ROW_PAYLOAD_BYTES);
  const row: BadRow = {
    failure,
    payload: Buffer.from(kept).toString("base64"),
    payloadBytes: payload.length,
    processor: { ...processor },
    origin: { stream: source.stream, shardId: source.shardId, sequenceNumber: source.sequenceNumber },
  };
  return { destination: BAD_ROWS, partitionKey: source.partitionKey, data: encodeRecord([row]) };
}
