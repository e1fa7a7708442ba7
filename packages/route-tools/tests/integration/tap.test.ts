/** `routes tap` on a stream that speaks the protocol of AWS. */
import { PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { Kinesis, startKinesisServer } from "@millrace/aws-simulator";
import { afterEach, expect, test } from "@jest/globals";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { runCli } from "../../src/cli/run-cli.ts";
import { run, temporaryFolder } from "../support/run.ts";

const environment = { ...process.env };
afterEach(() => {
  process.env = { ...environment };
});

const route = (name: string, rest: object = {}) => ({
  name,
  description: "Clicks.",
  pattern: { event: { type: ["search.click"] } },
  destination: { stream: "shop" },
  tests: [
    { name: "yes", event: { event: { type: "search.click" } }, matches: true },
    { name: "no", event: { event: { type: "page.view" } }, matches: false },
  ],
  ...rest,
});
const event = (id: string, type: string) => ({ event: { id, source: "s", type, data: { rank: 1, query: "shoes" } } });

test("says per second what a document would deliver, with samples, and writes nothing", async () => {
  const kinesis = new Kinesis({ region: "eu-west-1" });
  kinesis.createStream({ streamName: "millrace-local-enriched", shardCount: 2 });
  const server = await startKinesisServer(kinesis);
  const folder = temporaryFolder();
  writeFileSync(join(folder, "run.json"), JSON.stringify({ kinesisUrl: server.url }));
  const file = join(folder, "shop.json");
  const routes = [route("clicks", { project: { keep: ["event.data.rank"] } }), route("few", { sample: 0.000_001 })];
  writeFileSync(file, JSON.stringify({ $schema: "x", application: "shop", owner: "team", routes }));
  const written: string[] = [];
  try {
    const put = (): void => {
      const events = [event("1", "search.click"), event("2", "page.view"), event("3", "search.click")];
      const Records = events.map((one) => ({
        PartitionKey: one.event.id,
        Data: Buffer.from(`${JSON.stringify(one)}\n`),
      }));
      void kinesis.client().send(new PutRecordsCommand({ StreamName: "millrace-local-enriched", Records }));
    };
    // The tap prints when it begins to read. It sees the events that are put from then on.
    const code = await runCli(["tap", file, "--seconds", "1", "--state", folder], {
      out: (text) => void written.push(text),
      err: put,
    });
    expect(code).toBe(0);
  } finally {
    await server.close();
  }
  expect(written[0]).toMatch(/^shop\/clicks: [\d.]+ of [\d.]+ events\/s, 0\.\d kB\/s$/);
  expect(JSON.parse(written[1] ?? "")).toMatchObject({
    event: { id: "1", source: "s", data: { rank: 1 } },
    processing: { router: { routes: ["shop/clicks"] } },
  });
  expect(written[2]).toMatch(/^shop\/few: 0 of [\d.]+ events\/s, 0\.0 kB\/s \([\d.]+ matched, the sample leaves/);
  expect(kinesis.recordsOf("millrace-local-enriched")).toHaveLength(3);
});

test("without a pipeline, a document or a stage it says what is missing", async () => {
  expect(await run("tap", "no-such-file.json")).toMatchObject({ code: 2, err: "There is no file no-such-file.json\n" });
  expect(await run("tap")).toMatchObject({
    code: 2,
    err: expect.stringContaining("Missing required argument 'document'"),
  });
  const folder = temporaryFolder();
  const file = join(folder, "shop.json");
  writeFileSync(file, JSON.stringify({ $schema: "x", application: "shop", owner: "team", routes: [route("clicks")] }));
  expect(await run("tap", file, "--state", folder)).toMatchObject({
    code: 2,
    err: expect.stringContaining(`No pipeline runs with its state in ${folder}`),
  });
});
