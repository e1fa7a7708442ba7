import { Buffer } from "node:buffer";
import {
  type BadRow,
  type CompiledContracts,
  type DecodedLine,
  hasMoreLines,
  type RawEvent,
} from "@millrace/event-contracts";
import type { RecordTime } from "@millrace/stream-handler";
import { type BadRowKind, badRowKinds } from "./bad-rows/bad-row-kinds.ts";
import { type BadRowContext, createBadRow, type RecordOrigin } from "./bad-rows/create-bad-row.ts";
import { setAsideRecord } from "./bad-rows/set-aside.ts";
import { isAggregated } from "./envelope/aggregated-record.ts";
import { type EnrichedLine, enrichEvent, type EventContext, type ProcessingStamp } from "./enrich-event.ts";
import { decodeLines, holdsQuotes, type RawLine } from "./envelope/decode-lines.ts";
import { bytesOfLines } from "./envelope/line-bytes.ts";
import { readEvent } from "./envelope/read-event.ts";
import { MaskingFailedError, UnstorableIdentityError } from "./errors.ts";
import { LANE_PARTITION_KEY_BYTES, MAX_QUOTED_LENGTH, MAX_RECORD_LINES, MAX_UTF8_BYTES_PER_UNIT } from "./limits.ts";

/** Parts that {@link enrichRecord} needs. */
export interface RecordContext extends EventContext, BadRowContext {
  /** True for an event without a contract that is set aside. */
  readonly setsAside: CompiledContracts["setsAside"];
  /** Epoch ms. */
  readonly now: () => number;
  /** Who processes, at an instant; see {@link createStamps}. */
  readonly stampAt: (nowMs: number) => ProcessingStamp;
  /** Most bytes a record of the enriched stream may have, partition key included. */
  readonly maxRecordBytes: number;
}

/** Every event of a record, once: enriched, or as a bad row. */
export interface EnrichedRecord {
  readonly enriched: readonly EnrichedLine[];
  readonly badRows: readonly BadRow[];
  /** When, epoch ms. */
  readonly atMs: number;
  /** Of the first event that a defect or a failed masking kept back: what was thrown. */
  readonly error?: unknown;
}

/** Why a line makes a bad row. */
interface Fault {
  readonly kind: BadRowKind;
  readonly message: string;
  /** The thrown error, for the log. The log quotes nothing of it. */
  readonly error?: unknown;
}

const failureKinds: Readonly<Record<(DecodedLine & { ok: false })["error"]["code"], BadRowKind>> = {
  "invalid-utf8": badRowKinds.notUtf8,
  "invalid-json": badRowKinds.notJson,
  "empty-record": badRowKinds.emptyRecord,
};

const tooManyLines = {
  kind: badRowKinds.tooManyLines,
  message: `The record has more than ${MAX_RECORD_LINES} lines; put fewer events into a record.`,
};

const aggregated = {
  kind: badRowKinds.aggregatedRecord,
  message: "The Kinesis Producer Library aggregated the record; switch its aggregation off and write NDJSON.",
};

/**
 * Turns the bytes of a raw record into enriched events and bad rows: one of them for every line, whatever the bytes
 * are. A record of more than `MAX_RECORD_LINES` lines, or one that a producer aggregated, is set aside whole. Never
 * throws for what a record holds, and equal input gives equal output.
 *
 * @param bytes NDJSON, one event a line
 * @param origin where the record lay; goes into bad rows
 * @param time of the record, asked between lines; without one the record has all the time there is
 * @throws RecordTimeError when the time is used up
 */
