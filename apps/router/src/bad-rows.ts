import type { BadRow } from "@millrace/event-contracts";
import { encodeRecord, splitRecord } from "@millrace/event-contracts";
import { unpackRecord } from "@millrace/packed-records";
import type { Output, SourceRecord } from "@millrace/stream-handler";
import { MAX_BAD_ROW_PAYLOAD_BYTES } from "./limits.ts";

/** Logical name of the bad-row stream; no route may write to it. */
export const BAD_ROWS = "bad-rows";

/** Why the router made a bad row, or an undelivered event. */
export const badRowKinds = {
  /** The line is not UTF-8, not JSON, or the record is empty: codes of the record codec. */
  unreadable: "unreadable",
  /** JSON, but no enriched event. */
  notEnriched: "not-enriched",
  /** A record of more lines than `MAX_RECORD_LINES`: none of them is read. */
  tooManyLines: "too-many-lines",
  /** Routing the record took more time than one record has. */
  tooSlow: "too-slow",
  /** Our own code failed on the record. */
  notProcessed: "not-processed",
  /** A destination did not take the event: an undelivered event. */
  undeliverable: "undeliverable",
} as const;

export type BadRowKind = (typeof badRowKinds)[keyof typeof badRowKinds];

interface Processor {
  readonly name: string;
  readonly version: string;
}

/**
 * The bad row of bytes that could not be routed.
 * @param place position among the lines of the record; with `lines` for a part of a record that was set aside
 */
export function badRowOutput(
  source: SourceRecord,
  processor: Processor,
  failure: { kind: BadRowKind; message: string },
  payload: Uint8Array,
  place: { readonly index: number; readonly lines?: number },
): Output {
  const kept = payload.subarray(0, MAX_BAD_ROW_PAYLOAD_BYTES);
  const row: BadRow = {
    failure,
    payload: Buffer.from(kept).toString("base64"),
    payloadBytes: payload.length,
    processor: { ...processor },
    origin: { stream: source.stream, shardId: source.shardId, sequenceNumber: source.sequenceNumber, ...place },
  };
  return { destination: BAD_ROWS, partitionKey: source.partitionKey, data: encodeRecord([row]) };
}

/** The bad rows of a record that is not read: its lines in parts, each with their number. */
export function setAsideOutputs(
  source: SourceRecord,
  processor: Processor,
  { kind, message }: { kind: BadRowKind; message: string },
): Output[] {
  const parts = splitRecord(unpackRecord(source.data).data, MAX_BAD_ROW_PAYLOAD_BYTES);
  return parts.map(({ bytes, index, lines }, at) => {
    const part = parts.length === 1 ? "" : ` Part ${at + 1} of ${parts.length} of the record.`;
    return badRowOutput(source, processor, { kind, message: `${message}${part}` }, bytes, { index, lines });
  });
}
