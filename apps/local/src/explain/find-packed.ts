import type { Kinesis, StoredRecord } from "@millrace/aws-simulator";
import { isPacked, linesOfData } from "@millrace/packed-records";
import type { EventCopy } from "@millrace/pipeline-source";
import { linesOf } from "../runtime/lines-of.ts";

export interface PackedSearch {
  readonly kinesis: Kinesis;
  readonly streamName: string;
  /** Text that is in each line that is wanted. */
  readonly needle: string;
  readonly accepts: (line: string) => boolean;
  /** When the raw copies arrived: enrichment takes milliseconds. */
  readonly rawTimes: readonly number[];
  /** When rows of the event were loaded: each of their records came before. */
  readonly loadTimes: readonly number[];
  /** When the warehouse loaded a file last: what came long before is a row, or will never be one. */
  readonly lastLoadMs: number;
}

export interface PackedLines {
  /** Oldest first. */
  readonly found: readonly EventCopy[];
  /** Records that were not looked through, in a sentence each. */
  readonly gaps: readonly string[];
}

/** So long after its raw copy an enriched event is looked for, and so long before its row at first. */
const FIRST_SPAN_MS = 10_000;
/** A delivery takes less than this from a record to the warehouse. */
const DELIVERY_MS = 120_000;
/** Records that are unpacked for one answer: about a second's work. */
const MOST_RECORDS = 10_000;
/** Records that are unpacked before others have their turn. */
const RECORDS_PER_TURN = 500;

/**
 * Lines of packed records that contain the text. No search of bytes finds them and unpacking takes time, so it is done
 * where the event's other copies say, and among the records that are younger than the last load.
 */
export async function findPacked(search: PackedSearch): Promise<PackedLines> {
  const { rawTimes, loadTimes, lastLoadMs, kinesis, streamName } = search;
  const reader = new PackedReader(search);
  for (const fromMs of rawTimes) await reader.look(fromMs, fromMs + FIRST_SPAN_MS);
  for (const loadMs of loadTimes) {
    let toMs = loadMs;
    for (let spanMs = FIRST_SPAN_MS; toMs > 0; spanMs *= 10) {
      const fromMs = loadMs - spanMs;
      if ((await reader.look(fromMs, toMs)) > 0) break;
      toMs = fromMs;
    }
  }
  if (reader.found.size === 0) {
    await reader.look(lastLoadMs - DELIVERY_MS, kinesis.clock.now() + 1);
  }
  const found = [...reader.found.values()].sort((one, other) => (one.arrivedAt < other.arrivedAt ? -1 : 1));
  const gap = `Of ${streamName}, ${MOST_RECORDS} packed records were looked through, and not those that are left.`;
  return { found, gaps: reader.isCutShort ? [gap] : [] };
}

/** Looks spans of time through, until the records are too many. */
class PackedReader {
  readonly found = new Map<string, EventCopy>();
  isCutShort = false;
  readonly #search: PackedSearch;
  #looked = 0;

  constructor(search: PackedSearch) {
    this.#search = search;
  }

  /** Looks from an instant up to, and without, another, newest first. Returns how many lines it found. */
  async look(fromMs: number, toMs: number): Promise<number> {
    const { kinesis, streamName } = this.#search;
    let count = 0;
    for (const shard of kinesis.shardViews(streamName)) {
      for (const record of shard.newestFirst({ arrivedBeforeMs: toMs })) {
        if (record.arrivalMs < fromMs) break;
        if (this.#looked >= MOST_RECORDS) {
          this.isCutShort = true;
          return count;
        }
        this.#looked += 1;
        if (this.#looked % RECORDS_PER_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
        count += this.#read(shard.id, record);
      }
    }
    return count;
  }

  #read(shardId: string, record: StoredRecord): number {
    const { streamName, needle, accepts } = this.#search;
    if (!isPacked(record.Data) || !linesOfData(record.Data).includes(needle)) return 0;
    const lines = linesOf(streamName, shardId, record).filter(({ text }) => text.includes(needle) && accepts(text));
    for (const line of lines) this.found.set(`${line.shardId} ${line.sequenceNumber} ${line.index}`, line);
    return lines.length;
  }
}
