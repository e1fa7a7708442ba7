/**
 * `pnpm --filter @millrace/local bench:warehouse`: loads files into the warehouse of this machine twice, and asks both
 * the same questions: with the dynamic tables of the stack as views that read everything, and as the tables they are.
 * Each is a process of its own, whose peak of memory is told. Needs `pnpm synth`.
 */
import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { parseCopyStatement } from "@millrace/aws-simulator";
import { DuckDbWarehouse } from "@millrace/aws-simulator/duckdb";
import { createWarehouseObjects, landingOf, readLocalTopology, readTerraformStack } from "@millrace/topology";
import { formatTable } from "../src/report/format-table.ts";
import { localIdentity } from "../src/runtime/account.ts";
import { defaultStackPath } from "../src/runtime/folders.ts";
import { warehouseMemory } from "../src/runtime/pipeline.ts";

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "100000,1000000" },
    "rows-per-file": { type: "string", default: "2000" },
    large: { type: "boolean", default: false },
    variant: { type: "string" },
  },
});
const rowsPerFile = Number(values["rows-per-file"]);
const variants = ["views", "tables"] as const;
type Variant = (typeof variants)[number];

/** One row a second, so that the last hour is 3,600 of them. */
const firstReceivedMs = Date.UTC(2026, 0, 1);
/** Each hundredth row is a copy of the one before, as a sender's retry makes it. */
const copyEvery = 100;

interface Figures {
  readonly loadMicroseconds: number;
  readonly loadCpuMicroseconds: number;
  readonly pointMs: number;
  readonly lastHourMs: number;
  readonly typedLastHourMs: number;
  readonly typedMs: number;
  readonly peakMegabytes: number;
  readonly fileMegabytes: number;
}

/** Enriched events of about the size that the sample traffic has, written without a serializer: that took longer. */
function lineOf(id: string, receivedMs: number, row: number): string {
  const at = new Date(receivedMs).toISOString();
  const type = row % 4 === 0 ? "search.click" : "page.view";
  return (
    `{"event":{"specversion":"1.0","source":"shop-web-${row % 3}","id":"${id}","type":"${type}","time":"${at}",` +
    `"subject":"k1.0123456789abcdef0123456789abcdef${row % 9_999}","tenantid":"shop","receivedat":"${at}",` +
    `"datacontenttype":"application/json","data":{"queryId":"${randomUUID()}","query":"shoes of leather ${row % 977}",` +
    `"productId":"p-${row % 5_003}","rank":${row % 40},"context":{"pageUrl":"https://shop.example/search?page=${row % 13}",` +
    '"referrer":"https://search.example/?q=shoes+of+leather","locale":"de-DE","screen":{"width":1920,"height":1080},' +
    '"userAgent":"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"}}},' +
    '"enrichment":{"geo":{"country":"DE","region":"BE","city":"Berlin"},"device":{"family":"Chrome","os":"Linux"},' +
    `"campaign":{"source":"newsletter","medium":"e-mail","name":"autumn"},"session":{"id":"${randomUUID()}"}},` +
    '"validation":{"status":"valid","schema":"https://millrace.example/schemas/events/search/click/1-0-0.json",' +
    '"errors":[]},"processing":{"enrichment":{"version":"0.1.0+0123456789ab","contracts":"0123456789abcdef"}}}'
  );
}

async function median(runs: number, run: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let index = 0; index < runs; index += 1) {
    const before = performance.now();
    await run();
    times.push(performance.now() - before);
  }
  return times.toSorted((a, b) => a - b)[Math.floor(runs / 2)] ?? 0;
}

