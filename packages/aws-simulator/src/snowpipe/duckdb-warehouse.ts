import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type DuckDBConnection,
  DuckDBInstance,
  type DuckDBResultReader,
  type DuckDBValue,
  type Json,
  StatementType,
} from "@duckdb/node-api";
import { duckDbType, toJsonValue } from "./duckdb-types.ts";
import { type DynamicTableDefinition, readDynamicTable } from "./dynamic-table.ts";
import { DynamicTables } from "./dynamic-tables.ts";
import { WarehouseError } from "./errors.ts";
import { ledgerName, lastName, quoted } from "./names.ts";
import { checkFile, readContent } from "./ndjson-file.ts";
import { countPlainLines } from "./plain-lines.ts";
import { type FinderDefinition, RowFinder } from "./row-finder.ts";
import { splitText } from "./split-text.ts";
import {
  type ColumnSource,
  type LoadFileRequest,
  type LoadFileResult,
  type RefusedLine,
  skippedReason,
  type Warehouse,
} from "./warehouse.ts";

export interface DuckDbWarehouseOptions {
  /** The database file; made when missing. One process at a time can have it open. Default `:memory:`. */
  readonly path?: string;
  /** Default: one for each core. */
  readonly threads?: number;
  /** Such as `1GB`. Default: DuckDB's own, four fifths of the machine's. */
  readonly memoryLimit?: string;
  /**
   * `tables` keeps dynamic tables load by load. `views` computes them when they are read: a load costs a third, a query
   * of a large table a hundred times as much. Default `tables`.
   */
  readonly dynamicTables?: "tables" | "views";
}

export interface TableDefinition {
  /** Qualifiers are dropped: everything lies in one schema. */
  readonly name: string;
  /** Types as Snowflake has them. */
  readonly columns: readonly { readonly name: string; readonly type: string; readonly nullable?: boolean }[];
}

export type QueryRow = Readonly<Record<string, Json>>;

/** Functions of the views that Snowflake has and DuckDB lacks. */
const macros = `
  CREATE OR REPLACE MACRO get_path(record, path) AS json_extract_string(record, '$.' || path);
`;

/** The pipe's own table, and that of refused lines, which views of the stack may read as they do in Snowflake. */
const ledger = `
  CREATE SCHEMA IF NOT EXISTS snowpipe;
  CREATE TABLE IF NOT EXISTS snowpipe.loaded_files (
    table_name VARCHAR NOT NULL,
    file_name VARCHAR NOT NULL,
    etag VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    row_count BIGINT NOT NULL,
    refused_line_count BIGINT NOT NULL,
    loaded_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (table_name, file_name)
  );
  CREATE TABLE IF NOT EXISTS refused_lines (
    table_name VARCHAR NOT NULL,
    file_name VARCHAR NOT NULL,
    file_row_number BIGINT NOT NULL,
    reason VARCHAR NOT NULL,
    refused_at TIMESTAMPTZ NOT NULL
  );
`;

/** The name of the attached file in statements. */
const CATALOG = "warehouse";
/**
 * A checkpoint rewrites the last group of rows of each table and holds it in memory that DuckDB counts to no limit: 250
 * MB and more at its own size of 122,880 rows of events. A file keeps the groups that it has.
 */
const ROW_GROUP_SIZE = 8_192;

/** Of the table `staged`. */
const goodLines = "(SELECT * FROM staged WHERE record IS NOT NULL ORDER BY line_number)";
/** The file and the connections of the warehouse itself. */
interface Database {
  readonly instance: DuckDBInstance;
  /** Loads have a connection, and so a transaction, of their own. */
  readonly loading: DuckDBConnection;
  readonly querying: DuckDBConnection;
  readonly dynamicTables: DynamicTables;
}

const unexplainedReason = "The line is not JSON.";
/** A file that is no NDJSON at all gives each line's number, and words for so many of them. */
const MAX_EXPLAINED_LINES = 100;

