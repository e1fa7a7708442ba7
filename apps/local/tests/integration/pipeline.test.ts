/**
 * The synthesized stack run for real: zips in processes, the unmodified SDK over HTTP, DuckDB. Needs `pnpm synth`
 * before.
 */
import { afterEach, describe, expect, test } from "@jest/globals";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strToU8, zipSync } from "fflate";
import { defaultStackPath } from "../../src/runtime/folders.ts";
import { controlUrl, killPipelines, queryWarehouse, runPipeline, type Stack, waitFor } from "./run-pipeline.ts";

const runTimeoutMs = 180_000;

afterEach(killPipelines);

/** A function that names one record as failed, and later ends its process, each once. */
function brokenConsumer(): string {
  const folder = mkdtempSync(join(tmpdir(), "consumer-"));
  writeFileSync(
    join(folder, "index.mjs"),
    `import { existsSync, writeFileSync } from "node:fs";
const isFirst = (name) => !existsSync(new URL(name, import.meta.url)) && !writeFileSync(new URL(name, import.meta.url), "");
export async function handler({ Records }) {
  for (const { kinesis } of Records) {
    const { event } = JSON.parse(Buffer.from(kinesis.data, "base64").toString());
    if (isFirst("failed")) {
      console.log("told of a failure");
      return { batchItemFailures: [{ itemIdentifier: kinesis.sequenceNumber }] };
    }
    console.log("handled " + event.source + "#" + event.id);
  }
  if (isFirst("died")) process.exit(1);
  return { batchItemFailures: [] };
}
`,
  );
  return folder;
}

/** A stack as another team would synthesize it, with a function that reads a stream of ours in production. */
function consumerStack(): string {
  const folder = mkdtempSync(join(tmpdir(), "consumer-stack-"));
  const code = `export async function handler({ Records }) {
  for (const { kinesis } of Records) {
    const { event } = JSON.parse(Buffer.from(kinesis.data, "base64").toString());
    console.log(process.env.GREETING + " " + event.source + "#" + event.id);
  }
}
`;
  writeFileSync(join(folder, "reader.zip"), zipSync({ "index.mjs": strToU8(code) }));
  const reader = {
    function_name: "shop-reader",
    filename: "reader.zip",
    handler: "index.handler",
    runtime: "nodejs24.x",
    environment: { variables: { GREETING: "read" } },
  };
  const mapping = {
    event_source_arn: "arn:aws:kinesis:eu-west-1:123456789012:stream/millrace-prod-recommendations",
    function_name: "${aws_lambda_function.reader.arn}",
    starting_position: "TRIM_HORIZON",
  };
  const resource = {
    aws_lambda_function: { reader },
    aws_lambda_event_source_mapping: { reader: mapping },
  };
  writeFileSync(join(folder, "cdk.tf.json"), JSON.stringify({ resource }));
  return folder;
}

