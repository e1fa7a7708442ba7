import type { Buffer } from "node:buffer";
import { promisify } from "node:util";
import { RotatingSecret, type SecretRead, type SecretVersion } from "@millrace/aws-request";
import {
  type CheckRow,
  formatOf,
  type LookupOptions,
  type LookupTable,
  type OpenTable,
  readNdjsonRows,
  type ReadRows,
  readTable,
} from "@millrace/enrichments";
import type { Clock } from "@millrace/put-records";
import type { Logger, Telemetry } from "@millrace/telemetry";
import { LookupReadError } from "../errors.ts";
import {
  DEFAULT_LOOKUP_BYTES,
  DEFAULT_LOOKUP_REFRESH_SECONDS,
  LOOKUP_FIRST_WAIT_MS,
  LOOKUP_TIMEOUT_MS,
} from "../limits.ts";
import type { ReadSource } from "./read-source.ts";

/** Loaded with the first table that needs it: a start without one is a millisecond shorter. */
function unzip(bytes: Buffer, maxOutputLength: number): Promise<Buffer> {
  return promisify(process.getBuiltinModule("node:zlib").gunzip)(bytes, { maxOutputLength });
}

/** Parts that the build generates for lookups. */
export interface LookupParts {
  /** By the name of the lookup. */
  readonly checkRows?: Readonly<Record<string, CheckRow>>;
  /** There when a lookup has CSV. */
  readonly readCsvRows?: ReadRows;
}

export interface LookupTablesOptions {
  readonly parts: LookupParts;
  readonly readSource: ReadSource;
  readonly clock: Clock;
  /** In [0,1); spreads reads. */
  readonly random: () => number;
  readonly telemetry: Telemetry;
  readonly logger: Logger;
}

/** The tables of all lookups that run. */
export interface LookupTables {
  /** Opens the table of a lookup, and begins to read it. */
  readonly open: (name: string, options: LookupOptions) => OpenTable;
  /**
   * To be awaited before a batch. Waits for the first read of each table, later ones go on beside the batches.
   *
   * @returns false when a lookup that is to wait has no table by then: the batch goes back to Lambda
   */
  readonly prepare: (waitMs: number) => Promise<boolean>;
}

/**
 * Keeps the tables of lookups fresh while the function runs. If a new table cannot be used, the previous one stays in
 * force.
 */
export function createLookupTables(options: LookupTablesOptions): LookupTables {
  const tables: KeptTable[] = [];
  return {
    open(name, lookup) {
      const table = new KeptTable(name, lookup, options);
      tables.push(table);
      return table;
    },
    async prepare(waitMs) {
      const ready = await Promise.all(tables.map((table) => table.prepare(waitMs)));
      return !ready.includes(false);
    },
  };
}

class KeptTable implements OpenTable {
  readonly #name: string;
  readonly #lookup: LookupOptions;
  readonly #options: LookupTablesOptions;
  /** A value that is read again while it is in use, as secrets are. */
  readonly #table: RotatingSecret<LookupTable>;
  #firstRead: Promise<void> | undefined;
  #lastVersion: string | undefined;
  #refusal: Error | undefined;

  constructor(name: string, lookup: LookupOptions, options: LookupTablesOptions) {
    this.#name = name;
    this.#lookup = lookup;
    this.#options = options;
    const { clock, random } = options;
    this.#table = new RotatingSecret({
      read: (signal) => this.#read(signal),
      parse: (text) => this.#parse(text),
      maxAgeMs: (lookup.refreshSeconds ?? DEFAULT_LOOKUP_REFRESH_SECONDS) * 1_000,
      timeoutMs: LOOKUP_TIMEOUT_MS,
      clock,
      random,
      onRead: (read) => this.#report(read),
    });
    this.#firstRead = this.#table.refresh().finally(() => {
      this.#firstRead = undefined;
    });
  }

  get current(): LookupTable | undefined {
    return this.#table.current;
  }

  miss(): void {
    this.#options.telemetry.count("lookupMisses");
    this.#options.telemetry.countBy("lookupMissesByName", this.#name);
  }

  async prepare(waitMs: number): Promise<boolean> {
    if (this.#lookup.onNoTable === "wait") {
      if ((await this.#table.take(waitMs)) === undefined) return false;
    } else if (this.#firstRead !== undefined) {
      await this.#within(Math.min(waitMs, LOOKUP_FIRST_WAIT_MS), this.#firstRead);
    } else this.#table.peek();
    const { clock, telemetry } = this.#options;
    if (this.current !== undefined) telemetry.observe("lookupAgeMs", clock.now() - this.#table.confirmedAt);
    return true;
  }

  async #within(waitMs: number, work: Promise<void>): Promise<void> {
    const { clock } = this.#options;
    let timer: unknown;
    const outOfTime = new Promise<void>((resolve) => {
      timer = clock.setTimeout(resolve, Math.max(0, waitMs));
    });
    await Promise.race([work, outOfTime]);
    clock.clearTimeout(timer);
  }

  async #read(signal: AbortSignal): Promise<SecretVersion> {
    const { source, maxBytes = DEFAULT_LOOKUP_BYTES } = this.#lookup;
    const found = await this.#options.readSource(source, { before: this.#lastVersion, maxBytes, signal });
    if (found === undefined) {
      // Still what was refused, or what is in force.
      if (this.#refusal !== undefined) throw this.#refusal;
      return { text: "", versionId: this.#lastVersion ?? "" };
    }
    this.#lastVersion = found.version;
    this.#refusal = undefined;
    try {
      const bytes = source.endsWith(".gz") ? await unzip(found.bytes, maxBytes) : found.bytes;
      return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes), versionId: found.version };
    } catch (cause) {
      const what = source.endsWith(".gz") ? `gzip of at most ${maxBytes} bytes of UTF-8` : "UTF-8";
      throw (this.#refusal = new LookupReadError(`${source} is no ${what}.`, { cause }));
    }
  }

  #parse(text: string): LookupTable {
    const { parts } = this.#options;
    const readRows = formatOf(this.#lookup) === "csv" ? parts.readCsvRows : readNdjsonRows;
    const checkRow = parts.checkRows?.[this.#name];
    try {
      if (readRows === undefined || checkRow === undefined) {
        throw new LookupReadError(`The bundle has no reader for the lookup "${this.#name}"; build it again.`);
      }
      return readTable(text, this.#lookup, { readRows, checkRow });
    } catch (error) {
      throw (this.#refusal = error as Error);
    }
  }

  #report(read: SecretRead): void {
    const { logger, telemetry } = this.#options;
    if ("error" in read) {
      telemetry.count("lookupFailures");
      telemetry.countBy("lookupFailuresByName", this.#name);
      const consequence = this.current === undefined ? "there is none yet" : "the one before stays in force";
      logger.error(`The table of a lookup was not taken: ${consequence}`, { name: this.#name, error: read.error });
      return;
    }
    if (read.outcome !== "changed" || this.current === undefined) return;
    const { rows, badRows } = this.current;
    logger.info("The table of a lookup is in force", { name: this.#name, count: rows, badRows });
  }
}
