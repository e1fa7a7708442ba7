/**
 * A destination that is not there, in the running pipeline, and what is left of its events. Needs `pnpm synth` before.
 */
import { afterEach, expect, test } from "@jest/globals";
import { Kinesis, startKinesisServer } from "@millrace/aws-simulator";
import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { readExpectedRoutes } from "../../src/report/expected-routes.ts";
import { observeRoutes } from "../../src/report/observe-routes.ts";
import { accountEnvironment } from "../../src/runtime/account.ts";
import { repositoryRoot, routesFolder } from "../../src/runtime/folders.ts";
import { killPipelines, runPipeline } from "./run-pipeline.ts";

const lakeOf = (stateFolder: string): string => join(stateFolder, "s3", "millrace-local-lake-000000000000");
const routes = readExpectedRoutes(routesFolder);
const noServices = { names: () => [], messagesAfter: () => [] };

afterEach(killPipelines);

/**
 * `pnpm routes redrive fraud` into an account where the stream is there again.
 * @returns what it said, and the identities in the stream by route.
 */
async function redriveFraud(stateFolder: string) {
  const kinesis = new Kinesis();
  kinesis.createStream({ streamName: "millrace-local-fraud" });
  const server = await startKinesisServer(kinesis);
  try {
    const command = join(repositoryRoot, "packages/route-tools/src/cli/main.ts");
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--conditions=@millrace/source", command, "redrive", "fraud", "--lake", lakeOf(stateFolder), "--stage", "local"],
      {
        env: {
          ...process.env,
          ...accountEnvironment({ kinesis: server.url, s3: "", secrets: "", destinationEndpoints: {} }),
        },
      },
    );
    return {
      stdout,
      routed: observeRoutes(kinesis, noServices, routes, { startedAtMs: 0, streams: new Map(), forgottenMs: 0 }),
    };
  } finally {
    await server.close();
  }
}

test("L17: a stream that is missing costs the others nothing; its events wait in its own folder and a redrive brings every one", async () => {
  let redriven: Awaited<ReturnType<typeof redriveFraud>> | undefined;
  let folders: string[] = [];
  const run = runPipeline(
    ["--events", "600", "--rate", "500", "--exit"],
    (stack) => {
      delete stack.resource["aws_kinesis_stream"]?.["destination_fraud"];
      const output = stack.output["stream_names"]?.value;
      if (output !== undefined) output.destinations = output.destinations.filter((name) => !name.includes("_fraud."));
    },
    async (stateFolder) => {
      folders = readdirSync(join(lakeOf(stateFolder), "undelivered"));
      redriven = await redriveFraud(stateFolder);
    },
  );
  const { code, report, output } = await run.ended;
  expect({ code, lost: report?.lost, duplicated: report?.duplicated }).toEqual({ code: 1, lost: 0, duplicated: 0 });
  expect(output).toContain("once it does: pnpm routes redrive fraud");
  // The stream that is not there has its line in the hop table, with what it did not take.
  const expectedByFraud = Object.entries(report?.routes ?? {}).filter(([name]) => name.startsWith("fraud/"));
  const lines = [...output.matchAll(/^fraud +records +0 +0 +0 +no such destination, (\d+) undelivered$/gm)];
  // The last table has all of them; an earlier one is of a moment.
  const [, undelivered] = lines.at(-1) ?? [];
  expect(Number(undelivered)).toBeGreaterThanOrEqual(Math.max(...expectedByFraud.map(([, route]) => route.expected)));
  expect(folders).toEqual(["fraud"]);
  for (const [name, { expected, distinct, undelivered }] of Object.entries(report?.routes ?? {})) {
    const isDead = name.startsWith("fraud/");
    expect({ name, distinct, undelivered }).toEqual({
      name,
      distinct: isDead ? 0 : expected,
      undelivered: isDead ? expected : 0,
    });
    if (isDead) expect(redriven?.routed.get(name)).toMatchObject({ total: expected, distinct: expected });
  }
  expect(redriven?.stdout).toMatch(/^delivered (\d+) of \1 undelivered events of fraud: 0 duplicates, .* 0 failed\n$/);
}, 180_000);