const columnValues: Readonly<Record<ColumnSource, string>> = {
  $1: "record",
  METADATA$FILENAME: "$file",
  METADATA$FILE_ROW_NUMBER: "line_number",
  METADATA$FILE_LAST_MODIFIED: "to_timestamp($modified / 1000.0)",
  METADATA$START_SCAN_TIME: "to_timestamp($loaded / 1000.0)",
  "CURRENT_TIMESTAMP()": "to_timestamp($loaded / 1000.0)",
};

/**
 * The warehouse of a laptop: DuckDB with the tables, dynamic tables and views that Snowflake gets. A file's rows, what
 * they change in dynamic tables, and its line in the ledger are one transaction, so a process killed at any moment
 * leaves the file loaded or not, never half, never twice.
 */
export class DuckDbWarehouse implements Warehouse {
  readonly #options: DuckDbWarehouseOptions;
  /** Undefined after a fatal error, until the file could be opened again. */
  #database: Database | undefined;
  /** A folder whose one file is what DuckDB reads at the moment: the only one it may read. */
  readonly #readingFolder: string;
  /** By table, in the spelling of statements. */
  readonly #finders = new Map<string, RowFinder>();
  /** Queries under way, each on a connection of its own. */
  readonly #queries = new Set<DuckDBConnection>();
  #lastLoad: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  private constructor(options: DuckDbWarehouseOptions, database: Database, readingFolder: string) {
    this.#options = options;
    this.#database = database;
    this.#readingFolder = readingFolder;
  }

  static async open(options: DuckDbWarehouseOptions = {}): Promise<DuckDbWarehouse> {
    const folder = await createReadingFolder(options.path);
    return new DuckDbWarehouse(options, await openDatabase(options, readingPathIn(folder)), folder);
  }

  /** Runs statements in order, such as DDL. @throws WarehouseError `INVALID_STATEMENT` */
  async execute(sql: string): Promise<void> {
    this.#checkOpen();
    await this.#run(this.#opened.querying, sql);
  }

  /** Makes the table unless it is there. */
  async createTable({ name, columns }: TableDefinition): Promise<void> {
    const definitions = columns.map(
      (column) => `${quoted(column.name)} ${duckDbType(column.type)}${column.nullable === false ? " NOT NULL" : ""}`,
    );
    await this.execute(`CREATE TABLE IF NOT EXISTS ${quoted(lastName(name))} (${definitions.join(", ")})`);
  }

  /**
   * Makes the dynamic table from the rows of its base, unless it exists with this query. From then on every load
   * updates it in the load's own transaction, and every statement that changes the base in the statement's.
   *
   * @throws WarehouseError `INVALID_STATEMENT` for a query that cannot be kept load by load
   */
  async createDynamicTable({ name, query }: DynamicTableDefinition): Promise<void> {
    this.#checkOpen();
    const definition = { name: lastName(name), query };
    if (this.#options.dynamicTables === "views") return this.#createComputedTable(definition);
    await this.#inTurn(async () => {
      const { dynamicTables } = this.#opened;
      if (dynamicTables.has(definition)) return;
      await this.#inTransaction(`build ${name}`, () => dynamicTables.create(definition));
      await dynamicTables.reread();
    });
  }

  /** Makes a view in the place of a dynamic table; one that was kept before goes. */
  async #createComputedTable(definition: DynamicTableDefinition): Promise<void> {
    const { name, query } = readDynamicTable(definition);
    await this.#inTurn(async () => {
      const { dynamicTables } = this.#opened;
      await this.#inTransaction(`drop ${name}`, () => dynamicTables.drop(name));
      await dynamicTables.reread();
    });
    await this.createView({ name, statement: query });
  }

  /**
   * Keeps by which load each value of a path of the records came, from now on and for the rows that are there, so that
   * {@link loadsWith} answers at once. A row more costs 3 µs.
   */
  async createFinder(definition: FinderDefinition): Promise<void> {
    this.#checkOpen();
    await this.#inTurn(async () => {
      const finder = await RowFinder.open(this.#loading, definition);
      this.#finders.set(ledgerName(definition.table), finder);
    });
  }

  /**
   * Times of the loads of a table that brought a row with the value, or another one in a billion, as microseconds since
   * 1970 in digits.
   * @throws RangeError for a table without a finder
   */
  async loadsWith(table: string, value: string): Promise<readonly string[]> {
    const finder = this.#finders.get(ledgerName(table));
    if (finder === undefined) throw new RangeError(`No finder was created for the table ${table}.`);
    return (await this.query(finder.loadsQuery, [value])).map(({ loaded_us: time }) => time as string);
  }

  /** When the table was last given a file, in milliseconds since 1970; undefined before the first. */
  async lastLoadMs(table: string): Promise<number | undefined> {
    const [row] = await this.query(
      "SELECT epoch_ms(max(loaded_at))::DOUBLE AS ms FROM snowpipe.loaded_files WHERE table_name = $1",
      [ledgerName(table)],
    );
    return (row?.["ms"] as number | null | undefined) ?? undefined;
  }

  /** Makes or replaces the view. `statement` is its SELECT. */
  async createView({ name, statement }: { readonly name: string; readonly statement: string }): Promise<void> {
    await this.execute(`CREATE OR REPLACE VIEW ${quoted(lastName(name))} AS ${statement}`);
  }

  async loadFile(request: LoadFileRequest): Promise<LoadFileResult> {
    this.#checkOpen();
    checkFile(request);
    const content = await readContent(request);
    return this.#inTurn(() => this.#loadOnce(request, content));
  }

  /**
   * Returns the rows of the last statement in `sql`, as JSON values. Queries run beside each other and beside loads,
   * each on a connection of its own; `signal` and `close` interrupt them. Statements that write wait for their turn
   * among the loads.
   *
   * @throws WarehouseError `INVALID_STATEMENT`
   */
  async query(
    sql: string,
    values: readonly DuckDBValue[] = [],
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<QueryRow[]> {
    this.#checkOpen();
    const connection = await connectTo(this.#opened.instance);
    const interrupt = (): void => connection.interrupt();
    this.#queries.add(connection);
    options.signal?.addEventListener("abort", interrupt);
    try {
      options.signal?.throwIfAborted();
      await checkDatabase(connection, sql);
      const writes = await writesOf(connection, sql);
      if (writes !== "nothing") return await this.#write(sql, values, writes === "deletes");
      return rowsOf(await this.#run(connection, sql, [...values]));
    } finally {
      options.signal?.removeEventListener("abort", interrupt);
      this.#queries.delete(connection);
      connection.closeSync();
    }
  }

  async loadedFiles(table: string): Promise<ReadonlySet<string>> {
    const rows = await this.query("SELECT file_name FROM snowpipe.loaded_files WHERE table_name = $1", [
      ledgerName(table),
    ]);
    return new Set(rows.map((row) => row.file_name as string));
  }

  /** The lines of `table`'s files that became no row, in order of file and line. */
  async refusedLines(table: string): Promise<RefusedLine[]> {
    const rows = await this.query(
      "SELECT file_name, file_row_number, reason FROM refused_lines WHERE table_name = $1 ORDER BY ALL",
      [ledgerName(table)],
    );
    return rows.map((row) => ({
      fileName: row.file_name as string,
      lineNumber: row.file_row_number as number,
      reason: row.reason as string,
    }));
  }

  /**
   * Writes a copy of the database, with everything loaded so far, that other tools can open while this process has the
   * original. Loads wait meanwhile.
   *
   * @param path a file that is not there yet
   * @throws WarehouseError `INVALID_STATEMENT` for a warehouse in memory; what the file system fails with
   */
  async exportTo(path: string): Promise<void> {
    this.#checkOpen();
    const source = this.#options.path;
    if (source === undefined)
      throw new WarehouseError("INVALID_STATEMENT", "A warehouse in memory has no file to copy.");
    await this.#inTurn(async () => {
      await this.#loading.run("CHECKPOINT");
      await copyElsewhere(source, path);
    });
  }

  /** Waits for the load under way, writes everything into the database file and closes it. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const query of this.#queries) query.interrupt();
    await this.#lastLoad;
    // Without room for it everything is in the write-ahead log beside the file, which the next `open` reads.
    await this.#database?.loading.run("CHECKPOINT").catch(() => undefined);
    closeDatabase(this.#database);
    await rm(this.#readingFolder, { recursive: true, force: true });
  }

  /** Runs after the loads that were asked for before. */
  async #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#lastLoad.then(run);
    this.#lastLoad = result.catch(() => undefined);
    return result;
  }

  async #write(sql: string, values: readonly DuckDBValue[], isDeletion: boolean): Promise<QueryRow[]> {
    return this.#inTurn(() =>
      this.#inTransaction("run the statement", async () => {
        const reader = await this.#loading.runAndReadAll(sql, [...values]);
        await this.#opened.dynamicTables.follow(sql, isDeletion);
        return rowsOf(reader);
      }),
    );
  }

  get #opened(): Database {
    if (this.#database !== undefined) return this.#database;
    throw new Error("The file of the warehouse could not be written and is opened again when there is room.");
  }

  get #loading(): DuckDBConnection {
    return this.#opened.loading;
  }

  async #loadOnce(request: LoadFileRequest, content: Buffer): Promise<LoadFileResult> {
    this.#database ??= await openDatabase(this.#options, this.#readingPath);
    try {
      return (
        (await this.#findFile(request)) ??
        (await this.#loadPlain(request, content)) ??
        (await this.#inTransaction(loadOf(request), () => this.#load(request, content.toString())))
      );
    } catch (error) {
      if (isFatal(error)) await this.#reopen().catch(() => undefined);
      throw error;
    }
  }

  /**
   * After a fatal error, such as a full disk at the wrong moment, DuckDB refuses everything until its file is opened
   * again.
   */
  async #reopen(): Promise<void> {
    for (const query of this.#queries) query.interrupt();
    closeDatabase(this.#database);
    this.#database = undefined;
    this.#database = await openDatabase(this.#options, this.#readingPath);
  }

  /** @param action what is done, for the message of an error */
  async #inTransaction<T>(action: string, run: () => Promise<T>): Promise<T> {
    await this.#loading.run("BEGIN TRANSACTION");
    try {
      const result = await run();
      await this.#loading.run("COMMIT");
      return result;
    } catch (error) {
      // A commit that failed has ended its transaction.
      await this.#loading.run("ROLLBACK").catch(() => undefined);
      throw asWarehouseError(error, action);
    }
  }

  /**
   * Loads a file whose every line is JSON by DuckDB's own reader, which takes a third of the time.
   * @returns undefined when nothing was loaded: the file has a line that needs a closer look
   */
  async #loadPlain(request: LoadFileRequest, content: Buffer): Promise<LoadFileResult | undefined> {
    const lines = countPlainLines(content);
    if (lines === undefined) return undefined;
    await writeFile(this.#readingPath, content);
    try {
      return await this.#inTransaction(loadOf(request), async () => {
        const rows = await this.#insertRows(request, this.#plainLines());
        if (rows !== lines) throw new Error("A line is empty.");
        const result: LoadFileResult = { status: "loaded", rows, refusedLines: 0 };
        await this.#insertLedgerLine(request, result);
        return result;
      });
    } catch {
      // The closer look finds the fault.
      return undefined;
    }
  }

  get #readingPath(): string {
    return readingPathIn(this.#readingFolder);
  }

  /** The lines of the file in the reading folder. No line of JSON holds the delimiter, and no quote means anything. */
  #plainLines(): string {
    return `(
      SELECT line::JSON AS record, row_number() OVER () AS line_number
      FROM read_csv(${literal(this.#readingPath)}, columns = {'line': 'VARCHAR'}, auto_detect = false, header = false,
        delim = chr(1), quote = '', escape = '')
      WHERE line IS NOT NULL
    )`;
  }

  async #findFile({ table, fileName }: LoadFileRequest): Promise<LoadFileResult | undefined> {
    const reader = await this.#loading.runAndReadAll(
      "SELECT row_count, refused_line_count FROM snowpipe.loaded_files WHERE table_name = $1 AND file_name = $2",
      [ledgerName(table), fileName],
    );
    const [row] = reader.getRowsJson();
    return row === undefined
      ? undefined
      : { status: "already-loaded", rows: Number(row[0]), refusedLines: Number(row[1]) };
  }

  async #load(request: LoadFileRequest, text: string): Promise<LoadFileResult> {
    const { lines, records } = await this.#stage(text);
    const isSkipped = records < lines && request.onError === "SKIP_FILE";
    const result: LoadFileResult = {
      status: isSkipped ? "skipped" : "loaded",
      rows: isSkipped ? 0 : records,
      refusedLines: isSkipped ? lines : lines - records,
    };
    if (!isSkipped) await this.#insertRows(request, goodLines);
    if (records < lines) await this.#insertRefusedLines(request, isSkipped);
    await this.#loading.run("DROP TABLE staged");
    await this.#insertLedgerLine(request, result);
    return result;
  }

  async #insertLedgerLine(
    { table, fileName, etag, loadedAt }: LoadFileRequest,
    { status, rows, refusedLines }: LoadFileResult,
  ): Promise<void> {
    await this.#loading.run(
      "INSERT INTO snowpipe.loaded_files VALUES ($1, $2, $3, $4, $5, $6, to_timestamp($7 / 1000.0))",
      [ledgerName(table), fileName, etag, status, rows, refusedLines, loadedAt],
    );
  }

  /** Puts the lines of the file into the temporary table `staged`, in parts. */
  async #stage(text: string): Promise<{ lines: number; records: number }> {
    const connection = this.#loading;
    await connection.run(
      "CREATE OR REPLACE TEMP TABLE staged (line_number BIGINT, record JSON, bad_line VARCHAR, reason VARCHAR)",
    );
    for (const part of splitText(text)) {
      await connection.run(
        `INSERT INTO staged
           SELECT line_number, record, CASE WHEN record IS NULL THEN line END, NULL
           FROM (
             SELECT ordinality + $2 AS line_number, line, TRY_CAST(line AS JSON) AS record
             FROM unnest(string_split($1, chr(10))) WITH ORDINALITY AS lines(line, ordinality)
             WHERE trim(line, chr(9) || chr(13) || ' ') <> ''
           )`,
        [part.text, part.linesBefore],
      );
    }
    const reader = await connection.runAndReadAll("SELECT count(*), count(record) FROM staged");
    const [row] = reader.getRowsJson();
    return { lines: Number(row?.[0]), records: Number(row?.[1]) };
  }

  /** @param source relation with the columns `record` and `line_number`. @returns how many rows were inserted */
  async #insertRows(
    { table, columns, fileName, lastModified, loadedAt }: LoadFileRequest,
    source: string,
  ): Promise<number> {
    const values = columns.map(({ source: column }) => columnValues[column]);
    const parameters = { file: fileName, modified: lastModified, loaded: loadedAt };
    // DuckDB refuses parameters that the statement does not use.
    const used = Object.entries(parameters).filter(([name]) => values.some((value) => value.includes(`$${name}`)));
    const insert = (into: string) =>
      this.#loading.run(
        `INSERT INTO ${into} (${columns.map(({ name }) => quoted(name)).join(", ")})
           SELECT ${values.join(", ")} FROM ${source}`,
        Object.fromEntries(used),
      );
    await this.#finders.get(ledgerName(table))?.add(this.#loading, source, loadedAt);
    const landing = quoted(lastName(table));
    const { dynamicTables } = this.#opened;
    if (dynamicTables.of(table).length === 0) return (await insert(landing)).rowsChanged;
    await this.#loading.run(`CREATE OR REPLACE TEMP TABLE arrived AS SELECT * FROM ${landing} LIMIT 0`);
    await insert("arrived");
    const { rowsChanged } = await this.#loading.run(`INSERT INTO ${landing} SELECT * FROM arrived`);
    await dynamicTables.mergeInto(table, "arrived");
    await this.#loading.run("DROP TABLE arrived");
    return rowsChanged;
  }

  async #insertRefusedLines({ table, fileName, loadedAt }: LoadFileRequest, isSkipped: boolean): Promise<void> {
    await this.#explainBadLines();
    await this.#loading.run(
      `INSERT INTO refused_lines
         SELECT $1, $2, line_number, CASE WHEN record IS NULL THEN coalesce(reason, $3) ELSE $4 END, to_timestamp($5 / 1000.0)
         FROM staged WHERE record IS NULL OR $6 ORDER BY line_number`,
      [ledgerName(table), fileName, unexplainedReason, skippedReason, loadedAt, isSkipped],
    );
  }

  /**
   * Asks for each bad line what is wrong with it; on a connection of its own, because the error would end the
   * transaction.
   */
  async #explainBadLines(): Promise<void> {
    const bad = await this.#loading.runAndReadAll(
      `SELECT line_number, bad_line FROM staged WHERE record IS NULL ORDER BY line_number LIMIT ${MAX_EXPLAINED_LINES}`,
    );
    for (const [lineNumber, line] of bad.getRowsJson()) {
      const reason = await this.#opened.querying
        .run("SELECT CAST($1 AS JSON)", [line as string])
        .then(() => undefined, reasonOf);
      if (reason === undefined) continue;
      await this.#loading.run("UPDATE staged SET reason = $1 WHERE line_number = $2", [reason, Number(lineNumber)]);
    }
  }

  async #run(connection: DuckDBConnection, sql: string, values: DuckDBValue[] = []) {
    try {
      return await connection.runAndReadAll(sql, values);
    } catch (error) {
      throw asWarehouseError(error, "run the statement");
    }
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new WarehouseError("CLOSED", "The warehouse is closed.");
  }
}

