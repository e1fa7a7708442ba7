import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { DuckDBInstance } from "@duckdb/node-api";
import { DuckDbWarehouse } from "../../src/duckdb.ts";
import { FolderObjectStore, type LoadFileRequest, MemoryObjectStore, Snowpipe } from "../../src/index.ts";
import { etagOf } from "../../src/object-store/stored-object.ts";
import { splitText } from "../../src/snowpipe/split-text.ts";
import { countDifferences } from "../fixtures/best-copies.ts";

let folder = "";
let warehouse: DuckDbWarehouse;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "duckdb-"));
  warehouse = await DuckDbWarehouse.open({ threads: 1 });
  await warehouse.createTable({
    name: '"MILLRACE"."EVENTS"."ENRICHED"',
    columns: [
      { name: "RECORD", type: "VARIANT", nullable: false },
      { name: "FILE_NAME", type: "VARCHAR(16777216)", nullable: false },
      { name: "FILE_ROW_NUMBER", type: "NUMBER(38,0)", nullable: false },
      { name: "LOADED_AT", type: "TIMESTAMP_LTZ(9)", nullable: false },
    ],
  });
});

afterEach(async () => {
  await warehouse.close();
  rmSync(folder, { recursive: true, force: true });
});

function requestOf(fileName: string, text: string, options: Partial<LoadFileRequest> = {}): LoadFileRequest {
  const bytes = fileName.endsWith(".gz") ? gzipSync(text) : Buffer.from(text);
  return {
    table: '"MILLRACE"."EVENTS"."ENRICHED"',
    columns: [
      { name: "RECORD", source: "$1" },
      { name: "FILE_NAME", source: "METADATA$FILENAME" },
      { name: "FILE_ROW_NUMBER", source: "METADATA$FILE_ROW_NUMBER" },
      { name: "LOADED_AT", source: "METADATA$START_SCAN_TIME" },
    ],
    onError: "CONTINUE",
    fileName,
    sizeBytes: bytes.byteLength,
    etag: etagOf(bytes),
    lastModified: 0,
    loadedAt: Date.UTC(2026, 10, 22, 10, 0, 0, 123),
    bytes,
    ...options,
  };
}

const event = (id: string, more: object = {}) => `${JSON.stringify({ event: { id, source: "shop", ...more } })}\n`;

