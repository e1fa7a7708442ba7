/** The synthesized stack run for real: zips in processes, the unmodified SDK over HTTP, DuckDB. Needs `pnpm synth` before. */
import { afterEach, describe, expect, test } from "@jest/globals";
import { controlUrl, killPipelines, queryWarehouse, runPipeline, waitFor } from "./run-pipeline.ts";

const runTimeoutMs = 180_000;

afterEach(killPipelines);

describe("the local pipeline", () => {
  test(
    "takes every sent event to the warehouse and to its routes, once",
    async () => {
      const { code, report, output } = await runPipeline(["--events", "1500", "--rate", "500", "--exit"]).ended;
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
    "an enrichment process killed with SIGKILL loses nothing, and the warehouse view shows nothing twice",
    async () => {
      const run = runPipeline(["--events", "2500", "--rate", "500", "--exit"]);
      const url = await controlUrl(run);
      for (let kill = 0; kill < 3; kill += 1) {
        const pids = await waitFor(run, "an enrichment process", async () => {
          const response = await fetch(new URL("/functions", url));
          const functions = (await response.json()) as { name: string; pids: number[] }[];
          const living = functions.find(({ name }) => name.endsWith("enrichment"))?.pids ?? [];
          return living.length > 0 ? living : undefined;
        });
        for (const pid of pids) process.kill(pid, "SIGKILL");
        await waitFor(run, "new processes", async () => {
          const response = await fetch(new URL("/functions", url));
          const functions = (await response.json()) as { name: string; pids: number[] }[];
          const living = functions.find(({ name }) => name.endsWith("enrichment"))?.pids ?? [];
          return living.some((pid) => !pids.includes(pid)) ? true : undefined;
        });
      }
      const { report } = await run.ended;
      expect(report).toMatchObject({ sent: 2500, lost: 0, duplicates: { warehouseView: 0 } });
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
      const response = await fetch(ingest, {
        method: "POST",
        headers: { authorization: `Bearer ${writeKey}`, "content-type": "application/json" },
        body: JSON.stringify(event),
      });
      expect(await response.json()).toMatchObject({ accepted: 1, ids: ["by-hand"] });
      const rows = await waitFor(run, "the row", async () => {
        const found = await queryWarehouse(
          control,
          "SELECT validation_status, record FROM events WHERE id = 'by-hand'",
        );
        return found.length > 0 ? found : undefined;
      });
      expect(rows[0]).toMatchObject({ validation_status: "valid" });
      expect(JSON.stringify(rows)).not.toContain("ada@mail.example");
      run.child.kill("SIGINT");
      const { code, output } = await run.ended;
      expect(output).toMatch(/Drained/);
      expect(code).toBe(0);
    },
    runTimeoutMs,
  );
});
