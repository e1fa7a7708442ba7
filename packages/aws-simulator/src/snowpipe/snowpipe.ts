import type { Clock } from "../clock.ts";
import { systemClock } from "../clock.ts";
import { ObjectStoreError } from "../object-store/errors.ts";
import type { ObjectCreated, ObjectStore } from "../object-store/object-store.ts";
import { checkRate, OptionError } from "../options.ts";
import { createRandom, type Random } from "../random.ts";
import type { Trace } from "../trace.ts";
import { parseCopyStatement } from "./copy-statement.ts";
import { WarehouseError } from "./errors.ts";
import {
  MAX_ATTEMPTS_PER_FILE,
  NOTIFICATION_LATENCY_MS,
  RETRY_BACKOFF_BASE_MS,
  RETRY_BACKOFF_MAX_MS,
} from "./limits.ts";
import type { ColumnMapping, OnError, Warehouse } from "./warehouse.ts";

/** A pipe: its objects, its warehouse and its COPY statement. */
export interface SnowpipeOptions {
  /** Seeds the default generator, with the bucket. Default `pipe`. */
  readonly name?: string;
  /** The store whose new objects it is told of. */
  readonly objectStore: ObjectStore;
  /** Name of the bucket that has the files. */
  readonly bucket: string;
  /** Files below it are loaded. Default: the path in `copyStatement`, else all of the bucket. */
  readonly prefix?: string;
  /** The warehouse that has the table. */
  readonly warehouse: Warehouse;
  /** The pipe's COPY INTO; it names the table, its columns and what to do with bad lines. */
  readonly copyStatement?: string;
  /** Instead of `copyStatement`: the table. */
  readonly table?: string;
  /** Default: the line to `record`. */
  readonly columns?: readonly ColumnMapping[];
  /** Default `SKIP_FILE`, as Snowpipe's own. */
  readonly onError?: OnError;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  /** Draws faults. Default: a generator seeded with the name. */
  readonly random?: Random;
  /** From the creation of an object to the load. Default 1,000. */
  readonly notificationLatencyMs?: number;
  /** Notifications that are late, repeated or lost. Default none. */
  readonly faults?: SnowpipeFaults;
  /** Told of each load. Default none. */
  readonly trace?: Trace;
  /** Loads that failed. The pipe goes on. */
  readonly onLoadError?: (error: unknown, fileName: string) => void;
}

/** Faults of a pipe. */
export interface SnowpipeFaults {
  /** How often a notification comes late, by up to `maxDelayMs`, and so after later ones. */
  readonly lateRate?: number;
  /** How often a notification comes once more. SQS delivers at least once, and in any order. */
  readonly repeatRate?: number;
  /** How often a notification never comes; `refresh` finds such files. */
  readonly lossRate?: number;
  /** Default one minute. */
  readonly maxDelayMs?: number;
}

/** Counts of a pipe since it began. */
export interface SnowpipeStats {
  /** Notifications that reached the pipe, repeats included. */
  readonly notifications: number;
  /** Files whose rows are in the table. */
  readonly filesLoaded: number;
  /** Notifications of files that had been loaded: what the ledger is for. */
  readonly filesAlreadyLoaded: number;
  /** Files that were left out whole for an error in them. */
  readonly filesSkipped: number;
  /** Files the pipe left alone after too many attempts. */
  readonly filesFailed: number;
  /** Rows of the files that were loaded. */
  readonly rowsLoaded: number;
  /** Lines that became no row: those that are not JSON, and all of a skipped file. */
  readonly refusedLines: number;
  /** Attempts to load a file that failed; several may be of one file. */
  readonly loadErrors: number;
  /** Notifications on their way and files being loaded. */
  readonly pending: number;
  /** True if it listens; `executionState` of SYSTEM$PIPE_STATUS. */
  readonly isRunning: boolean;
  /** Creation of the oldest file that waits for its load, in epoch milliseconds; undefined when none waits. */
  readonly oldestFileMs: number | undefined;
  /** From the creation of the file that was loaded last to its commit. */
  readonly latencyMs: number;
}

interface Notification {
  readonly fileName: string;
  readonly createdAt: number;
}

/**
 * A pipe with auto-ingest: hears of new objects, late, repeated and out of order as its queue gives them, and loads
 * each file exactly once, because the warehouse keeps the ledger of loaded files in the transaction of their rows.
 */
