/** A defect that can be planted into the product, and that some invariant has to notice. */
export interface Mutant {
  readonly name: string;
  /** What is broken. */
  readonly defect: string;
  /** Path from the root of the repository. */
  readonly file: string;
  /** Text that stands in the file exactly once, and what stands there in the mutant. */
  readonly find: string;
  readonly replace: string;
}

const putRecords = "packages/put-records/src/put-records-client.ts";
const transmitter = "packages/put-records/src/transmitter.ts";
const enrichment = "apps/enrichment/src/create-enrichment-handler.ts";

/** The mutants. Each is a mistake that somebody has made: most are in the table of clients in the decision record. */
export const mutants: readonly Mutant[] = [
  {
    name: "whole-batch-retried",
    defect: "When some records of a request fail, all of them are sent again.",
    file: transmitter,
    find: "if (code === undefined && sequenceNumber !== undefined && shardId !== undefined) {",
    replace: "if (failedCount === 0 && code === undefined && sequenceNumber !== undefined && shardId !== undefined) {",
  },
  {
    name: "failure-swallowed",
    defect: "A record that a shard refused counts as delivered: FailedRecordCount is not read.",
    file: transmitter,
    find: "if (code === undefined && sequenceNumber !== undefined && shardId !== undefined) {",
    replace: "if (true) {",
  },
  {
    name: "ambiguous-counted-as-failed",
    defect: "A request without an answer counts as surely not stored.",
    file: "packages/put-records/src/faults.ts",
    find: '    reason: "unknown",\n    isAmbiguous: true,',
    replace: '    reason: "unknown",\n    isAmbiguous: false,',
  },
  {
    name: "dropped-flush-at-close",
    defect: "close resolves without waiting for what is under way.",
    file: putRecords,
    find: "this.#closing ??= this.flush().then(",
    replace: "this.#closing ??= Promise.resolve().then(",
  },
  {
    name: "order-broken-on-retry",
    defect: "Records of one key are sent without waiting for the one in front.",
    file: putRecords,
    find: "options.isOrderedPerKey ? new KeyLanes() : undefined",
    replace: "undefined",
  },
  {
    name: "off-by-one-at-500",
    defect: "A request may hold 501 records.",
    file: "packages/put-records/src/limits.ts",
    find: "MAX_RECORDS_PER_REQUEST = 500",
    replace: "MAX_RECORDS_PER_REQUEST = 501",
  },
  {
    name: "key-bytes-not-counted",
    defect: "The size of a record is the size of its data; its partition key is forgotten.",
    file: "packages/put-records/src/check-record.ts",
    find: "return data.byteLength + keyBytes;",
    replace: "return data.byteLength;",
  },
  {
    name: "shard-map-never-refreshed",
    defect: "Evidence of resharding is ignored.",
    file: transmitter,
    find: "if (isStale) shardMap.refresh(onMap);",
    replace: "if (isStale) void 0;",
  },
  {
    name: "limit-not-enforced",
    defect: "Every call is let in, however many bytes are in flight.",
    file: "packages/put-records/src/admission.ts",
    find: "if (!this.hasRoomFor(call)) return false;",
    replace: "",
  },
  {
    name: "hot-shard-fills-memory",
    defect: "What waits for a throttled shard does not count, however much it is.",
    file: "packages/put-records/src/admission.ts",
    find: "return this.#acceptedBytes - Math.min(uncounted, this.#mostUncounted);",
    replace: "return this.#acceptedBytes - uncounted;",
  },
  {
    name: "wrong-checkpoint",
    defect: "The checkpoint is the last unconfirmed record of a batch, not the first.",
    file: "packages/stream-handler/src/batch-ledger.ts",
    find: "if (!isConfirmed && !found.has(source.shardId))",
    replace: "if (!isConfirmed)",
  },
  {
    name: "remembered-too-early",
    defect: "A source record is remembered as done although an output failed.",
    file: "packages/stream-handler/src/batch-run.ts",
    find: 'if (isConfirmed && remembered !== "whole") ofShard',
    replace: 'if (remembered !== "whole") ofShard',
  },
  {
    name: "confirmed-forgotten",
    defect: "What was confirmed is written again when Lambda delivers the batch again.",
    file: "packages/stream-handler/src/confirmed-memory.ts",
    find: "return this.#index;",
    replace: "return noRecollection;",
  },
  {
    name: "accepted-before-stored",
    defect: "The event service answers 202 without looking at the deliveries.",
    file: "apps/ingest/src/event-service.ts",
    find: "if (unconfirmed.length > 0) {",
    replace: "if (false) {",
  },
  {
    name: "bad-rows-dropped",
    defect: "Lines that are no events vanish.",
    file: "apps/enrichment/src/create-enrichment-handler.ts",
    find: "for (const row of record.badRows) outputs.push(toBadRowOutput(row, source));",
    replace: "",
  },
  {
    name: "dead-destination-drops",
    defect: "What a destination does not take is let go instead of becoming a dead letter.",
    file: "apps/router/src/create-router-handler.ts",
    find: 'return { action: "divert", outputs };',
    replace: 'return { action: "release" };',
  },
  {
    name: "promised-order-lost",
    defect: "Compiled routes no longer say that a destination wants its events in order.",
    file: "packages/routes/src/compile/compile-routes.ts",
    find: "    ...delivery,\n",
    replace: "",
  },
  {
    name: "redrive-forgets",
    defect: "A dead letter counts as put back and is not written.",
    file: "packages/routes/src/redrive/redrive.ts",
    find: "    this.#waiting.push({ copy, event: letter.event, key });\n",
    replace: "",
  },
  {
    name: "ledger-not-transactional",
    defect: "The warehouse notes a loaded file after its rows, in a step of its own that may not come.",
    file: "packages/aws-simulator/src/snowpipe/memory-warehouse.ts",
    find: "    this.insertRows(transaction);\n    this.insertFile(transaction);",
    replace:
      '    this.insertRows(transaction);\n    if (this.#isDrawn(this.#faults.failAfterCommitRate)) throw new Error("died between rows and ledger");\n    this.insertFile(transaction);',
  },
  {
    name: "call-never-ends",
    defect: "The last record of a call does not end the call.",
    file: "packages/put-records/src/settlement.ts",
    find: "if (call.remaining > 0) return;",
    replace: "if (call.remaining >= 0) return;",
  },
  {
    name: "firehose-gives-up",
    defect: "A put to the lake that fails is not tried again.",
    file: "packages/aws-simulator/src/firehose/delivery-stream.ts",
    find: "await this.#putUntilStored(body, buffer);",
    replace: "await this.#put(body, buffer).catch(() => undefined);",
  },
  {
    name: "children-before-parents",
    defect: "The children of a split shard are read before the parent has been dealt with.",
    file: "packages/aws-simulator/src/stream-reader/stream-reader.ts",
    find: "return state === undefined || state.isComplete;",
    replace: "return true;",
  },
  {
    name: "children-never-begin",
    defect: "Nobody is told that a closed shard has been dealt with.",
    file: "packages/aws-simulator/src/lambda/shard-worker.ts",
    find: "if (!this.#isEnded || this.#isComplete || !this.isIdle) return;",
    replace: "if (!this.#isEnded || !this.#isComplete || !this.isIdle) return;",
  },
  {
    name: "newer-routes-never-taken",
    defect: "Newer routes are looked for, found and checked, and the old ones stay in force.",
    file: "apps/router/src/reload/route-source.ts",
    find: "      this.#routes = routes;\n",
    replace: "",
  },
  {
    name: "time-stands-still",
    defect: "The time of processing is that of the first event of an environment.",
    file: "apps/enrichment/src/enrich-record.ts",
    find: "if (stamp === undefined || nowMs !== stampedMs) {",
    replace: "if (stamp === undefined) {",
  },
  {
    name: "long-records-dropped",
    defect: "A record of too many lines is let go instead of being set aside.",
    file: "apps/enrichment/src/enrich-record.ts",
    find: "return { enriched: [], badRows: setAsideRecord(bytes, origin, tooManyLines, context), atMs };",
    replace: "return { enriched: [], badRows: [], atMs };",
  },
  {
    name: "parts-miscounted",
    defect: "Each part of a record that is set aside says it begins with the first line.",
    file: "packages/event-contracts/src/record/split-record.ts",
    find: "    index += lines;\n",
    replace: "    index += 0 * lines;\n",
  },
  {
    name: "last-part-lost",
    defect: "Of a record that is set aside in parts, the last part is forgotten.",
    file: "apps/enrichment/src/bad-rows/set-aside.ts",
    find: "const parts = splitRecord(record, maxBadRowPayloadBytes);",
    replace: "const parts = splitRecord(record, maxBadRowPayloadBytes).slice(0, -1);",
  },
  {
    name: "full-group-lost",
    defect: "When the events of a key are more than a record holds, those in front are forgotten.",
    file: enrichment,
    find: "      close(partitionKey, group.lines);\n",
    replace: "",
  },
  {
    name: "full-group-overflows",
    defect: "The events of a key share one record, however large it grows.",
    file: enrichment,
    find: "} else if (group.bytes + bytes > maxBytes) {",
    replace: "} else if (group.bytes + bytes > 2 * maxBytes) {",
  },
  {
    name: "explicit-hash-forgotten",
    defect: "A record with an explicit hash key is sent without it.",
    file: transmitter,
    find: "explicitHashKey === undefined",
    replace: "explicitHashKey === undefined || true",
  },
  {
    name: "remembered-by-position-alone",
    defect:
      "A confirmed output is remembered by its position: one that goes elsewhere by newer routes counts as written.",
    file: "packages/stream-handler/src/batch-run.ts",
    find: "return `${output.destination} ${this.#options.identify?.(output, index) ?? index}`;",
    replace: "return `${index}`;",
  },
  {
    name: "partial-answers-not-read",
    defect: "The stack's mappings do not report item failures: a batch with a failed record counts as done.",
    file: "packages/topology/src/stack/read-topology.ts",
    find: 'functionResponseTypes: args.strings("function_response_types"),',
    replace: "functionResponseTypes: [],",
  },
  {
    name: "view-forgets-the-source",
    defect: "The view of events takes an id for the identity: of two sources with one id it shows one.",
    file: "packages/topology/src/stack/terraform-json.ts",
    find: 'text = readFileSync(path, "utf8");',
    replace:
      'text = readFileSync(path, "utf8").replaceAll("PARTITION BY GET_PATH(record, \'event.source\')::STRING, ", "PARTITION BY ");',
  },
  {
    name: "remembered-without-destination",
    defect: "A confirmed output is remembered by its events: a copy of the same events elsewhere counts as written.",
    file: "packages/stream-handler/src/batch-run.ts",
    find: "return `${output.destination} ${this.#options.identify?.(output, index) ?? index}`;",
    replace: "return `${this.#options.identify?.(output, index) ?? index}`;",
  },
];