export function enrichRecord(
  bytes: Uint8Array,
  origin: RecordOrigin,
  context: RecordContext,
  time?: RecordTime,
): EnrichedRecord {
  const atMs = context.now();
  if (isAggregated(bytes)) {
    return { enriched: [], badRows: setAsideRecord(bytes, origin, aggregated, context), atMs };
  }
  if (hasMoreLines(bytes, MAX_RECORD_LINES)) {
    return { enriched: [], badRows: setAsideRecord(bytes, origin, tooManyLines, context), atMs };
  }
  const stamp = context.stampAt(atMs);
  const enriched: EnrichedLine[] = [];
  const badRows: BadRow[] = [];
  let firstError: unknown;
  let lineBytes: readonly Uint8Array[] | undefined;
  const lines = decodeLines(bytes);
  for (let index = 0; index < lines.length; index++) {
    if (index > 0) time?.check();
    const line = lines[index] as RawLine;
    const outcome = enrichLine(line, stamp, context);
    if ("json" in outcome) enriched.push(outcome);
    else {
      firstError ??= outcome.error;
      if (line.ok) lineBytes ??= bytesOfLines(bytes);
      const payload = line.ok ? (lineBytes?.[index] ?? bytes) : line.bytes;
      badRows.push(createBadRow({ ...outcome, payload, origin, index }, context));
    }
  }
  return { enriched, badRows, atMs, error: firstError };
}

function enrichLine(line: RawLine, stamp: ProcessingStamp, context: RecordContext): EnrichedLine | Fault {
  if (!line.ok) return { kind: failureKinds[line.error.code], message: line.error.message };
  try {
    const read = readEvent(line.value, line.text);
    return read.ok ? enrichReadEvent(read.event, line, stamp, context) : read;
  } catch (error) {
    if (error instanceof MaskingFailedError) return { kind: badRowKinds.maskingFailed, message: error.message, error };
    if (error instanceof UnstorableIdentityError) return { kind: badRowKinds.notAnEvent, message: error.message };
    const message = "Enrichment failed unexpectedly: this is a defect of its own.";
    return { kind: badRowKinds.notProcessed, message, error };
  }
}

function enrichReadEvent(
  event: RawEvent,
  { text, mayHoldQuotes }: Extract<RawLine, { ok: true }>,
  stamp: ProcessingStamp,
  context: RecordContext,
): EnrichedLine | Fault {
  const mayHoldJson = mayHoldQuotes !== false && holdsQuotes(text);
  const contract = context.selectContract(event);
  if (contract.schemaId === null && context.setsAside(event)) {
    return { kind: badRowKinds.undescribed, message: describeUndescribed(event) };
  }
  const enriched = enrichEvent(event, text, stamp, context, mayHoldJson, contract);
  const size = recordSize(enriched, context.maxRecordBytes);
  if (size > context.maxRecordBytes) {
    return {
      kind: badRowKinds.tooLarge,
      message: `The enriched event has ${size} bytes, a record may have ${context.maxRecordBytes}.`,
    };
  }
  return enriched;
}

/** Types and sources are no secrets: every event carries them in clear. */
function describeUndescribed({ type }: RawEvent): string {
  const name = JSON.stringify(type.slice(0, MAX_QUOTED_LENGTH).toWellFormed());
  return `No contract describes the event; its source sets such events aside until one does. Its type is ${name}.`;
}

/** Bytes of a record of this event alone. Counted only when it could be too many. */
function recordSize({ json }: EnrichedLine, limit: number): number {
  const others = LANE_PARTITION_KEY_BYTES + 1;
  const most = MAX_UTF8_BYTES_PER_UNIT * json.length + others;
  return most <= limit ? most : Buffer.byteLength(json) + others;
}

/** Makes stamps; records come faster than milliseconds pass, so the last one is kept. */
export function createStamps(
  { name, version }: RecordContext["processor"],
  contracts?: string,
): (nowMs: number) => ProcessingStamp {
  let stampedMs = Number.NaN;
  let stamp: ProcessingStamp | undefined;
  return (nowMs) => {
    if (stamp === undefined || nowMs !== stampedMs) {
      const at = new Date(nowMs).toISOString();
      const processing = { enrichment: { name, version, ...(contracts === undefined ? {} : { contracts }), at } };
      stamp = `,"processing":${JSON.stringify(processing)}}`;
      stampedMs = nowMs;
    }
    return stamp;
  };
}