async function measure(variant: Variant, rows: number): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), "bench-warehouse-"));
  const path = join(folder, "warehouse.duckdb");
  const topology = readLocalTopology(readTerraformStack(defaultStackPath), localIdentity);
  const warehouse = await DuckDbWarehouse.open({ path, threads: 1, memoryLimit: warehouseMemory });
  try {
    if (variant === "tables") await createWarehouseObjects(topology, warehouse);
    else {
      await createWarehouseObjects({ tables: topology.tables, dynamicTables: [], views: [] }, warehouse);
      const views = [
        ...topology.dynamicTables.map(({ name, query }) => ({ name, statement: query })),
        ...topology.views.filter(({ name }) => ["EVENTS", "SEARCH_CLICK_1"].includes(name)),
      ];
      await createWarehouseObjects({ tables: [], dynamicTables: [], views }, warehouse);
    }
    const { pipe } = landingOf(topology, topology.pipelineStreams.enriched);
    const copy = parseCopyStatement(pipe.copyStatement);
    let loadMs = 0;
    let cpuMicroseconds = 0;
    let asked = "";
    for (let first = 0; first < rows; first += rowsPerFile) {
      const lines: string[] = [];
      for (let row = first; row < Math.min(first + rowsPerFile, rows); row += 1) {
        const id = randomUUID();
        if (row === Math.floor(rows / 3)) asked = id;
        const receivedMs = firstReceivedMs + row * 1_000;
        const last = lines.at(-1);
        lines.push(row % copyEvery === copyEvery - 1 && last !== undefined ? last : lineOf(id, receivedMs, row));
      }
      const bytes = Buffer.from(`${lines.join("\n")}\n`);
      const loadedAt = firstReceivedMs + (first + rowsPerFile) * 1_000;
      const file = { fileName: `enriched/${String(first).padStart(9, "0")}.json`, sizeBytes: bytes.length };
      const etag = createHash("md5").update(bytes).digest("hex");
      const before = performance.now();
      const cpu = process.cpuUsage();
      await warehouse.loadFile({ ...copy, ...file, etag, lastModified: loadedAt, loadedAt, bytes });
      const { user, system } = process.cpuUsage(cpu);
      loadMs += performance.now() - before;
      cpuMicroseconds += user + system;
    }
    const since = new Date(firstReceivedMs + (rows - 3_600) * 1_000).toISOString();
    // A query that takes seconds is asked once.
    const runs = variant === "tables" ? 7 : 1;
    const ask = (sql: string, parameters: string[] = []) => median(runs, () => warehouse.query(sql, parameters));
    const figures = {
      loadMicroseconds: (loadMs * 1_000) / rows,
      loadCpuMicroseconds: cpuMicroseconds / rows,
      pointMs: await ask("SELECT * FROM events WHERE id = $1", [asked]),
      lastHourMs: await ask(`SELECT count(*) AS n FROM events WHERE received_at >= '${since}'`),
      typedLastHourMs: await ask(
        `SELECT product_id, avg(rank) AS rank FROM search_click_1 WHERE received_at >= '${since}' GROUP BY ALL`,
      ),
      typedMs: await ask("SELECT product_id, avg(rank) AS rank FROM search_click_1 GROUP BY ALL"),
    };
    await warehouse.close();
    const peakMegabytes = process.resourceUsage().maxRSS / 1_024;
    return { ...figures, peakMegabytes, fileMegabytes: statSync(path).size / 1_048_576 };
  } finally {
    await warehouse.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function main(): Promise<void> {
  const sizes = values.rows.split(",").map(Number);
  if (values.variant !== undefined) {
    console.log(JSON.stringify(await measure(values.variant as Variant, sizes[0] ?? 0)));
    return;
  }
  const table: Record<string, unknown>[] = [];
  for (const rows of [...sizes, ...(values.large ? [5_000_000] : [])]) {
    for (const variant of variants) {
      const own = ["--variant", variant, "--rows", String(rows), "--rows-per-file", String(rowsPerFile)];
      const script = [...process.execArgv, import.meta.filename, ...own];
      const { stdout } = await promisify(execFile)(process.execPath, script);
      const figures = JSON.parse(stdout) as Figures;
      const rounded = Object.entries(figures).map(([name, value]) => [name, Number((value as number).toFixed(1))]);
      table.push({ rows, variant, ...(Object.fromEntries(rounded) as Record<string, number>) });
      console.error(`${rows} rows, ${variant}: done`);
    }
  }
  console.log(formatTable(table));
}

await main();
