/**
 * `pnpm --filter @millrace/local poison`: puts a record of 1 MiB of lines that are no events between the events of a
 * running pipeline, and prints the delay of these events (docs/data.md).
 */
import { parseArgs } from "node:util";
import { resolve } from "node:path";
import { findRun } from "../src/control/run-file.ts";
import { percentiles } from "../src/report/percentile.ts";
import { defaultStateFolder, stateFolders } from "../src/runtime/folders.ts";
import { streamLines } from "../tests/truth/places.ts";

const { values } = parseArgs({
  options: {
    key: { type: "string" },
    state: { type: "string" },
    seconds: { type: "string", default: "30" },
    lines: { type: "string", default: "340000" },
  },
});
if (values.key === undefined) {
  console.error(
    "Usage: poison --key <write key that `pnpm start` prints> [--seconds 30] [--lines 340000] [--state <folder>]",
  );
  process.exit(2);
}
const seconds = Number(values.seconds);
const lines = Number(values.lines);
const everyMs = 20;
const subjects = 20;
/** The last event may be as late as this. */
const patienceMs = 60_000;

const run = await findRun(stateFolders(resolve(values.state ?? defaultStateFolder)));
const url = run.ingestUrl.endsWith("/v1/events") ? run.ingestUrl : `${run.ingestUrl}/v1/events`;
const name = `poison${Date.now()}`;
const headers = { authorization: `Bearer ${values.key}`, "content-type": "application/cloudevents+json" };
const sentAtMs = new Map<string, number>();
const delaysMs = new Map<string, number>();

async function send(index: number): Promise<void> {
  const id = `${name}-${index}`;
  sentAtMs.set(id, Date.now());
  const own = { specversion: "1.0", id, source: "https://shop.example/web", type: "custom.event" };
  const event = { ...own, subject: `v-${index % subjects}`, data: { name: "beside", properties: {} } };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(event) });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
}

async function putPoison(): Promise<void> {
  const response = await fetch(run.kinesisUrl, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": "Kinesis_20131202.PutRecord",
      authorization:
        "AWS4-HMAC-SHA256 Credential=poison/20260101/eu-west-1/kinesis/aws4_request, SignedHeaders=host, Signature=0",
      "x-amz-date": "20260101T000000Z",
    },
    body: JSON.stringify({
      StreamName: "millrace-local-raw",
      PartitionKey: "v-0",
      Data: Buffer.from("{}\n".repeat(lines)).toString("base64"),
    }),
  });
  if (!response.ok) throw new Error(`Kinesis does not take the record: ${await response.text()}`);
}

async function watch(expected: number): Promise<void> {
  for await (const line of streamLines(run, "enriched", patienceMs)) {
    const { event } = JSON.parse(line) as { event: { id: string } };
    const sentMs = sentAtMs.get(event.id);
    if (sentMs === undefined || delaysMs.has(event.id)) continue;
    delaysMs.set(event.id, Date.now() - sentMs);
    if (delaysMs.size === expected) return;
  }
}

const events = Math.floor((seconds * 1000) / everyMs);
const watching = watch(events);
for (let index = 0; index < events; index += 1) {
  if (index === Math.floor(events / 3)) await putPoison();
  await send(index);
  await new Promise((wake) => setTimeout(wake, everyMs));
}
await watching;
const all = [...delaysMs.values()];
const report = {
  events,
  arrived: all.length,
  lines,
  delayMs: { ...percentiles(all), max: Math.max(...all) },
};
console.log(JSON.stringify(report, undefined, 2));
process.exitCode = all.length === events ? 0 : 1;