export class Snowpipe {
  readonly #options: SnowpipeOptions;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #faults: Required<SnowpipeFaults>;
  readonly #prefix: string;
  readonly #latencyMs: number;
  readonly #target: Target;
  #unsubscribe: (() => void) | undefined;
  /** Files are loaded one after the other. */
  #queue: Notification[] = [];
  #isLoading = false;
  #scheduled = 0;
  #waiters: (() => void)[] = [];
  readonly #counters = {
    notifications: 0,
    filesLoaded: 0,
    filesAlreadyLoaded: 0,
    filesSkipped: 0,
    filesFailed: 0,
    rowsLoaded: 0,
    refusedLines: 0,
    loadErrors: 0,
    latencyMs: 0,
  };

  /** @throws OptionError, or WarehouseError `INVALID_STATEMENT` */
  constructor(options: SnowpipeOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? createRandom(`${options.name ?? "pipe"}/${options.bucket}`);
    this.#latencyMs = options.notificationLatencyMs ?? NOTIFICATION_LATENCY_MS;
    this.#target = readTarget(options);
    this.#prefix = options.prefix ?? this.#target.path;
    this.#faults = {
      lateRate: options.faults?.lateRate ?? 0,
      repeatRate: options.faults?.repeatRate ?? 0,
      lossRate: options.faults?.lossRate ?? 0,
      maxDelayMs: options.faults?.maxDelayMs ?? 60_000,
    };
    for (const rate of ["lateRate", "repeatRate", "lossRate"] as const) checkRate(`faults.${rate}`, this.#faults[rate]);
    if (this.#faults.repeatRate === 1) {
      throw new OptionError("faults.repeatRate", "below 1, or a notification would repeat for ever", 1);
    }
  }

  /** Begins to listen; files that are already there wait for `refresh`. */
  start(): void {
    this.#unsubscribe ??= this.#options.objectStore.onCreated((created) => {
      if (created.bucket === this.#options.bucket && created.key.startsWith(this.#prefix)) this.#notify(created);
    });
  }

  /** Queues every file that is there and that the ledger does not know, as `ALTER PIPE … REFRESH` does. */
  async refresh(): Promise<void> {
    const { objectStore, bucket, warehouse } = this.#options;
    const loaded = await warehouse.loadedFiles(this.#target.table);
    for (const { key, lastModified } of await objectStore.list(bucket, this.#prefix)) {
      if (!loaded.has(key)) this.#enqueue({ fileName: key, createdAt: lastModified });
    }
  }

  /** Resolves when no notification is on its way and no file is waiting. */
  async drain(): Promise<void> {
    while (this.#pending > 0) await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }

  /** Stops listening and loads everything it has heard of. */
  async stop(): Promise<void> {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    await this.drain();
  }

  stats(): SnowpipeStats {
    return {
      ...this.#counters,
      pending: this.#pending,
      isRunning: this.#unsubscribe !== undefined,
      oldestFileMs: this.#queue[0]?.createdAt,
    };
  }

  get #pending(): number {
    return this.#scheduled + this.#queue.length + (this.#isLoading ? 1 : 0);
  }

  #notify(created: ObjectCreated): void {
    const { lossRate, repeatRate } = this.#faults;
    const notification: Notification = { fileName: created.key, createdAt: created.createdAt };
    if (!this.#isDrawn(lossRate)) this.#schedule(notification, this.#latencyMs + this.#delay());
    while (this.#isDrawn(repeatRate)) this.#schedule(notification, this.#latencyMs + this.#delay());
  }

  #delay(): number {
    const { lateRate, maxDelayMs } = this.#faults;
    return this.#isDrawn(lateRate) ? Math.floor(this.#random() * maxDelayMs) : 0;
  }

  #schedule(notification: Notification, delayMs: number): void {
    this.#scheduled += 1;
    this.#clock.setTimeout(() => {
      this.#scheduled -= 1;
      this.#enqueue(notification);
    }, delayMs);
  }

  #enqueue(notification: Notification): void {
    this.#counters.notifications += 1;
    this.#queue.push(notification);
    if (!this.#isLoading) void this.#loadAll();
  }

  async #loadAll(): Promise<void> {
    this.#isLoading = true;
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) await this.#load(next);
    this.#isLoading = false;
    this.#wakeWaiters();
  }

  /** A load that fails is tried again; its outcome may be unknown, and the ledger decides. */
  async #load(notification: Notification): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#loadOnce(notification);
        return;
      } catch (error) {
        this.#counters.loadErrors += 1;
        this.#options.onLoadError?.(error, notification.fileName);
        if (isRefusal(error) && attempt >= MAX_ATTEMPTS_PER_FILE) {
          this.#counters.filesFailed += 1;
          return;
        }
      }
      const delayMs = Math.min(RETRY_BACKOFF_MAX_MS, RETRY_BACKOFF_BASE_MS * 2 ** (attempt - 1));
      await new Promise<void>((resolve) => {
        this.#clock.setTimeout(resolve, delayMs);
      });
    }
  }

  async #loadOnce({ fileName, createdAt }: Notification): Promise<void> {
    const { objectStore, bucket, warehouse, trace } = this.#options;
    const loadedAt = this.#clock.now();
    const { object, bytes } = await objectStore.get(bucket, fileName);
    const { sizeBytes, etag, lastModified } = object;
    const { table, columns, onError } = this.#target;
    const result = await warehouse.loadFile({
      table,
      columns,
      onError,
      fileName,
      sizeBytes,
      etag,
      lastModified,
      loadedAt,
      bytes,
    });
    trace?.record("snowpipe.load", { file: fileName, status: result.status, rows: result.rows });
    if (result.status === "already-loaded") {
      this.#counters.filesAlreadyLoaded += 1;
      return;
    }
    if (result.status === "loaded") this.#counters.filesLoaded += 1;
    else this.#counters.filesSkipped += 1;
    this.#counters.rowsLoaded += result.rows;
    this.#counters.refusedLines += result.refusedLines;
    this.#counters.latencyMs = this.#clock.now() - createdAt;
  }

  #wakeWaiters(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter();
  }

  #isDrawn(rate: number): boolean {
    return rate > 0 && this.#random() < rate;
  }
}

interface Target {
  readonly table: string;
  readonly columns: readonly ColumnMapping[];
  readonly onError: OnError;
  readonly path: string;
}

function readTarget(options: SnowpipeOptions): Target {
  if (options.copyStatement !== undefined) {
    const { table, columns, onError, path } = parseCopyStatement(options.copyStatement);
    return { table, columns, onError, path };
  }
  if (options.table === undefined) {
    throw new OptionError("table", "given when there is no `copyStatement`", options.table);
  }
  return {
    table: options.table,
    columns: options.columns ?? [{ name: "record", source: "$1" }],
    onError: options.onError ?? "SKIP_FILE",
    path: "",
  };
}

/** Trying again will hardly help; anything else (a lost answer, a dead connection) may be cured by it. */
function isRefusal(error: unknown): boolean {
  return error instanceof WarehouseError || error instanceof ObjectStoreError;
}
