import type { EnrichedEvent } from "@millrace/event-contracts";
import type { Output } from "@millrace/stream-handler";
import { MAX_RECORD_DATA_BYTES } from "./limits.ts";

const encoder = new TextEncoder();

/** One event of an output and the routes it is there for. */
export interface RoutedEventEntry {
  readonly event: EnrichedEvent;
  /** The event as JSON, with the digits of its numbers. */
  readonly text: string;
  readonly routes: readonly string[];
}

/** An output that remembers what it holds, so that it can be told as undelivered. */
export interface RoutedOutput extends Output {
  readonly application: string;
  readonly entries: readonly RoutedEventEntry[];
}

export function isRoutedOutput(output: Output): output is RoutedOutput {
  return "entries" in output;
}

interface OpenOutput {
  readonly destination: string;
  readonly application: string;
  readonly partitionKey: string;
  readonly lines: string[];
  readonly entries: RoutedEventEntry[];
  bytes: number;
}

/** Where a line goes. */
export interface RoutedTarget {
  readonly destination: string;
  readonly application: string;
  readonly partitionKey: string;
  /** Whether lines with one partition key share a record. */
  readonly isShared: boolean;
}

/**
 * Collects lines into records: one each, or one per destination and partition key where a destination's events share
 * records, more when they would grow too large.
 */
export class OutputCollector {
  readonly #closed: OpenOutput[] = [];
  readonly #open = new Map<string, OpenOutput>();

  add({ destination, application, partitionKey, isShared }: RoutedTarget, line: string, entry: RoutedEventEntry): void {
    const bytes = Buffer.byteLength(line);
    if (!isShared) {
      this.#closed.push({ destination, application, partitionKey, lines: [line], entries: [entry], bytes });
      return;
    }
    const key = `${destination} ${partitionKey}`;
    const open = this.#open.get(key);
    if (open !== undefined && open.bytes + bytes <= MAX_RECORD_DATA_BYTES) {
      open.lines.push(line);
      open.entries.push(entry);
      open.bytes += bytes;
      return;
    }
    const created = { destination, application, partitionKey, lines: [line], entries: [entry], bytes };
    this.#open.set(key, created);
    this.#closed.push(created);
  }

  /** The records, in the order in which each got its first line. */
  outputs(): RoutedOutput[] {
    return this.#closed.map(({ destination, application, partitionKey, lines, entries }) => ({
      destination,
      application,
      partitionKey,
      entries,
      data: encoder.encode(lines.join("")),
    }));
  }
}
