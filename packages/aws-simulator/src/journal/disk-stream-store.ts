import { type Clock, systemClock } from "../clock.ts";
import { HOUR_MS } from "../kinesis/limits.ts";
import type { RecordLog } from "../kinesis/record-log.ts";
import { parseShardId } from "../kinesis/shard.ts";
import type { StreamDescription } from "../kinesis/stream-description.ts";
import type {
  FoundRecord,
  LastNumber,
  LoggedShard,
  SearchedTime,
  StoredStream,
  StreamStore,
} from "../kinesis/stream-store.ts";
import type { Checkpoints } from "../stream-reader/checkpoints.ts";
import { CheckpointTable } from "./checkpoints.ts";
import { DiskRecordLog } from "./disk-record-log.ts";
import { decodeEntry, type Entry, encodeJson, JOURNAL_VERSION, type RecordEntry } from "./entries.ts";
import { JournalError } from "./errors.ts";
import { bodyAt, frame, scan } from "./frame.ts";
import { GroupWriter } from "./group-writer.ts";
import {
  CHECKPOINT_DELAY_MS,
  DEFAULT_MAX_BYTES,
  ENTRY_HEADER_BYTES,
  INDEXED_SEGMENTS,
  PROBE_BYTES,
  SEGMENT_BYTES,
} from "./limits.ts";
import type { RecordPlace } from "./index-rows.ts";
import { type FoundEntry, recover } from "./recovery.ts";
import { SegmentFiles } from "./segment-files.ts";
import { Segment } from "./segments.ts";

/** Folder and limits of a store on disk. */
export interface DiskStreamStoreOptions {
  /** Where the journal lies; made when missing. One process at a time may have it open. */
  readonly folder: string;
  /** For the retention. Default the system clock. */
  readonly clock?: Clock;
  /**
   * Above this the oldest records go early, once every consumer is done with them. Records that somebody still has to
   * read stay until their stream's retention is over. Default 1 GiB.
   */
  readonly maxBytes?: number;
  /** Above this nothing is stored, as if the disk were full. Default none. */
  readonly quotaBytes?: number;
  /** Gets what was damaged or cut away at the start, and when writing fails and works again. */
  readonly onWarning?: (message: string) => void;
}

/** Contents of the disk. */
export interface DiskStreamStoreStats {
  /** Segment files, the one that is written to included. */
  readonly segments: number;
  /** Bytes of those segments. */
  readonly bytes: number;
  /** Records that can be read. */
  readonly records: number;
  /** Arrival of the oldest of them. */
  readonly oldestArrivalMs: number | undefined;
  /** Arrival of the youngest record that was deleted since the store was opened; undefined when none was. */
  readonly youngestDeletedMs: number | undefined;
  /** Entries that could not be written since the store was opened. */
  readonly refused: number;
}

interface KnownStream {
  description: StreamDescription;
  isOpen: boolean;
}

/**
 * Keeps streams and the checkpoints of their consumers on disk: one journal of segments for all of them, so that a
 * group of requests costs one sync. In memory are the latest records and their index.
 *
 * @example
 * ```ts
 * const store = DiskStreamStore.open({ folder: ".local/streams" });
 * const kinesis = new Kinesis({ store });
 * const streamArn = kinesis.createStream({ streamName: "orders" }); // as it was left, if it was there
 * ```
 */
export class DiskStreamStore implements StreamStore {
  readonly #files: SegmentFiles;
  readonly #clock: Clock;
  readonly #maxBytes: number;
  readonly #quotaBytes: number;
  readonly #onWarning: (message: string) => void;
  readonly #writer: GroupWriter;
  readonly #checkpoints: CheckpointTable;
  readonly #streams = new Map<number, KnownStream>();
  readonly #logs = new Map<string, DiskRecordLog>();
  #segments: Segment[] = [];
  #nextStreamId = 1;
  #checkpointTimer: NodeJS.Timeout | undefined;
  #youngestDeletedMs: number | undefined;

  /** @throws JournalError `JOURNAL_VERSION` or `JOURNAL_FOLDER` */
  static open(options: DiskStreamStoreOptions): DiskStreamStore {
    try {
      return new DiskStreamStore(options);
    } catch (error) {
      if (error instanceof JournalError) throw error;
      throw new JournalError(
        "JOURNAL_FOLDER",
        `The journal in ${options.folder} cannot be opened: ${error instanceof Error ? error.message : String(error)}`,
        { cause: error },
      );
    }
  }

