import { Buffer } from "node:buffer";
import { hash } from "node:crypto";
import type { KinesisStreamBatchResponse, KinesisStreamEvent } from "aws-lambda";
import type { ActiveEnrichment } from "@millrace/enrichments";
import type { BadRow } from "@millrace/event-contracts";
import type { CompiledContracts } from "@millrace/event-contracts";
import { createPayloadSeal, type PrivacyKey } from "@millrace/privacy-keys";
import type { Compression } from "@millrace/packed-records";
import { type Clock, createPutRecords, type KinesisSender } from "@millrace/put-records";
import {
  createStreamHandler,
  type FailedOutput,
  type FailureDecision,
  type Output,
  type OutputWriter,
  type RecordTime,
  RecordTimeError,
  type SourceRecord,
  type StreamHandler,
} from "@millrace/stream-handler";
import { createDeliveryHooks, type Logger, noLogger, noTelemetry, type Telemetry } from "@millrace/telemetry";
import { badRowKinds } from "./bad-rows/bad-row-kinds.ts";
import { setAsideRecord } from "./bad-rows/set-aside.ts";
import type { EnrichedLine } from "./enrich-event.ts";
import { createStamps, enrichRecord, type RecordContext } from "./enrich-record.ts";
import type { LookupTables } from "./lookups/lookup-tables.ts";
import { createEnrichmentRun } from "./run-enrichments.ts";
import {
  DEFAULT_LANES,
  GIVING_BACK_MARGIN_MS,
  LANE_PARTITION_KEY_BYTES,
  MAX_RECORD_BYTES,
  MAX_UTF8_BYTES_PER_UNIT,
  PACKED_RECORD_BYTES,
} from "./limits.ts";
import { createPackingWriter } from "./packing/packing-writer.ts";
import { MaskingMemory } from "./memory/masking-memory.ts";
import { createMaskEvent } from "./privacy/mask-event.ts";
import type { PrivacyKeySource } from "./privacy/privacy-key-source.ts";
import { createPseudonymizer } from "./privacy/privacy-keys.ts";
import { countBatch, countRecord, measureCanaries } from "./metrics.ts";
import { SourceWatch } from "./source-watch.ts";
import { TroubleLog } from "./trouble-log.ts";
import { createContractSelector } from "./validation/select-contract.ts";

/** Parts of the handler. It takes nothing from the environment. */
export interface EnrichmentHandlerDeps {
  /** A `KinesisClient`, or the simulator's in-process client. */
  readonly client: KinesisSender;
  readonly enrichedStreamName: string;
  readonly badRowStreamName: string;
  /** The generated contracts module. */
  readonly contracts: CompiledContracts;
  /** In the order they run, see `createEnrichments`. */
  readonly enrichments: readonly ActiveEnrichment[];
  /** The tables of lookups among them. Default: none. */
  readonly lookups?: Pick<LookupTables, "prepare">;
  /** The first is active; all are live. A source is asked before every batch. */
  readonly privacyKeys: readonly PrivacyKey[] | PrivacyKeySource;
  readonly clock: Clock;
  /** In [0,1); spreads retries. */
  readonly random: () => number;
  /** Default: no metrics. */
  readonly telemetry?: Telemetry;
  /** Gets one line for an invocation in which something went wrong. Default: no log. */
  readonly logger?: Logger;
  /** Goes into `processing` and into bad rows. Default: this package's. */
  readonly processor?: { readonly name: string; readonly version: string };
  /** Names the contracts, for `processing.enrichment.contracts`. Default: they are not named. */
  readonly contractSet?: string;
  /** Lanes of the enriched stream, a power of two: events of a lane share records. Default 128. */
  readonly lanes?: number;
  /** Form of the records of the enriched stream. Default `none`. */
  readonly compression?: Compression;
  /** Most bytes a record of the enriched stream may have. Default 1 MiB. */
  readonly maxRecordBytes?: number;
  /** Time kept back before Lambda's timeout. Default: `stream-handler`'s. */
  readonly safetyMarginMs?: number;
}

/** Why a record becomes bad rows as a whole. */
type SetAsideKind = "not-processed" | "refused-by-stream" | "too-slow";

const destinations = { enriched: "enriched", badRows: "bad-rows" } as const;
const defaultProcessor = { name: "enrichment", version: "0.1.0" };

/**
 * Creates the Lambda handler: raw records in, enriched events and bad rows out, and to Lambda the exact checkpoint.
 *
 * @example
 * ```ts
 * const handler = createEnrichmentHandler({ client: kinesis.client(), enrichedStreamName: "enriched", …, clock, random });
 * await handler(event, { getRemainingTimeInMillis: () => 30_000 }); // { batchItemFailures: [] }
 * ```
 */
