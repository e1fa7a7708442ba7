import type { EnrichedEvent } from "@millrace/event-contracts";
import type { Output } from "@millrace/stream-handler";
import { MAX_RECORD_DATA_BYTES } from "./limits.ts";

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

/** A record that may get more lines. */
interface OpenOutput {
  readonly target: RoutedTarget;
  readonly lines: string[];
  readonly entries: RoutedEventEntry[];
  bytes: number;
}

/** Where a line goes. */
export interface RoutedTarget {
  readonly destination: string;
  readonly application: string;
  readonly partitionKey: string;
  /** True if lines with one partition key share a record. */
  readonly isShared: boolean;
}

/**
 * Collects lines into records: one each, or one per destination and partition key where a destination's events share
 * records, more when they would grow too large.
 */
export class OutputCollector {
  readonly #outputs: (RoutedOutput | OpenOutput)[] = [];
  #open: Map<string, OpenOutput> | undefined;

  add(target: RoutedTarget, line: string, entry: RoutedEventEntry): void {
    if (target.isShared) this.#share(target, line, entry);
    else this.#outputs.push(outputOf(target, line, [entry]));
  }

  #share(target: RoutedTarget, line: string, entry: RoutedEventEntry): void {
    const bytes = Buffer.byteLength(line);
    const key = `${target.destination} ${target.partitionKey}`;
    const open = this.#open?.get(key);
    if (open !== undefined && open.bytes + bytes <= MAX_RECORD_DATA_BYTES) {
      open.lines.push(line);
      open.entries.push(entry);
      open.bytes += bytes;
      return;
    }
    const created = { target, lines: [line], entries: [entry], bytes };
    this.#open ??= new Map();
    this.#open.set(key, created);
    this.#outputs.push(created);
  }

  /** The records, in the order in which each got its first line. */
  outputs(): RoutedOutput[] {
    return this.#outputs.map((output) =>
      "lines" in output ? outputOf(output.target, output.lines.join(""), output.entries) : output,
    );
  }
}

/** Small texts of one batch share memory, which an array of bytes of its own for each would not. */
function outputOf(
  { destination, application, partitionKey }: RoutedTarget,
  text: string,
  entries: readonly RoutedEventEntry[],
): RoutedOutput {
  return { destination, application, partitionKey, entries, data: Buffer.from(text) };
}