describe("the local pipeline", () => {
  test(
    "takes every sent event to the warehouse and to its routes, once, to a consumer that fails and dies on the way, and to the one of a stack",
    async () => {
      const consumer = brokenConsumer();
      const stack = consumerStack();
      let lines = "";
      let linesOfStack = "";
      const run = runPipeline(
        [
          ...["--events", "1500", "--rate", "500", "--exit"],
          ...["--consumer", `recommendations=${consumer}`, "--consumer", stack],
        ],
        undefined,
        (stateFolder) => {
          lines = readFileSync(join(stateFolder, "logs", "consumer-recommendations.log"), "utf8");
          linesOfStack = readFileSync(join(stateFolder, "logs", "shop-reader.log"), "utf8");
          return Promise.resolve();
        },
      );
      const { code, report, output } = await run.ended;
      for (const folder of [consumer, stack]) rmSync(folder, { recursive: true });
      const consumed = new Set([...lines.matchAll(/handled (\S+)/g)].map(([, identity]) => identity));
      const ofStream = Object.entries(report?.routes ?? {}).filter(([name]) => name.startsWith("recommendations/"));
      expect(consumed.size).toBe(ofStream.reduce((sum, [, { distinct }]) => sum + distinct, 0));
      expect(new Set([...linesOfStack.matchAll(/read (\S+)/g)].map(([, identity]) => identity))).toEqual(consumed);
      expect(lines.match(/told of a failure/g)).toHaveLength(1);
      expect(output).toMatch(/consumer-recommendations .*1 processes lost/);
      expect(report?.problems).toEqual([]);
      expect({ code, lost: report?.lost, duplicated: report?.duplicated }).toEqual({ code: 0, lost: 0, duplicated: 0 });
      expect(report?.sent).toBe(1500);
      expect(report?.badRows).toBeGreaterThan(0);
      expect(report?.invalid).toBeGreaterThan(0);
      expect(Object.keys(report?.routes ?? {}).length).toBeGreaterThanOrEqual(6);
      for (const route of Object.values(report?.routes ?? {})) {
        expect(route.expected).toBeGreaterThan(0);
        expect(route).toMatchObject({ delivered: route.expected, distinct: route.expected });
      }
      expect(output).toMatch(/lost 0, duplicated 0/);
    },
    runTimeoutMs,
  );

  test(
    "with the router's mapping taken out of the stack it exits 1 and names the routes that starved",
    async () => {
      const run = runPipeline(["--events", "300", "--rate", "300", "--exit", "--settle", "5"], (stack) => {
        const mappings = Object.entries(stack.resource["aws_lambda_event_source_mapping"] ?? {});
        stack.resource["aws_lambda_event_source_mapping"] = Object.fromEntries(
          mappings.filter(([, mapping]) => !String(mapping["function_name"]).includes("router")),
        );
        // Terraform refuses a reference to what is not there, and so does a start.
        const alarms = Object.entries(stack.resource["aws_cloudwatch_metric_alarm"] ?? {});
        stack.resource["aws_cloudwatch_metric_alarm"] = Object.fromEntries(
          alarms.filter(([, alarm]) => !JSON.stringify(alarm).includes("router_mapping")),
        );
        delete stack.output["objectives"];
      });
      const { code, report } = await run.ended;
      expect(code).toBe(1);
      expect(report?.problems.join("\n")).toMatch(/route recommendations\/search-clicks starved/);
      expect(report?.problems.join("\n")).toMatch(/route marketing\/campaign-traffic starved/);
      expect(report?.warehouse.distinct).toBe(report?.enriched);
    },
    runTimeoutMs,
  );

  test(
    "with Snowpipe's bucket notification taken out the warehouse stays empty and the run says so",
    async () => {
      const run = runPipeline(["--events", "200", "--rate", "200", "--exit", "--settle", "5"], (stack) => {
        delete stack.resource["aws_s3_bucket_notification"];
      });
      const { code, report } = await run.ended;
      expect(code).toBe(1);
      expect(report?.problems.join("\n")).toMatch(/the warehouse view starved/);
    },
    runTimeoutMs,
  );

  test(
    "T15: all workers killed with SIGKILL in rounds lose nothing; what they repeat is counted, for each destination and table",
    async () => {
      const run = runPipeline(["--events", "2500", "--rate", "300", "--exit"]);
      const url = await controlUrl(run);
      const workers = async () => {
        const response = await fetch(new URL("/processes", url));
        const processes = (await response.json()) as { name: string; pids: number[] }[];
        // A run that ends by itself sends no canaries, so that their function has no process.
        return processes.filter(({ name }) => /-(enrichment|router)$/.test(name));
      };
      for (let round = 0; round < 3; round += 1) {
        const before = await waitFor(run, "a process of each function", async () => {
          const functions = await workers();
          return functions.every(({ pids }) => pids.length > 0) ? functions : undefined;
        });
        for (const pid of before.flatMap(({ pids }) => pids)) process.kill(pid, "SIGKILL");
        await waitFor(run, "new processes", async () =>
          (await workers()).every(({ name, pids }) =>
            pids.some((pid) => before.find((old) => old.name === name)?.pids.includes(pid) === false),
          )
            ? true
            : undefined,
        );
      }
      const { report, output } = await run.ended;
      expect(report).toMatchObject({ sent: 2500, lost: 0, duplicates: { warehouseView: 0 } });
      const { duplicates, routes, landings, warehouse } = report!;
      // Each place's number is what an independent reader finds there, copies beyond the first of an identity.
      for (const [name, { delivered, distinct }] of Object.entries(routes)) {
        expect([name, duplicates.routes[name]]).toEqual([name, delivered - distinct]);
      }
      expect(duplicates.tables["LANDED_EVENTS"]).toBe(warehouse.rows - warehouse.distinct);
      expect(duplicates.tables["LANDED_EVENTS"]).toBeGreaterThanOrEqual(duplicates.enriched);
      expect(duplicates.streams).toBe(
        duplicates.enriched + duplicates.badRows + Object.values(duplicates.routes).reduce((sum, n) => sum + n, 0),
      );
      for (const { lines, rows, refused } of Object.values(landings)) expect(rows + refused).toBe(lines);
      expect(output).toMatch(/route .*duplicates/);
    },
    runTimeoutMs,
  );

  test(
    "a line that the loader refuses is named in the report with its file, counted in REFUSED_LINES, and the run exits 1",
    async () => {
      const run = runPipeline(["--events", "100", "--rate", "10", "--exit"]);
      const url = await controlUrl(run);
      const s3 = await waitFor(run, "the address of S3", async () => /S3\s+(http:\S+)/.exec(run.output())?.[1]);
      const stack = JSON.parse(readFileSync(defaultStackPath, "utf8")) as Stack;
      const lake = String(stack.resource["aws_s3_bucket"]?.["lake"]?.["bucket"]);
      const key = "enriched/date=2026-01-01/hour=00/by-hand";
      const put = await fetch(`${s3}/${lake}/${key}`, {
        method: "PUT",
        headers: { authorization: "by hand", "x-amz-content-sha256": "UNSIGNED-PAYLOAD" },
        body: '{"event":{"title":"\\ud83d"}}\n',
      });
      expect(put.status).toBe(200);
      const refused = await waitFor(run, "the refused line", async () => {
        const rows = await queryWarehouse(
          url,
          "SELECT table_name, file_name, file_row_number, reason FROM refused_lines",
        );
        return rows.length > 0 ? rows : undefined;
      });
      expect(refused).toEqual([
        {
          table_name: "LANDED_EVENTS",
          file_name: key,
          file_row_number: 1,
          reason: expect.stringContaining("Malformed JSON"),
        },
      ]);
      const { code, report } = await run.ended;
      expect(code).toBe(1);
      expect(report?.landings["LANDED_EVENTS"]).toMatchObject({ refused: 1 });
      expect(report?.problems.join("\n")).toContain(
        `the loader of LANDED_EVENTS refused line 1 of ${key}: Malformed JSON`,
      );
    },
    runTimeoutMs,
  );

  test(
    "an interrupted run drains: what was accepted is in the warehouse, masked and with its verdict",
    async () => {
      const run = runPipeline(["--rate", "0"]);
      const control = await controlUrl(run);
      const ingest = await waitFor(run, "the greeting", async () => /Events\s+(http:\S+)/.exec(run.output())?.[1]);
      const writeKey = /Write key (\S+)/.exec(run.output())?.[1] ?? "";
      const context = { pageUrl: "https://shop.example/", sessionId: "s", visitorId: "v", email: "ada@mail.example" };
      const event = {
        specversion: "1.0",
        id: "by-hand",
        source: "https://shop.example/web",
        type: "page.view",
        data: { context },
      };
      const post = async (url: string | URL, body: object): Promise<unknown> => {
        const response = await fetch(url, {
          method: "POST",
          headers: { authorization: `Bearer ${writeKey}`, "content-type": "application/json" },
          body: JSON.stringify(body),
        });
        return response.json();
      };
      const dryRun = JSON.stringify(await post(new URL("/v1/validate", ingest), { ...event, id: "dry-run" }));
      expect(dryRun).toContain('"status":"valid"');
      expect(dryRun).not.toContain("ada@mail.example");
      expect(await post(ingest, event)).toMatchObject({ accepted: 1, ids: ["by-hand"] });
      const rows = await waitFor(run, "the row", async () => {
        const found = await queryWarehouse(
          control,
          "SELECT validation_status, record FROM events WHERE id IN ('by-hand', 'dry-run')",
        );
        return found.length > 0 ? found : undefined;
      });
      expect(rows).toMatchObject([{ validation_status: "valid" }]);
      expect(JSON.stringify(rows)).not.toContain("ada@mail.example");
      run.child.kill("SIGINT");
      const { code, output } = await run.ended;
      expect(output).toMatch(/Drained/);
      expect(code).toBe(0);
    },
    runTimeoutMs,
  );
});
