/** A backfill as a job: the command, the built function, and the running pipeline's streams and buckets. */
import { afterAll, expect, test } from "@jest/globals";
import { KinesisClient } from "@aws-sdk/client-kinesis";
import { ProcessFunction } from "@millrace/aws-simulator";
import { streamStore } from "@millrace/stored-events";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { findRun } from "../../src/control/run-file.ts";
import { accountEnvironment, localIdentity } from "../../src/runtime/account.ts";
import { repositoryRoot, stateFolders } from "../../src/runtime/folders.ts";
import { ingestUrlOf, readWriteKey } from "../kills/run-kill.ts";
import { sendConfirmed } from "../kills/confirmed-events.ts";
import { controlUrl, killPipelines, queryWarehouse, runPipeline, waitFor } from "../integration/run-pipeline.ts";

afterAll(killPipelines);

/** Input of the state machine, and of the function. */
interface Execution {
  readonly id: string;
  readonly groups: readonly number[];
  readonly workers: number;
}
type Answer = { readonly isDone: boolean };

const [bursts, eventsPerBurst] = [3, 150];

test("a job's function works on the groups that the command planned, and each event arrives once", async () => {
  const run = runPipeline(["--rate", "0"]);
  const control = await controlUrl(run);
  const ingestUrl = await ingestUrlOf(run);
  const fromMs = Date.now();
  const sent: string[] = [];
  // An object each at least.
  for (let burst = 0; burst < bursts; burst += 1) {
    const sender = sendConfirmed(() => ingestUrl, readWriteKey(), 200);
    await waitFor(run, "events", async () => (sender.confirmed.size >= eventsPerBurst ? true : undefined));
    await sender.stop();
    sent.push(...sender.confirmed);
    await waitFor(run, "the lake", async () => {
      const [row = {}] = await queryWarehouse(control, "SELECT count(*) AS n FROM events");
      return Number(row["n"]) === sent.length ? true : undefined;
    });
  }
  const count = sent.length;
  const urls = await findRun(stateFolders(run.stateFolder));
  const job = new ProcessFunction({
    ...{ functionName: "replay-job", handler: "index.handler", timeoutMs: 120_000, memoryMb: 512, concurrency: 2 },
    code: { zipFile: join(repositoryRoot, "apps/replay-job/dist/function.zip") },
    environment: { PLACE: JSON.stringify(placeOf("local")) },
    extraEnvironment: accountEnvironment({
      ...{ kinesis: urls.kinesisUrl, s3: urls.s3Url, secrets: urls.secretsUrl },
      destinationEndpoints: urls.destinationEndpoints,
    }),
    ...localIdentity,
  });
  const executions: Execution[] = [];
  const stepFunctions = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => (body += text));
    request.on("end", () => {
      const { stateMachineArn, input } = JSON.parse(body) as { stateMachineArn: string; input: string };
      const isStart = request.headers["x-amz-target"] === "AWSStepFunctions.StartExecution";
      const isKnown = stateMachineArn === "arn:aws:states:eu-west-1:000000000000:stateMachine:millrace-local-replay";
      if (isStart && isKnown) executions.push(JSON.parse(input) as Execution);
      response.writeHead(isStart && isKnown ? 200 : 400).end("{}");
    });
  });
  await new Promise<void>((resolve) => stepFunctions.listen(0, "127.0.0.1", resolve));
  try {
    const { port } = stepFunctions.address() as AddressInfo;
    const replay = (...args: readonly string[]): Promise<string> =>
      runReplay([...args, "--state", run.stateFolder], `http://127.0.0.1:${port}`);
    const range = ["--from", iso(fromMs), "--to", iso(Date.now() - 1)];
    const asked = ["lake", ...range, "--into", "destination:recommendations", "--as", "job", "--rate", "4000"];
    expect(await replay(...asked)).toMatch(/As a job: \d+ objects in \d+ groups, 2 functions at a time/);
    expect(executions).toEqual([]);
    const begun = await replay(...asked, "--reason", "a new route");
    expect(begun).toMatch(/The job [0-9a-f]{16} has begun: \d+ groups, 2 at a time/);
    const [execution] = executions;
    if (execution === undefined) throw new Error("The command has not started the state machine.");

    // As the definition has it: groups side by side, each until it is done, then the end.
    const { id, groups } = execution;
    expect(groups.length).toBeGreaterThanOrEqual(bursts);
    await Promise.all(
      groups.map(async (group) => {
        while (!((await job.invoke({ id, group })) as Answer).isDone);
      }),
    );
    expect(await replay("show", id)).toMatch(
      new RegExp(`${groups.length} finished; ${count} put .* of ${count} selected`),
    );
    expect(await job.invoke({ id, isFinished: true })).toEqual({ id, isDone: true });
    expect(await replay("show", id)).toContain(`${id}  finished  lake`);
    expect(await replay(...asked, "--reason", "once more")).toMatch(/has finished.* Nothing was done/);

    const delivered = await replayedIn(urls.kinesisUrl, "recommendations", fromMs);
    expect(delivered.sort()).toEqual(sent.sort());
  } finally {
    stepFunctions.close();
    await job.stop();
    run.child.kill("SIGINT");
    await run.ended;
  }
}, 240_000);

const iso = (ms: number): string => new Date(ms).toISOString();

function placeOf(stage: string): object {
  const { environments } = JSON.parse(readFileSync(join(repositoryRoot, "infra/environments.json"), "utf8")) as {
    environments: { name: string }[];
  };
  return environments.find(({ name }) => name === stage) ?? {};
}

/** The command as an operator runs it, with Step Functions at another address. @returns what it printed */
async function runReplay(args: readonly string[], stepFunctionsUrl: string): Promise<string> {
  const child = spawn(
    process.execPath,
    ["--conditions=@millrace/source", join(repositoryRoot, "packages/replay/src/cli/main.ts"), ...args],
    { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, AWS_ENDPOINT_URL_SFN: stepFunctionsUrl } },
  );
  let printed = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (printed += text));
  await new Promise((resolve) => child.once("close", resolve));
  return printed;
}

/** Ids of the copies that a replay put, one for each. */
async function replayedIn(endpoint: string, name: string, fromMs: number): Promise<string[]> {
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const kinesis = new KinesisClient({ region: localIdentity.region, endpoint, credentials });
  const ids: string[] = [];
  const store = streamStore({ kinesis, stream: `millrace-local-${name}`, name: "destination", endsAt: "tip" });
  for await (const part of store.parts({ fromMs, toMs: Date.now() + 60_000 })) {
    for await (const events of part.read()) {
      for (const { facts, value } of events) {
        const { router } = (value?.["processing"] ?? {}) as { router?: { name: string } };
        if (router?.name === "replay") ids.push(facts.id ?? "");
      }
    }
  }
  kinesis.destroy();
  return ids;
}