describe("a DuckDB warehouse", () => {
  test("loads every line with the file it came in, its number and the time of the load", async () => {
    await expect(warehouse.loadFile(requestOf("a.gz", `${event("1")}\n${event("2")}`))).resolves.toEqual({
      status: "loaded",
      rows: 2,
      refusedLines: 0,
    });
    expect(await warehouse.query("SELECT * FROM enriched ORDER BY file_row_number")).toEqual([
      {
        RECORD: { event: { id: "1", source: "shop" } },
        FILE_NAME: "a.gz",
        FILE_ROW_NUMBER: 1,
        LOADED_AT: "2026-11-22T10:00:00.123Z",
      },
      {
        RECORD: { event: { id: "2", source: "shop" } },
        FILE_NAME: "a.gz",
        FILE_ROW_NUMBER: 3,
        LOADED_AT: "2026-11-22T10:00:00.123Z",
      },
    ]);
  });

  test("takes every character of a line as it is, whether the whole file is plain or a line of it needs a closer look", async () => {
    const lines = [
      '{"a":"x, y; \\"z\\" \\\\ \'q\' é 😀","n":1.10}',
      " [1, 12345678901234567890, 1e3, -0.0] ",
      '"#"',
      "null",
      '""',
    ];
    await warehouse.loadFile(requestOf("plain.gz", lines.join("\n")));
    // An empty line, a carriage return: neither is a part of JSON text, and both are known to readers of CSV.
    await warehouse.loadFile(requestOf("empty-line.gz", `${lines.join("\n")}\n\n`));
    await warehouse.loadFile(requestOf("carriage-return.gz", `${lines.join("\n")}\n\r\n`));
    const rows = await warehouse.query(
      "SELECT file_name AS file, list(record::VARCHAR ORDER BY file_row_number) AS records FROM enriched GROUP BY ALL ORDER BY ALL",
    );
    expect(rows).toEqual(["carriage-return.gz", "empty-line.gz", "plain.gz"].map((file) => ({ file, records: lines })));
  });

  test("a finder tells the loads that brought a value, of rows before it and after it, whoever opens the file", async () => {
    const path = join(folder, "warehouse.duckdb");
    const definition = { table: '"EVENTS"."ENRICHED"', record: "RECORD", path: "event.id", loadedAt: "LOADED_AT" };
    const columns = [
      { name: "RECORD", type: "VARIANT", nullable: false },
      { name: "FILE_NAME", type: "VARCHAR", nullable: false },
      { name: "FILE_ROW_NUMBER", type: "NUMBER", nullable: false },
      { name: "LOADED_AT", type: "TIMESTAMP_LTZ(9)", nullable: false },
    ];
    const load = (opened: DuckDbWarehouse, file: string, loadedAt: number, text: string) =>
      opened.loadFile(requestOf(file, text, { loadedAt }));
    const first = await DuckDbWarehouse.open({ path, threads: 1 });
    await first.createTable({ name: "ENRICHED", columns });
    await expect(first.loadsWith("enriched", "1")).rejects.toThrow(RangeError);
    await load(first, "before.gz", 1_000, event("1") + event("2"));
    await first.createFinder(definition);
    await load(first, "plain.gz", 2_000, event("2") + event("3"));
    await load(first, "refused", 3_000, `${event("2")}not JSON\n${event("4")}`);
    await load(first, "skipped", 4_000, "not JSON\n");
    const loadsOf = async (opened: DuckDbWarehouse, id: string) =>
      (await opened.loadsWith("enriched", id))
        .map((microseconds) => Number(microseconds) / 1_000)
        .sort((a, b) => a - b);
    expect(await loadsOf(first, "1")).toEqual([1_000]);
    expect(await loadsOf(first, "2")).toEqual([1_000, 2_000, 3_000]);
    expect(await loadsOf(first, "4")).toEqual([3_000]);
    expect(await loadsOf(first, "5")).toEqual([]);
    await first.close();

    const second = await DuckDbWarehouse.open({ path, threads: 1 });
    await second.createFinder(definition);
    await load(second, "later.gz", 5_000, event("2"));
    expect(await loadsOf(second, "2")).toEqual([1_000, 2_000, 3_000, 5_000]);
    await second.close();
  });

  test("loads a file once", async () => {
    const request = requestOf("a.gz", event("1"));
    await warehouse.loadFile(request);
    await expect(warehouse.loadFile(request)).resolves.toEqual({ status: "already-loaded", rows: 1, refusedLines: 0 });
    const changed = requestOf("a.gz", event("2") + event("3"));
    await expect(warehouse.loadFile(changed)).resolves.toMatchObject({ status: "already-loaded" });
    expect(await warehouse.query("SELECT count(*) AS n FROM enriched")).toEqual([{ n: 1 }]);
  });

  test("loads a file once also when it is asked twice at the same time", async () => {
    const request = requestOf("a.gz", event("1"));
    const results = await Promise.all([warehouse.loadFile(request), warehouse.loadFile(request)]);
    expect(results.map(({ status }) => status).sort()).toEqual(["already-loaded", "loaded"]);
    expect(await warehouse.query("SELECT count(*) AS n FROM enriched")).toEqual([{ n: 1 }]);
  });

  test("refuses lines that are not JSON, each with its place and a reason that does not repeat it, and loads the others", async () => {
    const text = `${event("1")}{"cut":\n"text"\r\nnull\nnot json\n   \n${event("2")}{"a":1} trailing`;
    await expect(warehouse.loadFile(requestOf("a", text))).resolves.toEqual({
      status: "loaded",
      rows: 4,
      refusedLines: 3,
    });
    expect(await warehouse.refusedLines("ENRICHED")).toEqual([
      { fileName: "a", lineNumber: 2, reason: expect.stringMatching(/^Malformed JSON at byte 7/) },
      { fileName: "a", lineNumber: 5, reason: expect.stringMatching(/^Malformed JSON at byte 0/) },
      { fileName: "a", lineNumber: 8, reason: expect.stringMatching(/^Malformed JSON at byte 8/) },
    ]);
    const refused = await warehouse.query("SELECT * FROM refused_lines");
    expect(JSON.stringify(refused)).not.toMatch(/cut|not json|trailing/);
    const rows = await warehouse.query("SELECT file_row_number AS n, record FROM enriched ORDER BY n");
    expect(rows.map(({ n }) => n)).toEqual([1, 3, 4, 7]);
    expect(rows.map(({ RECORD }) => RECORD).slice(1, 3)).toEqual(["text", null]);
  });

  test("leaves out the whole file for a bad line under SKIP_FILE, and does not look at it again", async () => {
    const request = requestOf("a", `${event("1")}bad\n`, { onError: "SKIP_FILE" });
    await expect(warehouse.loadFile(request)).resolves.toEqual({ status: "skipped", rows: 0, refusedLines: 2 });
    await expect(warehouse.loadFile(request)).resolves.toMatchObject({ status: "already-loaded" });
    expect(await warehouse.query("SELECT count(*) AS n FROM enriched")).toEqual([{ n: 0 }]);
    expect(await warehouse.refusedLines("enriched")).toEqual([
      { fileName: "a", lineNumber: 1, reason: "The file was skipped: another line of it cannot be read." },
      { fileName: "a", lineNumber: 2, reason: expect.stringContaining("Malformed JSON") },
    ]);
  });

  test("explains the first hundred lines of a file that is no NDJSON, and counts them all", async () => {
    const text = "no json\n".repeat(250);
    await expect(warehouse.loadFile(requestOf("a", text))).resolves.toMatchObject({ rows: 0, refusedLines: 250 });
    const [counts] = await warehouse.query(
      "SELECT count(*) AS lines, count_if(reason LIKE 'Malformed%') AS explained, count(DISTINCT file_row_number) AS places FROM refused_lines",
    );
    expect(counts).toEqual({ lines: 250, explained: 100, places: 250 });
  });

  test("refuses a file that is not the one that was announced, or that is cut off", async () => {
    const request = requestOf("a.gz", event("1").repeat(100));
    const cut = { ...request, bytes: request.bytes.subarray(0, 50) };
    await expect(warehouse.loadFile(cut)).rejects.toMatchObject({ code: "FILE_CHANGED" });
    const cutAndAnnounced = { ...cut, sizeBytes: 50, etag: etagOf(cut.bytes) };
    await expect(warehouse.loadFile(cutAndAnnounced)).rejects.toMatchObject({ code: "FILE_UNREADABLE" });
    await expect(warehouse.loadFile(request)).resolves.toMatchObject({ status: "loaded", rows: 100 });
  });

  test("refuses a file in which lines lie beside gzip members", async () => {
    const bytes = Buffer.concat([gzipSync(event("1")), Buffer.from(event("2"))]);
    const request = requestOf("a.gz", "", { bytes, sizeBytes: bytes.byteLength, etag: etagOf(bytes) });
    await expect(warehouse.loadFile(request)).rejects.toMatchObject({ code: "FILE_UNREADABLE" });
  });

  test("loads a file whose lines were compressed with a member among them, but for the member and the line after it", async () => {
    const member = gzipSync(event("2"));
    const bytes = gzipSync(Buffer.concat([Buffer.from(event("1")), member, Buffer.from(event("3") + event("4"))]));
    const request = requestOf("a.gz", "", { bytes, sizeBytes: bytes.byteLength, etag: etagOf(bytes) });
    const { status, rows, refusedLines } = await warehouse.loadFile(request);
    expect({ status, rows }).toEqual({ status: "loaded", rows: 2 });
    expect(refusedLines).toBeGreaterThan(0);
    const ids = await warehouse.query("SELECT record->>'$.event.id' AS id FROM enriched ORDER BY id");
    expect(ids).toEqual([{ id: "1" }, { id: "4" }]);
  });

  test("rolls back all of a load that fails, and works on", async () => {
    const unknown = requestOf("a", `${event("1")}bad\n`, { table: "MISSING" });
    await expect(warehouse.loadFile(unknown)).rejects.toMatchObject({ code: "UNKNOWN_TABLE" });
    const badColumn = requestOf("a", `${event("1")}bad\n`, { columns: [{ name: "NOPE", source: "$1" }] });
    await expect(warehouse.loadFile(badColumn)).rejects.toMatchObject({ code: "INVALID_STATEMENT" });
    expect(await warehouse.query("SELECT * FROM snowpipe.loaded_files")).toEqual([]);
    expect(await warehouse.refusedLines("ENRICHED")).toEqual([]);
    await expect(warehouse.loadFile(requestOf("a", event("1")))).resolves.toMatchObject({ status: "loaded", rows: 1 });
  });

  test("carries out the portable views: paths, casts and one row for each event", async () => {
    await warehouse.createView({
      name: "PAGE_VIEWS",
      statement: `
        SELECT GET_PATH(record, 'event.id')::STRING AS id,
               GET_PATH(record, 'event.data.price')::FLOAT AS price,
               GET_PATH(record, 'event.data.ok')::BOOLEAN AS ok,
               GET_PATH(record, 'event.time')::TIMESTAMP_TZ AS time,
               GET_PATH(record, 'event.data.items[1].name')::STRING AS second_item,
               GET_PATH(record, 'event.data.nothing')::STRING AS nothing,
               GET_PATH(record, 'event.data.missing')::STRING AS missing,
               GET_PATH(record, 'event.data.items') AS items
        FROM ENRICHED
        QUALIFY ROW_NUMBER() OVER (
          PARTITION BY GET_PATH(record, 'event.source')::STRING, GET_PATH(record, 'event.id')::STRING
          ORDER BY loaded_at, file_name, file_row_number
        ) = 1`.replaceAll("TIMESTAMP_TZ", "TIMESTAMPTZ"),
    });
    const data = { price: 1.5, ok: true, nothing: null, items: [{ name: "a" }, { name: 'b "q" é' }] };
    const line = event("1", { time: "2026-11-22T10:00:00Z", data });
    await warehouse.loadFile(requestOf("a.gz", line + line));
    await warehouse.loadFile(requestOf("b.gz", line + event("2")));
    const rows = await warehouse.query("SELECT * FROM page_views ORDER BY id");
    expect(rows).toHaveLength(2);
    expect(rows[0]).toEqual({
      id: "1",
      price: 1.5,
      ok: true,
      time: "2026-11-22T10:00:00Z",
      second_item: 'b "q" é',
      nothing: null,
      missing: null,
      items: JSON.stringify(data.items),
    });
  });

  test("answers in values that JSON can carry", async () => {
    const [row] = await warehouse.query(`
      SELECT 9007199254740991::BIGINT AS whole, 9007199254740993::BIGINT AS large, 1.25::DECIMAL(10, 2) AS decimal,
             '{"a":[1]}'::JSON AS json, DATE '2026-01-02' AS date, [1, 2] AS list, NULL AS nothing, TRUE AS yes`);
    expect(row).toEqual({
      whole: 9007199254740991,
      large: "9007199254740993",
      decimal: 1.25,
      json: { a: [1] },
      date: "2026-01-02",
      list: [1, 2],
      nothing: null,
      yes: true,
    });
    expect(JSON.parse(JSON.stringify(row))).toEqual(row);
  });

  test("says what is wrong with a statement, and shows no files of the machine", async () => {
    await expect(warehouse.query("SELEC 1")).rejects.toMatchObject({
      code: "INVALID_STATEMENT",
      message: expect.stringContaining("syntax error"),
    });
    await expect(warehouse.query("SELECT * FROM missing")).rejects.toMatchObject({ code: "UNKNOWN_TABLE" });
    await expect(warehouse.query("SELECT * FROM read_text('/etc/hostname')")).rejects.toThrow("disabled");
    await expect(warehouse.query("SET enable_external_access = true")).rejects.toThrow();
  });

  test.each([
    "USE memory; DETACH warehouse",
    "USE memory; INSERT INTO enriched VALUES (1)",
    "SET search_path = 'memory.main'",
    "ATTACH ':memory:' AS other",
  ])("refuses to work in another database: %s", async (statement) => {
    await expect(warehouse.query(statement)).rejects.toMatchObject({
      code: "INVALID_STATEMENT",
      message: expect.stringContaining("The warehouse is one"),
    });
    expect(await warehouse.query("SELECT current_catalog() AS name, 'use' AS word")).toEqual([
      { name: "warehouse", word: "use" },
    ]);
  });

  test("takes a file whose groups of rows have DuckDB's own size, and adds small ones", async () => {
    const path = join(folder, "large-groups.duckdb");
    const instance = await DuckDBInstance.create(path);
    const connection = await instance.connect();
    await connection.run("CREATE TABLE numbers AS SELECT range AS n FROM range(200000)");
    connection.closeSync();
    instance.closeSync();
    const opened = await DuckDbWarehouse.open({ path });
    await opened.execute("INSERT INTO numbers SELECT range FROM range(20000)");
    await opened.close();
    const again = await DuckDbWarehouse.open({ path });
    const [row] = await again.query(
      "SELECT (SELECT count(*) FROM numbers) AS n, max(count)::INT AS largest, min(count) <= 8192 AS has_small" +
        " FROM pragma_storage_info('numbers') WHERE segment_type <> 'VALIDITY'",
    );
    expect(row).toEqual({ n: 220_000, largest: 122_880, has_small: true });
    await again.close();
  });

  test("keeps its tables, its rows and its ledger in the file", async () => {
    const path = join(folder, "warehouse.duckdb");
    const first = await DuckDbWarehouse.open({ path });
    await first.createTable({ name: "ENRICHED", columns: [{ name: "RECORD", type: "VARIANT" }] });
    const request = requestOf("a", event("1"), { columns: [{ name: "RECORD", source: "$1" }] });
    await first.loadFile(request);
    await first.close();
    await expect(first.query("SELECT 1")).rejects.toMatchObject({ code: "CLOSED" });
    const second = await DuckDbWarehouse.open({ path });
    await second.createTable({ name: "ENRICHED", columns: [{ name: "RECORD", type: "VARIANT" }] });
    await expect(second.loadFile(request)).resolves.toMatchObject({ status: "already-loaded" });
    expect(await second.query("SELECT count(*) AS n FROM enriched")).toEqual([{ n: 1 }]);
    await second.close();
  });

  test("works behind a pipe, with what the stack's statement says", async () => {
    const objectStore = new MemoryObjectStore();
    const pipe = new Snowpipe({
      objectStore,
      bucket: "lake",
      warehouse,
      notificationLatencyMs: 1,
      faults: { repeatRate: 0.5 },
      copyStatement: `COPY INTO "MILLRACE"."EVENTS"."ENRICHED" (RECORD, FILE_NAME, FILE_ROW_NUMBER, LOADED_AT)
        FROM (SELECT $1, METADATA$FILENAME, METADATA$FILE_ROW_NUMBER, METADATA$START_SCAN_TIME FROM @"LAKE"/enriched/)
        ON_ERROR = CONTINUE`,
    });
    pipe.start();
    for (let index = 0; index < 20; index += 1) {
      await objectStore.put("lake", `enriched/${index}.gz`, gzipSync(event(`a${index}`) + event(`b${index}`)));
    }
    await pipe.stop();
    expect(pipe.stats()).toMatchObject({ filesLoaded: 20, rowsLoaded: 40, loadErrors: 0 });
    expect(
      await warehouse.query("SELECT count(*) AS n, count(DISTINCT get_path(record, 'event.id')) AS ids FROM enriched"),
    ).toEqual([{ n: 40, ids: 40 }]);
  });
});

