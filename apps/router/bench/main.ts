import { bundleFunction } from "@millrace/lambda-bundle";
import { compareCpu } from "@millrace/paired-bench";
import { compileRoutes, type RouteDocument } from "@millrace/routes";
import { loadRoutes } from "@millrace/routes/runtime";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFloor, createHandlerLap, EVENTS, lines, many, own } from "./work.ts";

/**
 * Measures the cost of the router: per event against the floor (read, match, write), at start, and in the bundle,
 * with the routes of this repository and with 1,000. `pnpm bench`.
 */
const app = join(import.meta.dirname, "..");

async function measure(name: string, documents: readonly RouteDocument[]): Promise<object> {
  const compiled = compileRoutes(documents);
  const set = loadRoutes(compiled);
  const { ratios, micros } = await compareCpu(
    { floor: createFloor(set), handler: createHandlerLap(set) },
    { reference: "floor", warmUps: 5, rounds: 15 },
  );
  const copies = lines.reduce((sum, line) => sum + set.route(JSON.parse(line) as never).copies.length, 0);
  const rounded = (value: number): number => Math.round(value * 100) / 100;
  return {
    routes: name,
    copiesPerEvent: rounded(copies / EVENTS),
    floorMicros: rounded(micros.floor / EVENTS),
    routerMicros: rounded(micros.handler / EVENTS),
    ofFloor: rounded(ratios.handler),
    ...(await start(compiled)),
  };
}

/** Milliseconds to evaluate the bundle in a fresh Node, over an empty module; the median of nine. */
async function start(compiled: object): Promise<object> {
  const folder = mkdtempSync(join(tmpdir(), "router-bench-"));
  try {
    const { manifest } = await bundleFunction({
      entryPoint: join(app, "src/handler.ts"),
      outFile: join(folder, "function.zip"),
      define: { COMPILED_ROUTES: JSON.stringify(JSON.stringify(compiled)) },
    });
    execFileSync("unzip", ["-q", join(folder, "function.zip"), "-d", folder]);
    writeFileSync(join(folder, "empty.js"), "");
    const time = (file: string): number => {
      const script = `const t=performance.now();require(${JSON.stringify(join(folder, file))});console.log(performance.now()-t)`;
      const environment = {
        PATH: process.env["PATH"],
        STAGE: "x",
        ACCOUNT_ID: "000000000000",
        DESTINATION_PREFIX: "x-",
        BAD_ROW_STREAM_NAME: "x",
        UNDELIVERED_URL: "s3://x/undelivered",
        AWS_REGION: "eu-west-1",
      };
      const runs = Array.from({ length: 9 }, () =>
        Number(execFileSync(process.execPath, ["-e", script], { env: environment, encoding: "utf8" })),
      );
      return runs.sort((a, b) => a - b)[4] ?? 0;
    };
    return { initMs: Math.round((time("index.js") - time("empty.js")) * 10) / 10, zipBytes: manifest.bytes };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const results = [
  await measure(`${own.reduce((sum, { routes }) => sum + routes.length, 0)} of this repository`, own),
  await measure("1,000", many),
];
if (process.argv.includes("--json")) console.log(JSON.stringify(results, null, 2));
else console.table(results);
