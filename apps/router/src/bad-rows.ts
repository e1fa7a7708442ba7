import type { BadRow, EnrichedEvent } from "@millrace/event-contracts";
import { encodeRecord } from "@millrace/event-contracts";
import type { FailedOutput, Output, SourceRecord } from "@millrace/stream-handler";
import { gzipSync } from "node:zlib";
import { MAX_RECORD_DATA_BYTES } from "./limits.ts";
import type { RoutedOutput } from "./routed-output.ts";

/** Logical name of the bad-row stream; no route may write to it. */
export const BAD_ROWS = "bad-rows";

/** Why the router made a bad row. */
export const badRowKinds = {
  /** The line is not UTF-8, not JSON, or the record is empty: codes of the record codec. */
  unreadable: "unreadable",
  /** JSON, but no enriched event. */
  notEnriched: "not-enriched",
  /** Our own code failed on the record. */
  notProcessed: "not-processed",
  /** A destination did not take the event: a dead letter, which `pnpm routes redrive` puts back. */
  undeliverable: "undeliverable",
} as const;

export type BadRowKind = (typeof badRowKinds)[keyof typeof badRowKinds];

interface Processor {
  readonly name: string;
  readonly version: string;
}

/** A bad row that can be replayed: the payload is the whole enriched event, as it came to the router. */
export interface DeadLetter extends BadRow {
  /** How the payload is packed before base64. */
  readonly payloadEncoding: "identity" | "gzip";
  readonly delivery: {
    readonly application: string;
    readonly stream: string;
    readonly routes: readonly string[];
    readonly partitionKey: string;
    readonly reason: string;
    readonly attempts: number;
    /** The destination may have stored the event all the same. */
    readonly isAmbiguous: boolean;
  };
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
    processor: { ...processor },
    origin: originOf(source),
  };
  return { destination: BAD_ROWS, partitionKey: source.partitionKey, data: encodeRecord([row]) };
}

/** Base64 makes four bytes of three; the rest of a bad row is far below the margin. */
const MAX_BAD_ROW_PAYLOAD_BYTES = Math.floor((MAX_RECORD_DATA_BYTES - 8_192) / 4) * 3;

/**
 * The dead letters of an output its destination did not take, one per event; `undefined` when an event is too large to
 * be kept whole, because a dead letter that cannot be replayed would be a loss.
 */
export function deadLetterOutputs(
  failure: FailedOutput,
  output: RoutedOutput,
  processor: Processor,
): Output[] | undefined {
  const outputs: Output[] = [];
  for (const { event, routes } of output.entries) {
    const packed = packPayload(event);
    if (packed === undefined) return undefined;
    // Without a delivery the writer itself failed or gave no answer: the destination may hold the event.
    const { reason, attempts, isAmbiguous } = failure.delivery ?? {
      reason: "no-answer",
      attempts: 0,
      isAmbiguous: true,
    };
    const letter: DeadLetter = {
      failure: { kind: badRowKinds.undeliverable, message: `${failure.error.name}: ${failure.error.message}` },
      ...packed,
      processor: { ...processor },
      origin: originOf(failure.source),
      delivery: {
        application: output.application,
        stream: output.destination,
        routes,
        partitionKey: output.partitionKey,
        reason,
        attempts,
        isAmbiguous,
      },
    };
    outputs.push({ destination: BAD_ROWS, partitionKey: output.partitionKey, data: encodeRecord([letter]) });
  }
  return outputs;
}

function packPayload(event: EnrichedEvent): Pick<DeadLetter, "payload" | "payloadEncoding"> | undefined {
  const bytes = Buffer.from(JSON.stringify(event));
  if (bytes.length <= MAX_BAD_ROW_PAYLOAD_BYTES)
    return { payload: bytes.toString("base64"), payloadEncoding: "identity" };
  const packed = gzipSync(bytes);
  if (packed.length > MAX_BAD_ROW_PAYLOAD_BYTES) return undefined;
  return { payload: packed.toString("base64"), payloadEncoding: "gzip" };
}

function originOf(source: SourceRecord): BadRow["origin"] {
  return { stream: source.stream, shardId: source.shardId, sequenceNumber: source.sequenceNumber };
}