describe("long text", () => {
  test.each([1, 2, 3, 7, 8, 100])(
    "is cut after newlines into parts of %d characters, and no line is lost",
    (length) => {
      const text = "a\n\nbb\nccc\ndddddddddd\ne\nno newline";
      const parts = [...splitText(text, length)];
      expect(parts.map((part) => part.text).join("")).toBe(text);
      for (const [index, part] of parts.entries()) {
        if (index < parts.length - 1) expect(part.text.endsWith("\n")).toBe(true);
        const before = parts
          .slice(0, index)
          .map(({ text: earlier }) => earlier)
          .join("");
        expect(part.linesBefore).toBe(before.split("\n").length - 1);
      }
    },
  );
});

describe("a process killed while it loads", () => {
  const files = 16;
  const linesPerFile = 2_000;
  let path = "";

  beforeEach(async () => {
    path = join(folder, "warehouse.duckdb");
    const store = new FolderObjectStore({ folder: join(folder, "objects") });
    for (let file = 0; file < files; file += 1) {
      // The last line of a file is in the next one again, as a later revision.
      const more = { revision: String(file).padStart(3, "0"), pad: "x".repeat(200) };
      const lines = Array.from({ length: linesPerFile }, (_, n) =>
        event(n === 0 && file > 0 ? `${file - 1}-${linesPerFile - 1}` : `${file}-${n}`, more),
      );
      await store.put("lake", `${String(file).padStart(3, "0")}.gz`, gzipSync(lines.join("")));
    }
  });

  /** Runs the loading process to its end and looks at what all of them left. */
  async function expectEveryRowOnce(): Promise<void> {
    expect(await load()).toBe("done");
    const survivor = await DuckDbWarehouse.open({ path });
    const [rows] = await survivor.query("SELECT count(*) AS n FROM landed");
    const [shown] = await survivor.query("SELECT count(*) AS n, count(DISTINCT id) AS ids FROM best");
    const differences = await countDifferences(survivor);
    const [ledger] = await survivor.query("SELECT count(*) AS files, sum(row_count) AS n FROM snowpipe.loaded_files");
    await survivor.close();
    expect(rows).toEqual({ n: files * linesPerFile });
    expect(shown).toEqual({ n: files * linesPerFile - files + 1, ids: files * linesPerFile - files + 1 });
    expect(differences).toBe(0);
    expect(ledger).toEqual({ files, n: files * linesPerFile });
  }

  /** @returns its last line, or the signal that ended it. */
  async function load(
    options: { readonly killAfterFiles?: number; readonly dieAtFile?: number } = {},
  ): Promise<string> {
    const { killAfterFiles = Number.POSITIVE_INFINITY, dieAtFile } = options;
    const script = join(import.meta.dirname, "../fixtures/load-until-killed.ts");
    const parameters = [join(folder, "objects"), path, ...(dieAtFile === undefined ? [] : [String(dieAtFile)])];
    const child = spawn(process.execPath, ["--conditions=@millrace/source", script, ...parameters], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let loaded = 0;
    let last = "";
    createInterface({ input: child.stdout }).on("line", (line) => {
      last = line;
      if (line.startsWith("loaded")) loaded += 1;
      if (line !== "done" && loaded >= killAfterFiles) child.kill("SIGKILL");
    });
    const signal = await new Promise<string | null>((resolve) =>
      child.once("close", (_code, bySignal) => {
        resolve(bySignal);
      }),
    );
    return signal ?? last;
  }

  test("in the middle of a file leaves each file loaded or not, never half and never twice", async () => {
    for (const killAfterFiles of [0, 1, 3, 2, 1, 2]) expect(await load({ killAfterFiles })).toBe("SIGKILL");
    await expectEveryRowOnce();
  }, 120_000);

  test("at the first sight of a file's rows has written its ledger line as well", async () => {
    for (const dieAtFile of [0, 2, 1]) expect(await load({ dieAtFile })).toBe("SIGKILL");
    await expectEveryRowOnce();
  }, 120_000);
});
