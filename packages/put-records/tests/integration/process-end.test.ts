import { execFile } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, expect, test } from "@jest/globals";

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** Stores what is put and hangs on every other question. */
async function startServer(): Promise<string> {
  const server = createServer((request, response) => {
    request.resume();
    request.on("end", () => {
      if (request.headers["x-amz-target"] !== "Kinesis_20131202.PutRecords") return;
      const Records = [{ ShardId: "shardId-000000000000", SequenceNumber: "1" }];
      response.writeHead(200, { "content-type": "application/x-amz-json-1.1" });
      response.end(JSON.stringify({ FailedRecordCount: 0, Records }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanUps.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const timers = `process.getActiveResourcesInfo().filter((name) => name === "Timeout").length`;

/** Runs a program with a writer called \`orders\`; the program ends when nothing keeps its process alive. */
async function run(body: string): Promise<string[]> {
  const program = `
    import { createKinesisClient, createPutRecords } from "@millrace/put-records";
    const client = createKinesisClient({ region: "eu-west-1", endpoint: ${JSON.stringify(await startServer())} });
    const orders = createPutRecords({ client, streamName: "orders" });
    const record = { partitionKey: "customer-7", data: Buffer.from("{}\\n") };
    ${body}
    console.log(${timers}, "timers");`;
  const args = ["--conditions=@millrace/source", "--input-type=module", "--eval", program];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: join(import.meta.dirname, "../.."),
    env: { ...process.env, AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" },
  });
  return stdout.trim().split("\n");
}

test("a process ends after put: neither the client nor the connections it keeps hold it", async () => {
  expect(await run(`console.log((await orders.put([record]))[0].status);`)).toEqual(["delivered", "0 timers"]);
});

test("a process ends after close, although ListShards is never answered", async () => {
  const body = `
    console.log((await orders.send(record)).status);
    await orders.close();
    await new Promise((resolve) => setImmediate(resolve));`;
  expect(await run(body)).toEqual(["delivered", "0 timers"]);
});