/**
 * Copies a file in a process of its own: POSIX drops DuckDB's lock on its file as soon as this process closes any other
 * handle to it.
 */
async function copyElsewhere(from: string, to: string): Promise<void> {
  const script = "const [from, to] = process.argv.slice(1); fs.copyFileSync(from, to, fs.constants.COPYFILE_EXCL);";
  await promisify(execFile)(process.execPath, ["-e", script, from, to]);
}

function loadOf({ fileName, table }: LoadFileRequest): string {
  return `load ${fileName} into ${table}`;
}

const databaseWords = /\b(?:attach|detach|use)\b|\bset\s+\w*\s*(?:schema|search_path)\b/i;
const databaseTypes: readonly StatementType[] = [StatementType.ATTACH, StatementType.DETACH, StatementType.SET];

/** Loads and later queries would miss their tables in another database. @throws WarehouseError `INVALID_STATEMENT` */
async function checkDatabase(connection: DuckDBConnection, sql: string): Promise<void> {
  if (!databaseWords.test(sql)) return;
  // A text that is no SQL gets its error from the run.
  const statements = await connection.extractStatements(sql).catch(() => undefined);
  for (let index = 0; index < (statements?.count ?? 0); index += 1) {
    const statement = await statements?.prepare(index).catch(() => undefined);
    if (statement === undefined || !databaseTypes.includes(statement.statementType)) continue;
    throw new WarehouseError(
      "INVALID_STATEMENT",
      `Statement ${index + 1} attaches, leaves or chooses a database. The warehouse is one: name its tables alone, such as events.`,
    );
  }
}