export function createEnrichmentHandler(deps: EnrichmentHandlerDeps): StreamHandler {
  const { client, clock, random, telemetry = noTelemetry, processor = defaultProcessor } = deps;
  const { maxRecordBytes = MAX_RECORD_BYTES, lanes = DEFAULT_LANES, logger = noLogger, lookups } = deps;
  const contextFor = createContexts(deps, processor);
  const keys = "take" in deps.privacyKeys ? deps.privacyKeys : fixedKeys(deps.privacyKeys);
  const hooks = createDeliveryHooks(telemetry);
  const trouble = new TroubleLog(logger);
  const sources = new SourceWatch();
  const canaries: number[] = [];
  // Lambda runs one batch at a time in an environment: what its events are masked with is that of the batch.
  let context: RecordContext;

  const enrichedStream = createPutRecords({
    client,
    streamName: deps.enrichedStreamName,
    // The partition key is that of a lane: its events, and so those of each raw key in it, stay in the order they came.
    ordering: "per-key",
    clock,
    random,
    maxRecordBytes,
    hooks,
  });
  const packing = {
    lanes,
    packedBytes: Math.min(PACKED_RECORD_BYTES, maxRecordBytes - LANE_PARTITION_KEY_BYTES),
    compression: deps.compression ?? "none",
  };
  const writers = new Map<string, OutputWriter>([
    [destinations.enriched, createPackingWriter(enrichedStream, packing)],
    [destinations.badRows, createPutRecords({ client, streamName: deps.badRowStreamName, clock, random, hooks })],
  ]);

  function process(source: SourceRecord, time: RecordTime): Output[] {
    const record = enrichRecord(source.data, source, context, time);
    countRecord(telemetry, sources, canaries, record);
    trouble.add(record, source);
    const outputs = joinLines(record.enriched, source.partitionKey, maxRecordBytes - LANE_PARTITION_KEY_BYTES);
    for (const row of record.badRows) outputs.push(toBadRowOutput(row, source));
    return outputs;
  }

  function setAside(source: SourceRecord, kind: SetAsideKind, message: string, error?: unknown): Output[] {
    trouble.addBadRow(kind, error);
    const rows = setAsideRecord(source.data, source, { kind, message }, context);
    telemetry.count("badRows", rows.length);
    telemetry.countBy("badRowsByKind", kind, rows.length);
    return rows.map((row) => toBadRowOutput(row, source));
  }

  function poison(source: SourceRecord, error: unknown): Output[] {
    return error instanceof RecordTimeError
      ? setAside(source, badRowKinds.tooSlow, `Enriching the record took more than ${error.timeoutMs} ms.`)
      : setAside(source, badRowKinds.notProcessed, "Enrichment failed unexpectedly: a defect.", error);
  }

  const handle = createStreamHandler({
    processor,
    process,
    poison,
    // Events lie at the same position each time; bad rows do not when a record is set aside one time and read another.
    identify: ({ destination, data }, index) =>
      destination === destinations.badRows ? hash("sha1", data, "base64") : String(index),
    destinations: (name) => {
      const writer = writers.get(name);
      if (writer === undefined) throw new Error(`There is no destination "${name}"`);
      return writer;
    },
    onFailedOutput: (failure) => {
      const reason = failure.delivery?.reason ?? "no-answer";
      telemetry.countBy("failuresByReason", reason);
      trouble.addFailedOutput(reason);
      return decideFailure(failure, setAside);
    },
    onBatch: (report) => {
      countBatch(telemetry, report);
      measureCanaries(telemetry, canaries, report, clock.now());
      const { broken, worstPercent } = sources.judge(clock.now());
      telemetry.count("brokenSources", broken);
      if (worstPercent > 0) telemetry.observe("invalidPercentOfSource", worstPercent);
      trouble.flush(report);
      telemetry.flush();
    },
    clock,
    ...(deps.safetyMarginMs === undefined ? {} : { safetyMarginMs: deps.safetyMarginMs }),
  });

  /** Lambda delivers the batch again. Without a key nothing may leave, not even as a bad row. */
  function giveBack(
    { Records }: KinesisStreamEvent,
    requestId: string | undefined,
    cause: string,
  ): KinesisStreamBatchResponse {
    const checkpoint = Records[0]?.kinesis.sequenceNumber;
    telemetry.count("recordsIn", Records.length);
    telemetry.count("batchItemFailures", checkpoint === undefined ? 0 : 1);
    telemetry.flush();
    logger.error(`Records are given back to Lambda: ${cause}`, {
      requestId,
      records: Records.length,
      checkpoint,
    });
    return { batchItemFailures: checkpoint === undefined ? [] : [{ itemIdentifier: checkpoint }] };
  }

  return async (event, invocation) => {
    const leftMs = () => invocation.getRemainingTimeInMillis() - GIVING_BACK_MARGIN_MS;
    const privacyKeys = await keys.take(leftMs());
    if (privacyKeys === undefined) return giveBack(event, invocation.awsRequestId, "there is no privacy key");
    if (lookups !== undefined && !(await lookups.prepare(leftMs()))) {
      return giveBack(event, invocation.awsRequestId, "there is no table of a lookup that is to wait for it");
    }
    context = contextFor(privacyKeys);
    return handle(event, invocation);
  };
}

