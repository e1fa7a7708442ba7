import {
  type FailureRecord,
  type Kinesis,
  type KinesisRecord,
  type KinesisStreamEvent,
  type MemoryObjectStore,
  type MemoryRow,
  parseCopyStatement,
  type VirtualClock,
} from "@millrace/aws-simulator";
import { linesOfData } from "@millrace/packed-records";
import type { RouteSet } from "@millrace/routes/runtime";
import { openPayload, type PrivacyKey } from "@millrace/privacy-keys";
import type { Landing } from "@millrace/topology";
import { copyOf, type CopyAttributes, identityOf } from "../identity.ts";
import { readLines } from "../read-lines.ts";
import type { Confirmations } from "../observe/confirmations.ts";
import type { Deliveries, ObservedDelivery } from "../observe/deliveries.ts";
import type { Pipeline } from "../schedule/pipeline.ts";
import type { SchedulePlan } from "../schedule/plan.ts";
import type { Places } from "../schedule/places.ts";
import type { DirectProducer } from "../traffic/direct-producer.ts";
import type { EventServiceHost } from "../traffic/event-service-host.ts";
import type { EventSource } from "../traffic/event-source.ts";
import type { ReplayOperator } from "../traffic/replay-operator.ts";
import type { SenderLedger } from "../traffic/senders.ts";

/** Everything a schedule leaves behind that an invariant may look at. */
export interface ScheduleRun {
  readonly plan: SchedulePlan;
  /** Open the payloads of bad rows. */
  readonly privacyKeys: readonly PrivacyKey[];
  readonly clock: VirtualClock;
  readonly kinesis: Kinesis;
  readonly pipeline: Pipeline;
  readonly routes: RouteSet;
  readonly confirmations: Confirmations;
  /** Of the event service and the direct producer: processes that see every call to its end. */
  readonly serviceDeliveries: Deliveries;
  /** Of functions, whose environments may end before a call does. */
  readonly functionDeliveries: Deliveries;
  readonly ledger: SenderLedger;
  /** Knows which events are of odd JSON. */
  readonly source: EventSource;
  readonly host: EventServiceHost;
  readonly direct: DirectProducer;
  readonly operator: ReplayOperator;
  /** Why the pipeline did not come to rest, if it did not. */
  readonly unrest: string | undefined;
}

/** A record as it lies in its stream at the end; its lines are unpacked when somebody asks for them. */
export class StoredRecord {
  readonly shardId: string;
  readonly sequenceNumber: string;
  readonly partitionKey: string;
  readonly isConfirmed: boolean;
  readonly data: Uint8Array;
  /** By the clock of Kinesis. */
  readonly arrivalMs: number;
  #text: string | undefined;
  #lines: readonly string[] | undefined;

  constructor(shardId: string, record: KinesisRecord, confirmations: Confirmations, streamName: string) {
    this.shardId = shardId;
    this.sequenceNumber = record.SequenceNumber;
    this.partitionKey = record.PartitionKey;
    this.isConfirmed = confirmations.isConfirmed(streamName, record.SequenceNumber);
    this.data = record.Data;
    this.arrivalMs = record.ApproximateArrivalTimestamp.getTime();
  }

  get text(): string {
    this.#text ??= linesOfData(this.data).toString("utf8");
    return this.#text;
  }

  get lines(): readonly string[] {
    this.#lines ??= this.text.split("\n").filter((line) => !/^[\t\r ]*$/.test(line));
    return this.#lines;
  }
}

/** A line of the raw stream, and whether an independent reader takes it for an event. */
export interface RawLine {
  readonly record: StoredRecord;
  /** Position among the lines of its record. */
  readonly index: number;
  /** `undefined`: not an event, so that it has to become a bad row. */
  readonly identity: string | undefined;
  /** Empty where there is no identity. */
  readonly copy: string;
  /** The mark of the replay that put it, if one did. */
  readonly replayedAt: string | undefined;
}

/** An event as a later hop has it. */
export interface StoredEvent {
  readonly record: StoredRecord;
  /** As it lies in the stream. */
  readonly line: string;
  readonly identity: string;
  readonly copy: string;
  readonly value: EnrichedValue;
}

