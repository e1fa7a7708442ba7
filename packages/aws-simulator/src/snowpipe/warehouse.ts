/** Where a column's value comes from when a file is loaded; the names are Snowflake's. */
export type ColumnSource =
  /** The line itself, as JSON. */
  | "$1"
  | "METADATA$FILENAME"
  | "METADATA$FILE_ROW_NUMBER"
  | "METADATA$FILE_LAST_MODIFIED"
  | "METADATA$START_SCAN_TIME"
  | "CURRENT_TIMESTAMP()";

/** A column of the table and its source. */
export interface ColumnMapping {
  /** Name of the column in the table. */
  readonly name: string;
  /** A path of the line, the line itself, or a fact about the file or the load. */
  readonly source: ColumnSource;
}

/** Treatment of a line that is not JSON: leave it out, or leave the whole file out. */
export type OnError = "CONTINUE" | "SKIP_FILE";

/** A file to load, and how its lines become rows. */
export interface LoadFileRequest {
  /** Name of the table, as the pipe's COPY statement has it. */
  readonly table: string;
  /** Columns that get a value; others are null. */
  readonly columns: readonly ColumnMapping[];
  /** The fate of the file if a line of it is not JSON. */
  readonly onError: OnError;
  /** The file's key in the bucket. It identifies the file: one that was loaded is never loaded again. */
  readonly fileName: string;
  /** As it was stored, compressed or not. */
  readonly sizeBytes: number;
  /** MD5 of the bytes, in hex. */
  readonly etag: string;
  /** Epoch milliseconds. */
  readonly lastModified: number;
  /** Epoch milliseconds at which the load begins. */
  readonly loadedAt: number;
  /** The file as it was stored; NDJSON, gzipped if its name ends in `.gz`. */
  readonly bytes: Uint8Array;
}

/** Outcome of loading a file. */
export interface LoadFileResult {
  /** `skipped`: nothing of the file was loaded for an error in it, and nothing of it will be. */
  readonly status: "loaded" | "already-loaded" | "skipped";
  /** Rows the file gave, now or when it was loaded. */
  readonly rows: number;
  /**
   * Lines that gave no row: those that are not JSON, or all of a skipped file. Each is a row of the table of refused
   * lines.
   */
  readonly refusedLines: number;
}

/** A line of a file that became no row of its table. */
export interface RefusedLine {
  /** The file's key in the bucket. */
  readonly fileName: string;
  /** Counted from 1 over all lines of the file. */
  readonly lineNumber: number;
  /** Never the line itself: it lies in the lake. */
  readonly reason: string;
}

/** Why the good lines of a file are refused when it is skipped. */
export const skippedReason = "The file was skipped: another line of it cannot be read.";

/** The part of Snowflake that a pipe loads into. */
export interface Warehouse {
  /**
   * Loads a file: its rows, its refused lines and the note that it was loaded become visible together, or nothing does.
   * @throws WarehouseError `FILE_CHANGED` or `FILE_UNREADABLE`; anything else means the outcome is unknown: call again.
   */
  loadFile(request: LoadFileRequest): Promise<LoadFileResult>;
  /** Names of the files that were loaded into a table or skipped. */
  loadedFiles(table: string): Promise<ReadonlySet<string>>;
}
