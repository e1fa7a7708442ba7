/**
 * How a run starts and ends, with real processes that are killed and real folders that are not ours. Needs `pnpm synth`
 * before.
 */
import { afterEach, describe, expect, test } from "@jest/globals";
import type { EventTraces, ExplainedId } from "@millrace/pipeline-source";
import { DuckDBInstance } from "@duckdb/node-api";
import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { defaultStackPath, repositoryRoot } from "../../src/runtime/folders.ts";
import {
  controlUrl,
  killPipelines,
  type PipelineRun,
  queryWarehouse,
  runPipeline,
  type Stack,
  waitFor,
} from "./run-pipeline.ts";

afterEach(killPipelines);

/** A run that cannot start prints the reason in its last line, and ends by itself. */
async function refusal(run: PipelineRun): Promise<{ code: number | null; lines: readonly string[] }> {
  const { code, output } = await run.ended;
  expect(output).not.toContain("Millrace runs");
  return { code, lines: output.trim().split("\n") };
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Processes of the functions and, first, of the service. */
async function childPids(url: string): Promise<number[]> {
  const response = await fetch(new URL("/processes", url));
  return ((await response.json()) as { pids: number[] }[]).flatMap(({ pids }) => pids);
}

const servicePid = (run: PipelineRun, pattern: RegExp): Promise<number> =>
  waitFor(run, "the service's process", async () => {
    const pid = pattern.exec(run.output())?.[1];
    return pid === undefined ? undefined : Number(pid);
  });

describe("a start that cannot be", () => {
  test("L6: says in one line that the port is taken", async () => {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, done));
    const { port } = server.address() as AddressInfo;
    const { code, lines } = await refusal(runPipeline(["--port", String(port), "--rate", "0"]));
    server.close();
    expect({ code, lines }).toEqual({
      code: 2,
      lines: [expect.stringMatching(new RegExp(`^Port ${port} is taken by another process.*--port`))],
    });
  }, 60_000);

  test("L3: leaves a folder alone that no pipeline made", async () => {
    const folder = mkdtempSync(join(tmpdir(), "millrace-precious-"));
    writeFileSync(join(folder, "f"), "x");
    const { code, lines } = await refusal(runPipeline(["--state", folder, "--rate", "0"]));
    expect({ code, lines }).toEqual({
      code: 2,
      lines: [expect.stringMatching(/is not empty, and no pipeline made it/)],
    });
    expect(readdirSync(folder)).toEqual(["f"]);
  }, 60_000);

  test("L18, L19: names the argument that nothing here models, and the bundles that a stack elsewhere lacks", async () => {
    const filtered = (stack: Stack) =>
      void Object.assign(stack.resource["aws_lambda_event_source_mapping"]?.["router_mapping"] ?? {}, {
        filter_criteria: { filter: [{ pattern: "{}" }] },
      });
    const elsewhere = join(mkdtempSync(join(tmpdir(), "millrace-stack-")), "cdk.tf.json");
    copyFileSync(defaultStackPath, elsewhere);
    const refusals = await Promise.all([
      refusal(runPipeline(["--rate", "0"], filtered)),
      refusal(runPipeline(["--rate", "0", "--stack", elsewhere])),
    ]);
    expect(refusals).toEqual([
      { code: 2, lines: [expect.stringMatching(/router_mapping: argument `filter_criteria` is not modelled/)] },
      { code: 2, lines: [expect.stringMatching(/its bundle \S+ cannot be unpacked .*a stack that lies elsewhere/)] },
    ]);
  }, 60_000);

  test("L8: says in one line which bundle is cut off, and which is missing", async () => {
    const folder = mkdtempSync(join(tmpdir(), "millrace-zip-"));
    const zip = join(folder, "function.zip");
    const from = join(repositoryRoot, "apps", "router", "dist", "function.zip");
    writeFileSync(zip, readFileSync(from));
    truncateSync(zip, 20_000);
    const withRouter = (filename: string) => (stack: Stack) =>
      void Object.assign(stack.resource["aws_lambda_function"]?.["router"] ?? {}, { filename });
    for (const path of [zip, join(folder, "missing.zip")]) {
      const { code, lines } = await refusal(runPipeline(["--rate", "0"], withRouter(path)));
      expect({ code, lines }).toEqual({
        code: 2,
        lines: [expect.stringMatching(new RegExp(`^Function millrace-local-router: its bundle ${path} .*pnpm synth`))],
      });
    }
  }, 120_000);
});

