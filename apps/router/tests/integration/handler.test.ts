import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { Kinesis, startKinesisServer } from "@millrace/aws-simulator";
import { expect, test } from "@jest/globals";
import { compileRoutes } from "@millrace/routes";
import { enriched, kinesisEvent, ndjson } from "../support/kinesis-event.ts";
import { document, route } from "../support/router.ts";

const root = join(import.meta.dirname, "../..");

/** Runs the function's own module in a process of its own, with what Lambda and the build give it. */
async function invokeFunction(environment: Record<string, string>, event: object): Promise<string[]> {
  const routes = compileRoutes([document("shop", route("clicks", "search.click", "shop"))]);
  const code = `
    globalThis.COMPILED_ROUTES = ${JSON.stringify(JSON.stringify(routes))};
    const { readFileSync } = await import("node:fs");
    const { handler } = await import("./src/handler.ts");
    const answer = await handler(JSON.parse(readFileSync(0, "utf8")), { getRemainingTimeInMillis: () => 30_000 });
    process.stdout.write(JSON.stringify(answer) + "\\n", () => process.exit());
  `;
  const running = promisify(execFile)(
    process.execPath,
    ["--conditions=@millrace/source", "--input-type=module", "--eval", code],
    { cwd: root, env: { ...process.env, ...environment } },
  );
  running.child.stdin?.end(JSON.stringify(event));
  const { stdout } = await running;
  return stdout.trimEnd().split("\n");
}

test("the function counts how full its calls are, and what the shards of a destination refuse", async () => {
  const kinesis = new Kinesis({ region: "eu-west-1" });
  kinesis.createStream({ streamName: "test-shop", shardCount: 1 });
  kinesis.createStream({ streamName: "test-bad-rows", shardCount: 1 });
  const server = await startKinesisServer(kinesis);
  const environment = {
    STAGE: "test",
    ACCOUNT_ID: "111122223333",
    DESTINATION_PREFIX: "test-",
    BAD_ROW_STREAM_NAME: "test-bad-rows",
    UNDELIVERED_URL: "s3://test-lake/undelivered",
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "a",
    AWS_SECRET_ACCESS_KEY: "b",
    AWS_ENDPOINT_URL_KINESIS: server.url,
  };
  // More than a shard takes in a second.
  const records = Array.from({ length: 1_200 }, (_, index) => ndjson(enriched(String(index), "search.click")));
  try {
    const lines = await invokeFunction(environment, kinesisEvent([...records, "nonsense"]));
    expect(lines.at(-1)).toBe('{"batchItemFailures":[]}');
    const metrics = lines.map((line) => JSON.parse(line) as Record<string, unknown>).find((line) => "_aws" in line);
    expect(metrics).toMatchObject({ eventsOut: 1_200, recordsOut: 1_201, badRows: 1 });
    expect(metrics?.["throttledAttempts"]).toBeGreaterThan(0);
    const calls = metrics?.["recordsPerCall"] as number[];
    // The bad row goes to another stream, in a call of its own.
    expect(calls).toContain(1);
    expect(Math.max(...calls)).toBe(500);
  } finally {
    await server.close();
  }
});