const writingWords = /\b(?:delete|insert|merge|truncate|update)\b/i;
const writingTypes: readonly StatementType[] = [StatementType.INSERT, StatementType.UPDATE, StatementType.MERGE_INTO];

/** Of several statements only the words are looked at: one may need what another makes. */
async function writesOf(connection: DuckDBConnection, sql: string): Promise<"nothing" | "deletes" | "anything"> {
  if (!writingWords.test(sql)) return "nothing";
  const statements = await connection.extractStatements(sql).catch(() => undefined);
  if (statements === undefined) return "nothing";
  if (statements.count !== 1) return "anything";
  const type = await statements.prepare(0).then(
    ({ statementType }) => statementType,
    () => undefined,
  );
  if (type === StatementType.DELETE) return "deletes";
  return type !== undefined && writingTypes.includes(type) ? "anything" : "nothing";
}

function rowsOf(reader: DuckDBResultReader): QueryRow[] {
  const names = reader.deduplicatedColumnNames();
  const types = reader.columnTypes();
  return reader.getRowsJson().map((row) =>
    Object.fromEntries(
      names.map((name, index) => {
        const type = types[index];
        const value = row[index] ?? null;
        return [name, type === undefined ? value : toJsonValue(value, type)];
      }),
    ),
  );
}

