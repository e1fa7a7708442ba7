import { checkRate } from "../options.ts";
import { createRandom, type Random } from "../random.ts";
import { checkFile, linesOf, readTextSync } from "./ndjson-file.ts";
import {
  type ColumnSource,
  type LoadFileRequest,
  type LoadFileResult,
  type RefusedLine,
  skippedReason,
  type Warehouse,
} from "./warehouse.ts";

/** A row by the names of its columns. */
export type MemoryRow = Readonly<Record<string, unknown>>;

/** Faults of a warehouse in memory, and its reading of lines. */
export interface MemoryWarehouseOptions {
  /** Draws faults. Default: a generator with a fixed seed. */
  readonly random?: Random;
  readonly faults?: MemoryWarehouseFaults;
  /** The value of a line; throws when it is no JSON. Default: `JSON.parse`. */
  readonly parseLine?: (line: string) => unknown;
}

/** Faults of a warehouse in memory. */
export interface MemoryWarehouseFaults {
  /** How often a load dies before its transaction is committed: nothing of it stays. */
  readonly failBeforeCommitRate?: number;
  /** How often a load is committed and its answer is lost. */
  readonly failAfterCommitRate?: number;
}

/** The note that a file was loaded. */
export interface LoadedFile {
  /** Name of the table, as the pipe's COPY statement has it. */
  readonly table: string;
  /** The file's key in the bucket. */
  readonly fileName: string;
  /** MD5 of the file's bytes, in hex. */
  readonly etag: string;
  /** Rows that the file gave. */
  readonly rows: number;
  /** Its lines that became no row. */
  readonly refusedLines: readonly RefusedLine[];
  /** `skipped`: nothing of it was loaded, and nothing will be. */
  readonly status: "loaded" | "skipped";
}

/** The rows of one load. They become visible as a whole or not at all. */
export interface LoadTransaction {
  /** Name of the table that gets the rows. */
  readonly table: string;
  /** In the order of the file's lines. */
  readonly rows: readonly MemoryRow[];
  /** The note that is made in the same transaction. */
  readonly file: LoadedFile;
}

/** Tables in memory, for the virtual clock. */
export class MemoryWarehouse implements Warehouse {
  readonly #random: Random;
  readonly #faults: Required<MemoryWarehouseFaults>;
  readonly #parseLine: (line: string) => unknown;
  readonly #tables = new Map<string, MemoryRow[]>();
  readonly #ledger = new Map<string, LoadedFile>();

  constructor(options: MemoryWarehouseOptions = {}) {
    this.#random = options.random ?? createRandom("memory-warehouse");
    this.#faults = {
      failBeforeCommitRate: options.faults?.failBeforeCommitRate ?? 0,
      failAfterCommitRate: options.faults?.failAfterCommitRate ?? 0,
    };
    this.#parseLine = options.parseLine ?? JSON.parse;
    checkRate("faults.failBeforeCommitRate", this.#faults.failBeforeCommitRate);
    checkRate("faults.failAfterCommitRate", this.#faults.failAfterCommitRate);
  }

  async loadFile(request: LoadFileRequest): Promise<LoadFileResult> {
    const known = this.#ledger.get(ledgerKey(request.table, request.fileName));
    if (known !== undefined) {
      return { status: "already-loaded", rows: known.rows, refusedLines: known.refusedLines.length };
    }
    checkFile(request);
    const transaction = await createTransaction(request, this.#parseLine);
    if (this.#isDrawn(this.#faults.failBeforeCommitRate)) {
      throw new Error(`Fault: the load of ${request.fileName} died before its commit.`);
    }
    this.commit(transaction);
    if (this.#isDrawn(this.#faults.failAfterCommitRate)) {
      throw new Error(`Fault: the load of ${request.fileName} died after its commit.`);
    }
    const { status, rows, refusedLines } = transaction.file;
    return { status, rows, refusedLines: refusedLines.length };
  }

  async loadedFiles(table: string): Promise<ReadonlySet<string>> {
    return new Set(this.files().flatMap((file) => (file.table === table ? [file.fileName] : [])));
  }

  /** The rows of a table in order of loading. */
  rows(table: string): readonly MemoryRow[] {
    return this.#tables.get(table) ?? [];
  }

  /** The lines of `table`'s files that became no row, in order of loading. */
  refusedLines(table: string): readonly RefusedLine[] {
    return this.files().flatMap((file) => (file.table === table ? file.refusedLines : []));
  }

  /** Every file that was loaded or skipped. */
  files(): readonly LoadedFile[] {
    return [...this.#ledger.values()];
  }

  /** Rows and ledger in one step: nothing can come between them. */
  protected commit(transaction: LoadTransaction): void {
    this.insertRows(transaction);
    this.insertFile(transaction);
  }

  protected insertRows({ table, rows }: LoadTransaction): void {
    const existing = this.#tables.get(table);
    if (existing === undefined) this.#tables.set(table, [...rows]);
    else for (const row of rows) existing.push(row);
  }

  protected insertFile({ table, file }: LoadTransaction): void {
    this.#ledger.set(ledgerKey(table, file.fileName), file);
  }

  #isDrawn(rate: number): boolean {
    return rate > 0 && this.#random() < rate;
  }
}

async function createTransaction(
  request: LoadFileRequest,
  parseLine: (line: string) => unknown,
): Promise<LoadTransaction> {
  const { table, fileName, etag, columns, onError } = request;
  const rows: MemoryRow[] = [];
  const numbers: number[] = [];
  const unreadable: RefusedLine[] = [];
  for (const { number, text } of linesOf(await readTextSync(request))) {
    let record: unknown;
    try {
      record = parseLine(text);
    } catch {
      unreadable.push({ fileName, lineNumber: number, reason: "The line is not JSON." });
      continue;
    }
    numbers.push(number);
    rows.push(Object.fromEntries(columns.map(({ name, source }) => [name, valueOf(source, record, number, request)])));
  }
  if (unreadable.length === 0 || onError === "CONTINUE") {
    const file = { table, fileName, etag, rows: rows.length, refusedLines: unreadable, status: "loaded" } as const;
    return { table, rows, file };
  }
  const skipped = numbers.map((lineNumber) => ({ fileName, lineNumber, reason: skippedReason }));
  const refusedLines = [...unreadable, ...skipped].sort((a, b) => a.lineNumber - b.lineNumber);
  return { table, rows: [], file: { table, fileName, etag, rows: 0, refusedLines, status: "skipped" } };
}

function valueOf(source: ColumnSource, record: unknown, lineNumber: number, request: LoadFileRequest): unknown {
  switch (source) {
    case "$1":
      return record;
    case "METADATA$FILENAME":
      return request.fileName;
    case "METADATA$FILE_ROW_NUMBER":
      return lineNumber;
    case "METADATA$FILE_LAST_MODIFIED":
      return request.lastModified;
    case "METADATA$START_SCAN_TIME":
    case "CURRENT_TIMESTAMP()":
      return request.loadedAt;
  }
}

function ledgerKey(table: string, fileName: string): string {
  return `${table}\n${fileName}`;
}
