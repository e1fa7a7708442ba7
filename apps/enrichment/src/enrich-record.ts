import { Buffer } from "node:buffer";
import { type BadRow, decodeRecord, type DecodedLine } from "@millrace/event-contracts";
import { type BadRowKind, badRowKinds } from "./bad-rows/bad-row-kinds.ts";
import { type BadRowContext, createBadRow, type RecordOrigin } from "./bad-rows/create-bad-row.ts";
import { type EnrichedLine, enrichEvent, type EventContext } from "./enrich-event.ts";
import { lineBytes } from "./envelope/line-bytes.ts";
import { readEvent } from "./envelope/read-event.ts";
import { MaskingFailedError } from "./errors.ts";

/** What {@link enrichRecord} works with. */
export interface RecordContext extends EventContext, BadRowContext {
  /** Epoch ms. */
  readonly now: () => number;
  /** Most bytes a record of the enriched stream may have, partition key included. */
  readonly maxRecordBytes: number;
}

/** An enriched event with its text: JSON without a line end. */
export interface EnrichedOutput extends EnrichedLine {
  readonly json: string;
}

/** Every event of a record, once: enriched, or as a bad row. */
export interface EnrichedRecord {
  readonly enriched: readonly EnrichedOutput[];
  readonly badRows: readonly BadRow[];
}

type LineOutcome = { readonly enriched: EnrichedOutput } | { readonly kind: BadRowKind; readonly message: string };

const failureKinds: Readonly<Record<(DecodedLine & { ok: false })["error"]["code"], BadRowKind>> = {
  "invalid-utf8": badRowKinds.notUtf8,
  "invalid-json": badRowKinds.notJson,
  "empty-record": badRowKinds.emptyRecord,
};

/**
 * Turns the bytes of a raw record into enriched events and bad rows: one of them for every line, whatever the bytes are. Never
 * throws, and equal input gives equal output.
 *
 * @param bytes NDJSON, one event a line
 * @param origin where the record lay; goes into bad rows
 */
export function enrichRecord(bytes: Uint8Array, origin: RecordOrigin, context: RecordContext): EnrichedRecord {
  const at = new Date(context.now()).toISOString();
  const enriched: EnrichedOutput[] = [];
  const badRows: BadRow[] = [];
  decodeRecord(bytes).forEach((line, index) => {
    const outcome = enrichLine(line, at, context);
    if ("enriched" in outcome) {
      enriched.push(outcome.enriched);
      return;
    }
    const payload = line.ok ? lineBytes(bytes, index) : line.bytes;
    badRows.push(createBadRow({ ...outcome, payload, origin, index }, context));
  });
  return { enriched, badRows };
}

function enrichLine(line: DecodedLine, at: string, context: RecordContext): LineOutcome {
  if (!line.ok) return { kind: failureKinds[line.error.code], message: line.error.message };
  try {
    const read = readEvent(line.value);
    return read.ok ? enrichReadEvent(read.event, at, context) : read;
  } catch (error) {
    if (error instanceof MaskingFailedError) return { kind: badRowKinds.maskingFailed, message: error.message };
    return { kind: badRowKinds.notProcessed, message: "Enrichment failed unexpectedly: this is a defect of its own." };
  }
}

function enrichReadEvent(event: Parameters<typeof enrichEvent>[0], at: string, context: RecordContext): LineOutcome {
  const line = enrichEvent(event, at, context);
  const json = JSON.stringify(line.event);
  const size = Buffer.byteLength(json) + 1 + Buffer.byteLength(line.partitionKey);
  if (size > context.maxRecordBytes) {
    return {
      kind: badRowKinds.tooLarge,
      message: `The enriched event has ${size} bytes, a record may have ${context.maxRecordBytes}.`,
    };
  }
  return { enriched: { ...line, json } };
}
