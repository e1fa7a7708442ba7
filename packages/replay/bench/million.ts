/**
 * `pnpm --filter @millrace/replay bench`: a dry run over a million events of the lake, then the backfill of an hour of
 * them, against Kinesis and S3 of the simulator in a process of their own. Prints seconds, rates and memory.
 */
import { FolderObjectStore, Kinesis, startKinesisServer, startObjectStoreServer } from "@millrace/aws-simulator";
import { fork } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { runCli } from "../src/cli/run-cli.ts";

const lake = "millrace-local-lake-000000000000";
const objectCount = Number(process.env["OBJECTS"] ?? 400);
const eventsPerObject = 2_500;
const firstMs = Date.parse("2026-11-29T08:00:00Z");
/** A hundred objects an hour. */
const objectMs = 36_000;

async function serve(folder: string): Promise<void> {
  const kinesis = new Kinesis({});
  for (const name of ["raw", "enriched", "recommendations"]) {
    kinesis.createStream({ streamName: `millrace-local-${name}`, shardCount: 32 });
  }
  const s3 = await startObjectStoreServer(new FolderObjectStore({ folder: join(folder, "s3") }));
  const { url: kinesisUrl } = await startKinesisServer(kinesis);
  const other = { destinationEndpoints: {}, secretsUrl: s3.url };
  writeFileSync(join(folder, "run.json"), JSON.stringify({ controlUrl: "", kinesisUrl, s3Url: s3.url, ...other }));
  process.send?.("ready");
}

async function fillLake(folder: string): Promise<number> {
  const objects = new FolderObjectStore({ folder: join(folder, "s3") });
  let bytes = 0;
  for (let object = 0; object < objectCount; object += 1) {
    const at = new Date(firstMs + object * objectMs).toISOString();
    const lines = Array.from({ length: eventsPerObject }, (_, line) => `${enriched(`${object}-${line}`, at)}\n`).join(
      "",
    );
    bytes += lines.length;
    const key = `enriched/date=${at.slice(0, 10)}/hour=${at.slice(11, 13)}/${at.slice(14, 19)}.json.gz`;
    await objects.put(lake, key, gzipSync(lines, { level: 1 }));
  }
  return bytes;
}

function enriched(id: string, at: string): string {
  const event = {
    ...{ specversion: "1.0", id, source: "https://shop.example/web", type: "search.click", subject: `v-${id}` },
    ...{ time: at, tenantid: "shop", receivedat: at, senderkind: "browser", clientip: "203.0.113.0" },
    data: {
      context: { pageUrl: "https://shop.example/search?q=tent", sessionId: "s-1", visitorId: `v-${id}` },
      ...{ queryId: `q-${id}`, query: "tent for two persons", productId: "SKU-3002", rank: 1 },
    },
  };
  const client = { browser: { name: "Firefox", version: "140.0" }, os: { name: "Linux" }, kind: "desktop" };
  return JSON.stringify({
    event,
    enrichment: { client, geo: { country: "GB" }, page: { host: "shop.example", path: "/search" } },
    validation: {
      status: "valid",
      schema: "https://millrace.example/schemas/events/search/click/1-0-0.json",
      errors: [],
    },
    privacy: { masked: [{ path: "/clientip", class: "ip", action: "truncate" }] },
    processing: { enrichment: { name: "enrichment", version: "0.1.0+abc", contracts: "c1", at } },
  });
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "replay-bench-"));
  const bytes = await fillLake(folder);
  const server = fork(import.meta.filename, ["serve", folder], { execArgv: process.execArgv });
  await new Promise((resolve) => server.once("message", resolve));
  const run = async (...args: readonly string[]): Promise<Record<string, unknown>> => {
    const [printed, told]: [string[], string[]] = [[], []];
    const output = { out: (text: string) => void printed.push(text), err: (text: string) => void told.push(text) };
    const signal = new AbortController().signal;
    const code = await runCli([...args, "--state", folder, "--rate", "100000", "--json"], output, signal);
    if (code !== 0) throw new Error([...printed, ...told].join("\n"));
    return JSON.parse(printed.at(-1) ?? "") as Record<string, unknown>;
  };
  const heap = (): string => `${Math.round(process.memoryUsage().rss / 1e6)} MB`;
  try {
    const all = ["lake", "--from", "2026-11-29T08:00:00Z", "--to", "2026-11-29T12:00:00Z"];
    const into = ["--into", "destination:recommendations"];
    for (const [what, args] of [
      ["dry run", []],
      ["dry run into a destination", into],
    ] as const) {
      const startedMs = performance.now();
      const { selected } = await run(...all, ...args, "--dry-run");
      const seconds = (performance.now() - startedMs) / 1_000;
      console.log(
        `${what}: ${String(selected)} events (${(bytes / 1e9).toFixed(2)} GB) in ${seconds.toFixed(1)} s, ${heap()}`,
      );
    }
    const startedMs = performance.now();
    const hour = ["lake", "--from", "2026-11-29T08:00:00Z", "--to", "2026-11-29T09:00:00Z"];
    const { counts } = (await run(...hour, ...into, "--reason", "bench")) as { counts: { put: number } };
    const seconds = (performance.now() - startedMs) / 1_000;
    console.log(
      `backfill: ${counts.put} events in ${seconds.toFixed(1)} s, ${Math.round(counts.put / seconds)} a second, ${heap()}`,
    );
  } finally {
    server.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

const [, , command, folder = ""] = process.argv;
await (command === "serve" ? serve(folder) : main());