const fixedKeys = (keys: readonly PrivacyKey[]): PrivacyKeySource => ({ take: () => Promise.resolve(keys) });

/** Gives the context of a batch: made once for a set of keys, which is another one only after a rotation. */
function createContexts(
  deps: EnrichmentHandlerDeps,
  processor: typeof defaultProcessor,
): (privacyKeys: readonly PrivacyKey[]) => RecordContext {
  let last: { readonly privacyKeys: readonly PrivacyKey[]; readonly context: RecordContext } | undefined;
  return (privacyKeys) => {
    if (last?.privacyKeys !== privacyKeys) {
      last = { privacyKeys, context: createRecordContext({ ...deps, privacyKeys }, processor) };
    }
    return last.context;
  };
}

/** The needs of {@link createRecordContext}, with keys that have been read. */
type RecordContextDeps = Pick<
  EnrichmentHandlerDeps,
  "contracts" | "contractSet" | "enrichments" | "clock" | "maxRecordBytes"
> & {
  readonly privacyKeys: readonly PrivacyKey[];
};

/** Returns the context of `enrichRecord`, made of the handler's parts. */
export function createRecordContext(deps: RecordContextDeps, processor = defaultProcessor): RecordContext {
  const pseudonymizer = createPseudonymizer(deps.privacyKeys);
  return {
    selectContract: createContractSelector(deps.contracts),
    setsAside: (event) => deps.contracts.setsAside(event),
    runEnrichments: createEnrichmentRun(deps.enrichments, pseudonymizer),
    maskEvent: createMaskEvent(deps.contracts, pseudonymizer, new MaskingMemory()),
    sealPayload: createPayloadSeal(deps.privacyKeys),
    processor,
    stampAt: createStamps(processor, deps.contractSet),
    now: () => deps.clock.now(),
    maxRecordBytes: deps.maxRecordBytes ?? MAX_RECORD_BYTES,
  };
}

/** The enriched events of a source record, in their order: one output, or more where a record does not hold them. */
function joinLines(enriched: readonly EnrichedLine[], partitionKey: string, maxBytes: number): Output[] {
  const toOutput = (lines: readonly string[]): Output => {
    return { destination: destinations.enriched, partitionKey, data: Buffer.from(`${lines.join("\n")}\n`) };
  };
  const lines = enriched.map(({ json }) => json);
  if (lines.length === 0) return [];
  // Bytes are counted only when there could be too many.
  const units = lines.reduce((sum, line) => sum + line.length + 1, 0);
  if (MAX_UTF8_BYTES_PER_UNIT * units <= maxBytes) return [toOutput(lines)];
  const outputs: Output[] = [];
  let open: string[] = [];
  let bytes = 0;
  for (const line of lines) {
    const lineBytes = Buffer.byteLength(line) + 1;
    if (bytes > 0 && bytes + lineBytes > maxBytes) {
      outputs.push(toOutput(open));
      open = [];
      bytes = 0;
    }
    open.push(line);
    bytes += lineBytes;
  }
  outputs.push(toOutput(open));
  return outputs;
}

function toBadRowOutput(row: BadRow, source: SourceRecord): Output {
  return {
    destination: destinations.badRows,
    // The record's own key may be a person's address, and bad rows need no order.
    partitionKey: source.sequenceNumber,
    data: Buffer.from(`${JSON.stringify(row)}\n`),
  };
}

/**
 * A record the enriched stream will never take must not block its shard: it becomes a bad row. Everything else is tried
 * again: without access, stream or key nothing is taken, and what is repaired soon must not have turned all traffic
 * into bad rows.
 */
function decideFailure(
  { source, output, delivery }: FailedOutput,
  setAside: (source: SourceRecord, kind: SetAsideKind, message: string) => Output[],
): FailureDecision {
  if (delivery?.error.concerns !== "record" || output.destination !== destinations.enriched) {
    return { action: "block" };
  }
  return {
    action: "divert",
    outputs: setAside(
      source,
      badRowKinds.refusedByStream,
      `The enriched stream does not take the record: ${delivery.reason}.`,
    ),
  };
}