/** Beside the database, so that what a killed process leaves lies where the next one finds it. */
async function createReadingFolder(path: string | undefined): Promise<string> {
  if (path === undefined || path === ":memory:") return mkdtemp(join(tmpdir(), "duckdb-load-"));
  const folder = `${path}.loading`;
  await mkdir(folder, { recursive: true });
  return folder;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** DuckDB's own words without the line, which may hold what should not be copied. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return /^(?:Error: )?(?:\w+ Error: )?(.*?)(?:\s*Input:|$)/s.exec(message)?.[1]?.trim() ?? unexplainedReason;
}

/** Opens the file with what the warehouse needs beside the tables of its pipes. */
async function openDatabase(options: DuckDbWarehouseOptions, readingPath: string): Promise<Database> {
  const { path } = options;
  const instance = await DuckDBInstance.create(":memory:", {
    // Where queries that need more memory than the limit put their rows.
    ...(path === undefined ? {} : { temp_directory: `${path}.tmp` }),
    ...(options.threads === undefined ? {} : { threads: String(options.threads) }),
    ...(options.memoryLimit === undefined ? {} : { memory_limit: options.memoryLimit }),
  });
  const attaching = await instance.connect();
  await attaching.run(`ATTACH ${literal(path ?? ":memory:")} AS ${CATALOG} (ROW_GROUP_SIZE ${ROW_GROUP_SIZE})`);
  attaching.closeSync();
  const database = { instance, loading: await connectTo(instance), querying: await connectTo(instance) };
  // Anyone who can reach the warehouse sends statements: they are to see its tables and not the machine's files.
  await database.loading.run(`SET allowed_paths = [${literal(readingPath)}]`);
  await database.loading.run("SET enable_external_access = false");
  // Each checkpoint rewrites the last group of rows, which took more time than the loads at DuckDB's own 16 MB.
  await database.loading.run("SET wal_autocheckpoint = '64MB'");
  // Else what one large statement took stays with the process.
  await database.loading.run("SET allocator_background_threads = true");
  await database.loading.run(macros + ledger);
  return { ...database, dynamicTables: await DynamicTables.open(database.loading) };
}