/** An event as a destination of whatever kind has it. */
export type DeliveredEvent = Omit<StoredEvent, "record">;

export interface EnrichedValue {
  readonly event: CopyAttributes & {
    readonly type: string;
    readonly subject?: string;
    readonly revision?: number | string;
  };
  readonly enrichment: Readonly<Record<string, unknown>>;
  readonly validation: { readonly status: string };
  readonly privacy?: { readonly masked?: readonly { readonly keyId?: string }[] };
  readonly processing: { readonly enrichment: { readonly at: string }; readonly router?: { readonly name: string } };
}

export interface StoredBadRow {
  readonly record: StoredRecord;
  readonly processor: string;
  readonly kind: string;
  /** `<shard>:<sequence number>` of the source record. */
  readonly source: string;
  readonly index: number;
  /** Why, in words; names the part of a record that has several. */
  readonly message: string;
  /** Events it stands for. */
  readonly lines: number;
  /** Returns the payload. It is decoded only when an invariant reads it. */
  readonly payload: () => Uint8Array;
}

/** An event that its destination did not take when it was its turn. */
export interface StoredUndelivered {
  readonly destination: string;
  readonly copy: string;
}

/** Content of the streams, the lake and the warehouse, read without any code of the pipeline. */
export class Evidence {
  readonly run: ScheduleRun;
  readonly raw: readonly RawLine[];
  readonly enriched: readonly StoredEvent[];
  readonly badRows: readonly StoredBadRow[];
  readonly destinations: ReadonlyMap<string, readonly DeliveredEvent[]>;
  readonly undelivered: readonly StoredUndelivered[];
  /** Source records that Lambda gave up on, `<stream> <shard>:<sequence number>`. */
  readonly givenUp: ReadonlySet<string>;
  readonly #streams = new Map<string, StoredRecord[]>();
  readonly #events = new Map<string, readonly StoredEvent[]>();
  readonly #files = new Map<string, Map<string, string[]>>();

  private constructor(
    run: ScheduleRun,
    { undelivered, givenUp }: { undelivered: readonly StoredUndelivered[]; givenUp: ReadonlySet<string> },
  ) {
    this.run = run;
    this.undelivered = undelivered;
    this.givenUp = givenUp;
    this.raw = this.records(this.places.raw).flatMap((record) =>
      record.lines.map((line, index) => {
        const event = readRawEvent(line);
        const [identity, copy] = event === undefined ? [undefined, ""] : [identityOf(event), copyOf(event)];
        return { record, index, identity, copy, replayedAt: event?.replayedat };
      }),
    );
    this.enriched = this.eventsOf(this.places.enriched);
    this.badRows = this.records(this.places.badRows).flatMap((record) =>
      record.lines.map((line) => readBadRow(record, line, run.privacyKeys)),
    );
    this.destinations = new Map(
      run.routes.destinations.map((destination) => [
        destination.name,
        destination.kind === "kinesis"
          ? this.eventsOf(this.places.destination(destination.name))
          : run.pipeline.linesIn(destination).map((line) => readEvent(line)),
      ]),
    );
  }

  static async collect(run: ScheduleRun): Promise<Evidence> {
    const { objectStore, places } = run.pipeline;
    const givenUp = new Set<string>();
    for (const { bucket, key } of await listAll(objectStore, places.givenUpBuckets)) {
      const { bytes } = await objectStore.get(bucket, key);
      const letter = JSON.parse(Buffer.from(bytes).toString("utf8")) as FailureRecord;
      const { Records: records } = JSON.parse(letter.payload) as KinesisStreamEvent;
      const stream = letter.KinesisBatchInfo.streamArn.split("/")[1] ?? "";
      for (const { eventID } of records) givenUp.add(`${stream} ${eventID}`);
    }
    const undelivered: StoredUndelivered[] = [];
    const { bucket, folder } = places.undelivered;
    for (const { key } of await objectStore.list(bucket, folder)) {
      const lines = await readLines(objectStore, bucket, key);
      undelivered.push(...lines.map((line) => readUndelivered(line)));
    }
    return new Evidence(run, { undelivered, givenUp });
  }