  private constructor(options: DiskStreamStoreOptions) {
    this.#files = new SegmentFiles(options.folder);
    this.#clock = options.clock ?? systemClock;
    this.#maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
    this.#quotaBytes = options.quotaBytes ?? Number.POSITIVE_INFINITY;
    this.#onWarning = options.onWarning ?? (() => undefined);
    this.#checkpoints = new CheckpointTable(() => this.#writeCheckpointsSoon());
    this.#writer = new GroupWriter({
      append: (pieces) => this.#append(pieces),
      probe: () => this.#probe(),
      onUnwritable: (error) => this.#tellUnwritable(error),
      onWritable: (refused) => this.#tell(`Records can be stored again. ${refused} were refused so far.`),
    });
    this.#files.deleteIndexes();
    this.#segments = recover(
      this.#files,
      (found) => this.#restore(found),
      ({ number }) => this.#spillIndex(number),
      this.#onWarning,
    );
  }

  retained(streamName: string): StreamDescription | undefined {
    return this.#find(streamName)?.[1].description;
  }

  open(description: StreamDescription): StoredStream {
    const found = this.#find(description.streamName);
    const streamId = found?.[0] ?? this.#nextStreamId;
    if (found === undefined) this.#nextStreamId += 1;
    this.#streams.set(streamId, { description, isOpen: true });
    return {
      openLog: (shard) => this.#openLog(streamId, shard),
      lastNumber: (shardIndex) => this.#lastNumber(streamId, shardIndex),
      save: (changed) => {
        this.#streams.set(streamId, { description: changed, isOpen: true });
        this.#write({ kind: "stream", stream: { streamId, description: changed } });
      },
      delete: () => {
        this.#forgetStream(streamId);
        this.#write({ kind: "stream-deleted", streamId });
      },
    };
  }

  /**
   * Looks for the texts in whole segments, and reads entries of those alone that have one: a gigabyte in a second.
   * @throws the file system's error
   */
  async *search(texts: readonly Buffer[], { sinceMs, beforeMs }: SearchedTime): AsyncGenerator<FoundRecord> {
    let room: Buffer | undefined;
    for (const segment of [...this.#segments]) {
      if (segment.newestArrivalMs < sinceMs || segment.newestArrivalMs >= beforeMs) continue;
      const bytes = await this.#files.load(segment.number, room);
      room = bytes ?? room;
      if (bytes === undefined || !texts.some((text) => bytes.includes(text))) continue;
      for (const part of scan(bytes)) {
        if (part.kind === "damage" || !texts.some((text) => part.body.includes(text))) continue;
        const entry = recordOf(part.body);
        const stream = entry && this.#streams.get(entry.streamId);
        if (entry === undefined || stream === undefined) continue;
        const { streamId, shardIndex, index } = entry;
        const record = this.#logs.get(logKey(streamId, shardIndex))?.find(index);
        if (record !== undefined) yield { streamName: stream.description.streamName, shardIndex, record };
      }
    }
  }

  committed(): Promise<void> {
    return this.#writer.committed();
  }

  /** False from the moment a record could not be stored until there is room again. */
  get isWritable(): boolean {
    return this.#writer.isWritable;
  }

  /** Returns streams that are retained and not open: they stay until they are opened or their retention is over. */
  unopened(): readonly string[] {
    return [...this.#streams.values()].flatMap(({ isOpen, description }) => (isOpen ? [] : [description.streamName]));
  }

  /** The checkpoints of one consumer of an open stream. @param consumer its name, the same in every process */
  checkpoints(streamName: string, consumer: string): Checkpoints {
    const [streamId] = this.#find(streamName) ?? [];
    if (streamId === undefined) throw new RangeError(`Expected an open stream, got ${streamName}.`);
    return this.#checkpoints.of(
      streamId,
      consumer,
      (shardId) => parseShardId(shardId) ?? 0,
      (shardIndex, index) => this.#logs.get(logKey(streamId, shardIndex))?.countThrough(index) ?? 0,
    );
  }

  stats(): DiskStreamStoreStats {
    const logs = [...this.#logs.values()];
    const arrivals = logs.flatMap((log) => log.arrivalAt(0) ?? []);
    return {
      segments: this.#segments.length,
      bytes: this.#bytes(),
      records: logs.reduce((sum, log) => sum + log.size, 0),
      oldestArrivalMs: arrivals.length === 0 ? undefined : Math.min(...arrivals),
      youngestDeletedMs: this.#youngestDeletedMs,
      refused: this.#writer.refused,
    };
  }

  /** Writes what is still to be written and closes the files. */
  async close(): Promise<void> {
    clearTimeout(this.#checkpointTimer);
    this.#writeCheckpoints();
    await this.#writer.close();
    await this.#files.close();
  }

  #find(streamName: string): [number, KnownStream] | undefined {
    return [...this.#streams].find(([, { description }]) => description.streamName === streamName);
  }

  #openLog(streamId: number, { index, createdMs }: LoggedShard): RecordLog {
    const log = this.#logOf(streamId, index);
    log.open(createdMs);
    return log;
  }

  #lastNumber(streamId: number, shardIndex: number): LastNumber | undefined {
    return this.#logs.get(logKey(streamId, shardIndex))?.last;
  }

  #logOf(streamId: number, shardIndex: number): DiskRecordLog {
    const key = logKey(streamId, shardIndex);
    const known = this.#logs.get(key);
    if (known !== undefined) return known;
    const log = new DiskRecordLog({
      streamId,
      shardIndex,
      write: (record, onStored, onRefused) => this.#writeRecord(record, onStored, onRefused),
      read: (place) => this.#readRecord(place),
      spilled: { read: (segment, offset, length) => this.#files.readIndex(segment, offset, length) },
    });
    this.#logs.set(key, log);
    return log;
  }

  #writeRecord(record: RecordEntry, onStored: (place: RecordPlace) => void, onRefused: () => void): void {
    const { streamId, shardIndex, index, arrivalMs } = record;
    this.#writer.addRecord(
      record,
      (place) => {
        this.#segments.at(-1)?.note(logKey(streamId, shardIndex), index, arrivalMs);
        onStored(place);
      },
      onRefused,
    );
  }

  #readRecord({ segment, offset, length }: RecordPlace): RecordEntry | undefined {
    const recent = this.#files.recent(segment, offset, length);
    if (recent !== undefined) return recordOf(recent.subarray(ENTRY_HEADER_BYTES));
    const body = bodyAt(this.#files.read(segment, offset, length), 0);
    // A view would keep everything that was read with it.
    const record = body === undefined ? undefined : recordOf(Buffer.from(body));
    if (record === undefined)
      this.#onWarning(`${this.#files.pathOf(segment)}: the record at ${offset} cannot be read any more.`);
    return record;
  }

  /** A change of a stream that could not be written comes with the snapshot of the next segment. */
  #write(entry: Exclude<Entry, { kind: "record" }>): void {
    this.#writer.addBody(encodeJson(entry), () => undefined);
  }

  #writeCheckpointsSoon(): void {
    this.#checkpointTimer ??= setTimeout(() => this.#writeCheckpoints(), CHECKPOINT_DELAY_MS).unref();
  }

  #writeCheckpoints(): void {
    this.#checkpointTimer = undefined;
    if (!this.#writer.isWritable) return;
    const entries = this.#checkpoints.takeUnwritten();
    for (const checkpoint of entries) {
      this.#writer.addBody(encodeJson({ kind: "checkpoint", checkpoint }), () =>
        this.#checkpoints.putBack([checkpoint]),
      );
    }
  }

  async #append(pieces: readonly Buffer[]): Promise<{ segment: number; offset: number }> {
    const groupBytes = bytesOf(pieces);
    const segment = this.#segmentFor(groupBytes);
    const isNew = segment.size === 0;
    const head = isNew ? [frame(encodeJson({ kind: "snapshot", snapshot: this.#snapshot() }))] : [];
    const headBytes = bytesOf(head);
    const allBytes = headBytes + groupBytes;
    if (this.#bytes() + allBytes > this.#quotaBytes) {
      this.#reclaim(true);
      if (this.#bytes() + allBytes > this.#quotaBytes) throw new Error(`the quota of ${this.#quotaBytes} bytes`);
    }
    await this.#files.append(segment.number, segment.size, [...head, ...pieces]);
    const offset = segment.size + headBytes;
    segment.size += allBytes;
    if (isNew) {
      if (this.#segments.at(-1) !== segment) this.#segments.push(segment);
      this.#reclaim(false);
      this.#spillIndex(segment.number);
    }
    return { segment: segment.number, offset };
  }

  /** Puts the index of an older segment on disk. Where that fails it stays in memory. */
  #spillIndex(latest: number): void {
    const segment = latest - INDEXED_SEGMENTS;
    const spills = [...this.#logs.values()].flatMap((log) => log.spill(segment) ?? []);
    if (spills.length === 0) return;
    try {
      this.#files.writeIndex(
        segment,
        spills.map(({ bytes }) => bytes),
      );
    } catch (error) {
      this.#tell(
        `The index of segment ${segment} stays in memory: ${error instanceof Error ? error.message : String(error)}.`,
      );
      return;
    }
    let offset = 0;
    for (const { bytes, forget } of spills) {
      forget(offset);
      offset += bytes.byteLength;
    }
  }

  /** The segment to write to. One that was begun and never written counts as new. */
  #segmentFor(bytes: number): Segment {
    const current = this.#segments.at(-1);
    if (current === undefined) return new Segment(1);
    const hasRoom = current.size === 0 || current.size + bytes <= SEGMENT_BYTES;
    return hasRoom ? current : new Segment(current.number + 1);
  }

  async #probe(): Promise<void> {
    this.#reclaim(true);
    if (this.#bytes() + PROBE_BYTES > this.#quotaBytes) throw new Error(`the quota of ${this.#quotaBytes} bytes`);
    const current = this.#segments.at(-1);
    await this.#files.probe(current?.number ?? 1, current?.size ?? 0);
  }

  #snapshot() {
    const lastIndexes = [...this.#logs].flatMap(([key, { last }]) => {
      const [streamId = 0, shardIndex = 0] = key.split("/").map(Number);
      return last === undefined ? [] : [[streamId, shardIndex, last.index, last.arrivalMs] as const];
    });
    return {
      version: JOURNAL_VERSION,
      nextStreamId: this.#nextStreamId,
      streams: [...this.#streams].flatMap(([streamId, { description, isOpen }]) =>
        isOpen || this.#retains(streamId) ? [{ streamId, description }] : [],
      ),
      checkpoints: this.#checkpoints.all(),
      lastIndexes,
    };
  }

  #retains(streamId: number): boolean {
    return [...this.#logs].some(([key, log]) => key.startsWith(`${streamId}/`) && log.size > 0);
  }

  #restore({ entry, segment, offset, length }: FoundEntry): void {
    switch (entry.kind) {
      case "record": {
        const { streamId, shardIndex, index, arrivalMs, partitionKey, data } = entry.record;
        const sizeBytes = Buffer.byteLength(partitionKey, "utf8") + data.length;
        const place = { segment: segment.number, offset, length };
        this.#logOf(streamId, shardIndex).restore({ ...place, index, arrivalMs, sizeBytes });
        segment.note(logKey(streamId, shardIndex), index, arrivalMs);
        return;
      }
      case "checkpoint":
        this.#checkpoints.restore(entry.checkpoint);
        return;
      case "stream":
        this.#streams.set(entry.stream.streamId, { description: entry.stream.description, isOpen: false });
        this.#nextStreamId = Math.max(this.#nextStreamId, entry.stream.streamId + 1);
        return;
      case "stream-deleted":
        this.#forgetStream(entry.streamId);
        return;
      case "snapshot": {
        const { streams, checkpoints, lastIndexes, nextStreamId } = entry.snapshot;
        this.#nextStreamId = Math.max(this.#nextStreamId, nextStreamId);
        for (const { streamId, description } of streams) this.#streams.set(streamId, { description, isOpen: false });
        for (const checkpoint of checkpoints) this.#checkpoints.restore(checkpoint);
        for (const [streamId, shardIndex, index, arrivalMs] of lastIndexes) {
          this.#logOf(streamId, shardIndex).raiseLast({ index, arrivalMs });
        }
        return;
      }
    }
  }

  #forgetStream(streamId: number): void {
    this.#streams.delete(streamId);
    this.#checkpoints.forgetStream(streamId);
    for (const key of [...this.#logs.keys()]) if (key.startsWith(`${streamId}/`)) this.#logs.delete(key);
  }

  /**
   * Deletes the oldest segments that are not needed: those whose records are all older than their streams keep them,
   * and, when there is too much or no room, those that every consumer is done with.
   */
  #reclaim(isRoomNeeded: boolean): void {
    while (this.#segments.length > 1) {
      const [oldest, ...others] = this.#segments;
      const isEarly = isRoomNeeded || this.#bytes() > this.#maxBytes;
      if (oldest === undefined || !oldest.isFree((key, share) => this.#isDoneWith(key, share, isEarly))) return;
      this.#files.delete(oldest.number);
      this.#segments = others;
      this.#youngestDeletedMs = Math.max(this.#youngestDeletedMs ?? 0, oldest.newestArrivalMs);
      for (const [key, { lastIndex }] of oldest.shares()) this.#logs.get(key)?.dropThrough(lastIndex);
    }
  }

  #isDoneWith(key: string, share: { lastIndex: number; newestArrivalMs: number }, isEarly: boolean): boolean {
    const [streamId = 0, shardIndex = 0] = key.split("/").map(Number);
    const stream = this.#streams.get(streamId);
    if (stream === undefined) return true;
    if (share.newestArrivalMs < this.#clock.now() - stream.description.retentionHours * HOUR_MS) return true;
    return isEarly && this.#checkpoints.areDoneWith(streamId, shardIndex, share.lastIndex);
  }

  #bytes(): number {
    return this.#segments.reduce((sum, { size }) => sum + size, 0);
  }

  #tellUnwritable(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#tell(`No record can be stored: ${reason}. They are refused until there is room again.`);
    this.#reclaim(true);
  }

  #tell(message: string): void {
    this.#onWarning(`${this.#files.folder}: ${message}`);
  }
}

function recordOf(body: Buffer): RecordEntry | undefined {
  const entry = decodeEntry(body);
  return entry.kind === "record" ? entry.record : undefined;
}

function bytesOf(pieces: readonly Buffer[]): number {
  return pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);
}

function logKey(streamId: number, shardIndex: number): string {
  return `${streamId}/${shardIndex}`;
}