describe("a running pipeline", () => {
  test("L4, L5, L9, L11, L16, L20: keeps its folder, starts a killed service again, and ends in the middle of a query", async () => {
    const folder = mkdtempSync(join(tmpdir(), "millrace-life-"));
    const state = join(folder, "state");
    mkdirSync(state);
    // A run file of an earlier run, of which the process id belongs to somebody else by now.
    writeFileSync(join(state, ".millrace-state"), "");
    writeFileSync(join(state, "run.json"), JSON.stringify({ pid: 1, controlUrl: "http://127.0.0.1:9" }));
    const run = runPipeline(["--state", state, "--rate", "0"]);
    const second = runPipeline(["--state", state, "--rate", "0"]);
    // Whichever came first has the folder; the other one is refused.
    const [first, other] = await Promise.race([
      second.ended.then(() => [run, second] as const),
      run.ended.then(() => [second, run] as const),
    ]);
    const { code, lines } = await refusal(other);
    expect({ code, lines }).toEqual({
      code: 2,
      lines: [expect.stringMatching(/^A pipeline keeps its state in .* already/)],
    });
    const url = await controlUrl(first);
    expect(first.output()).toMatch(/Account +\d{12} in [a-z]+-[a-z]+-\d; any access key will do/);

    const program = async (name: string, ...args: readonly string[]): Promise<string> => {
      const argv = ["--conditions=@millrace/source", join(repositoryRoot, "apps/local/src", name), ...args];
      return (await promisify(execFile)(process.execPath, argv)).stdout;
    };
    const warehouse = (...args: readonly string[]): Promise<string> => program("warehouse.ts", ...args);
    const [child = 0] = await childPids(url);
    process.kill(child, "SIGKILL");
    const restarted = await servicePid(first, /runs again as process (\d+)/);
    expect(restarted).not.toBe(child);
    expect(first.output()).toContain("The event service ended (signal SIGKILL");
    expect(await warehouse("--state", state, "SELECT 41 + 1 AS answer")).toContain("42");
    const events = /Events\s+(http:\S+)/.exec(first.output())?.[1] ?? "";
    expect((await fetch(events, { method: "POST" })).status).toBe(401);

    // It has found the run, which knows its streams.
    await expect(program("tail.ts", "--state", state, "nothing")).rejects.toMatchObject({
      stderr: expect.stringContaining("millrace-local-recommendations"),
    });

    const copy = join(folder, "copy.duckdb");
    expect(await warehouse("--state", state, "--export", copy)).toContain(`Wrote ${copy}`);
    const opened = await DuckDBInstance.create(copy, { access_mode: "READ_ONLY" });
    const connection = await opened.connect();
    expect((await connection.runAndReadAll("SELECT count(*) FROM events")).getRowsJson()).toEqual([["0"]]);
    opened.closeSync();
    await expect(warehouse("--state", state, "--export", copy)).rejects.toMatchObject({ code: 2 });

    const key = /mrw_\w+/.exec(first.output())?.[0] ?? "";
    const event = { specversion: "1.0", id: "to-explain", source: "https://shop.example/web", type: "nobody.knows" };
    const sent = await fetch(events, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/cloudevents+json" },
      body: JSON.stringify(event),
    });
    expect(sent.status).toBe(202);
    const traces = async () => (await (await fetch(new URL("/events?id=to-explain", url))).json()) as EventTraces;
    await waitFor(first, "the event in the warehouse", async () => (await traces()).rows[0]);
    const explained = JSON.parse(await program("explain.ts", "--state", state, "--json", "to-explain")) as ExplainedId;
    expect(explained.events[0]?.verdict).toEqual([
      "No contract describes its type nobody.knows.",
      "1 of 1 matching routes have it, in fraud.",
      expect.stringMatching(/^It is in the warehouse since /),
    ]);
    expect(await program("explain.ts", "--state", state, "never-sent")).toContain("No place has this id.");

    const endless = fetch(new URL("/warehouse", url), {
      method: "POST",
      body: "SELECT count(*) FROM range(100000000000) a, range(1000000) b WHERE a.range * b.range = 7",
    }).then(
      (response) => response.status,
      () => "cut off",
    );
    // It answers while the query runs, so the query has begun.
    expect(await warehouse("--state", state, "SELECT 1 AS one")).toContain("1");
    first.child.kill("SIGINT");
    expect(await first.ended).toMatchObject({ code: 0, output: expect.stringContaining("Drained") });
    expect([400, "cut off"]).toContain(await endless);
    await expect(warehouse("--state", state, "SELECT 1")).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`No pipeline keeps its state in ${state}`),
    });
  }, 120_000);

  test("L7: ends with what was accepted, in the lake and told, when the service is killed on the way to `--exit`", async () => {
    const run = runPipeline(["--events", "1500", "--rate", "500", "--exit"]);
    const url = await controlUrl(run);
    await waitFor(run, "an enriched event", async () => {
      const [row] = await queryWarehouse(url, "SELECT count(*)::INT AS count FROM landed_events");
      return Number(row?.["count"]) > 0 ? true : undefined;
    });
    const [service = 0] = await childPids(url);
    process.kill(service, "SIGKILL");
    await servicePid(run, /runs again as process (\d+)/);
    const { code, report } = await run.ended;
    // Requests that were under way have no answer, which is a problem of the report.
    expect(report).toMatchObject({ lost: 0, duplicates: { warehouseView: 0 } });
    expect(code).toBe(report?.problems.length === 0 ? 0 : 1);
    expect(report?.accepted).toBeGreaterThan(0);
  }, 120_000);

  test("L10: leaves no process behind when it is killed", async () => {
    const run = runPipeline(["--rate", "50"]);
    const url = await controlUrl(run);
    const children = await waitFor(run, "a worker of each function", async () => {
      const pids = await childPids(url);
      return pids.length >= 3 ? pids : undefined;
    });
    expect(children.every(isAlive)).toBe(true);
    run.child.kill("SIGKILL");
    await run.ended;
    const deadline = Date.now() + 10_000;
    while (children.some(isAlive) && Date.now() < deadline) await new Promise((done) => setTimeout(done, 50));
    expect(children.filter(isAlive)).toEqual([]);
  }, 120_000);
});