  /** The records of a stream. Those of one partition key are in the order in which they were stored. */
  records(streamName: string): readonly StoredRecord[] {
    let records = this.#streams.get(streamName);
    if (records === undefined) {
      const { confirmations, kinesis } = this.run;
      records = kinesis
        .recordsOf(streamName)
        .map(({ shardId, record }) => new StoredRecord(shardId, record, confirmations, streamName));
      this.#streams.set(streamName, records);
    }
    return records;
  }

  isGivenUp(streamName: string, { shardId, sequenceNumber }: StoredRecord): boolean {
    return this.givenUp.size > 0 && this.givenUp.has(`${streamName} ${shardId}:${sequenceNumber}`);
  }

  get places(): Places {
    return this.run.pipeline.places;
  }

  /** The lines of every object that Firehose stored of a stream. */
  async lakeFiles({ bucket, prefix }: Landing): Promise<Map<string, string[]>> {
    const known = this.#files.get(prefix);
    if (known !== undefined) return known;
    const { objectStore } = this.run.pipeline;
    const files = new Map<string, string[]>();
    for (const { key } of await objectStore.list(bucket, prefix)) {
      files.set(key, await readLines(objectStore, bucket, key));
    }
    this.#files.set(prefix, files);
    return files;
  }

  warehouseRows({ pipe }: Landing): readonly MemoryRow[] {
    return this.run.pipeline.warehouse.rows(parseCopyStatement(pipe.copyStatement).table);
  }

  deliveries(): readonly ObservedDelivery[] {
    return [...this.run.serviceDeliveries.all, ...this.run.functionDeliveries.all];
  }

  /** The events of a stream behind enrichment. */
  eventsOf(streamName: string): readonly StoredEvent[] {
    let events = this.#events.get(streamName);
    if (events === undefined) {
      events = this.records(streamName).flatMap((record) =>
        record.lines.map((line) => ({ record, ...readEvent(line) })),
      );
      this.#events.set(streamName, events);
    }
    return events;
  }
}

function readEvent(line: string): DeliveredEvent {
  const value = JSON.parse(line) as EnrichedValue;
  return { line, value, identity: identityOf(value.event), copy: copyOf(value.event) };
}

async function listAll(
  objectStore: MemoryObjectStore,
  buckets: readonly string[],
): Promise<{ readonly bucket: string; readonly key: string }[]> {
  const listed = await Promise.all(
    buckets.map(async (bucket) => (await objectStore.list(bucket)).map(({ key }) => ({ bucket, key }))),
  );
  return listed.flat();
}

/** Groups by a key, in order. */
export function groupBy<T>(items: Iterable<T>, keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

const requiredTexts = ["id", "source", "type", "time", "tenantid", "receivedat"];

/** An event of the raw stream as an independent reader takes it; `undefined` when it is none. */
export function readRawEvent(line: string): CopyAttributes | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const event = value as Record<string, unknown>;
  if (event["specversion"] !== "1.0") return undefined;
  if (requiredTexts.some((name) => typeof event[name] !== "string" || event[name] === "")) return undefined;
  return event as unknown as CopyAttributes;
}

interface BadRowValue {
  readonly failure: { readonly kind: string; readonly message: string };
  readonly processor: { readonly name: string };
  readonly payload: string;
  readonly encryption?: { readonly keyId: string };
  readonly origin: {
    readonly shardId: string;
    readonly sequenceNumber: string;
    readonly index?: number;
    readonly lines?: number;
  };
}

function readBadRow(record: StoredRecord, line: string, keys: readonly PrivacyKey[]): StoredBadRow {
  const { failure, processor, origin, payload, encryption } = JSON.parse(line) as BadRowValue;
  return {
    record,
    processor: processor.name,
    kind: failure.kind,
    source: `${origin.shardId}:${origin.sequenceNumber}`,
    index: origin.index ?? 0,
    message: failure.message,
    lines: origin.lines ?? 1,
    payload: () => openPayload({ bytes: Buffer.from(payload, "base64"), keyId: encryption?.keyId ?? "" }, keys),
  };
}

function readUndelivered(line: string): StoredUndelivered {
  const { delivery, enriched } = JSON.parse(line) as { delivery: { stream: string }; enriched: EnrichedValue };
  return { destination: delivery.stream, copy: copyOf(enriched.event) };
}