async function connectTo(instance: DuckDBInstance): Promise<DuckDBConnection> {
  const connection = await instance.connect();
  await connection.run(`USE ${CATALOG}`);
  await connection.run("SET TimeZone = 'UTC'");
  return connection;
}

function closeDatabase(database: Database | undefined): void {
  database?.loading.closeSync();
  database?.querying.closeSync();
  database?.instance.closeSync();
}

function readingPathIn(folder: string): string {
  return join(folder, "lines.ndjson");
}

function isFatal(error: unknown): boolean {
  return /FATAL Error|database has been invalidated/.test(String(error));
}

/** The statement was sound, and another time it may work. */
function isForWantOfRoom(message: string): boolean {
  return /No space left on device|Disk quota exceeded|Could not write/i.test(message);
}

function asWarehouseError(error: unknown, action: string): Error {
  if (error instanceof WarehouseError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (isFatal(error) || isForWantOfRoom(message)) {
    return new Error(`The warehouse could not ${action}: ${message}`, { cause: error });
  }
  const isUnknownTable = /Table with name .* does not exist/.test(message);
  return new WarehouseError(
    isUnknownTable ? "UNKNOWN_TABLE" : "INVALID_STATEMENT",
    `The warehouse could not ${action}: ${message}`,
    { cause: error },
  );
}
