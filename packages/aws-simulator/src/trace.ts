import { createHash } from "node:crypto";
import type { Clock } from "./clock.ts";

/** Values of a trace entry. Objects would invite key orders that differ from run to run. */
export type TraceValue = string | number | boolean | undefined;

/** Clock of a trace, and who gets its lines. */
export interface TraceOptions {
  readonly clock: Clock;
  /** Keep the lines for {@link Trace.lines}; without it only their hash is kept. Default false. */
  readonly keepLines?: boolean;
  /** Called with each line as it is written. */
  readonly onLine?: (line: string) => void;
}

/**
 * The history of a run, one line an occurrence: virtual milliseconds since the start, what happened, `name=value` pairs
 * in the order given. Same seed, same lines, byte for byte; the hash says so in 64 characters.
 */
export class Trace {
  readonly #clock: Clock;
  readonly #startMs: number;
  readonly #hash = createHash("sha256");
  readonly #lines: string[] | undefined;
  readonly #onLine: ((line: string) => void) | undefined;
  #count = 0;
  /** Lines not yet hashed: one update of many is far cheaper than many of one. */
  #unhashed = "";

  constructor(options: TraceOptions) {
    this.#clock = options.clock;
    this.#startMs = options.clock.now();
    this.#lines = options.keepLines === true ? [] : undefined;
    this.#onLine = options.onLine;
  }

  /** Entries written so far. */
  get count(): number {
    return this.#count;
  }

  /** Every line so far; empty unless `keepLines` was set. */
  get lines(): readonly string[] {
    return this.#lines ?? [];
  }

  record(what: string, values: Readonly<Record<string, TraceValue>> = {}): void {
    let line = `${this.#clock.now() - this.#startMs} ${what}`;
    for (const name in values) {
      const value = values[name];
      if (value !== undefined) line += ` ${name}=${typeof value === "string" ? quote(value) : String(value)}`;
    }
    this.#count += 1;
    this.#unhashed += `${line}\n`;
    if (this.#unhashed.length > HASH_CHUNK_CHARACTERS) this.#hashLines();
    this.#lines?.push(line);
    this.#onLine?.(line);
  }

  /** SHA-256 of all lines so far, in hex. The trace may go on afterwards. */
  hash(): string {
    this.#hashLines();
    return this.#hash.copy().digest("hex");
  }

  #hashLines(): void {
    this.#hash.update(this.#unhashed);
    this.#unhashed = "";
  }
}

const HASH_CHUNK_CHARACTERS = 32_768;

function quote(value: string): string {
  return /^[\w.:/+-]+$/.test(value) ? value : JSON.stringify(value);
}
