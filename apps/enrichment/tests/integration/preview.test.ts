import { Buffer } from "node:buffer";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BadRow } from "@millrace/event-contracts";
import { systemClock } from "@millrace/put-records";
import { afterAll, expect, test } from "@jest/globals";
import { createEnrichmentPreview } from "../../src/create-preview.ts";
import { createEnrichmentHandler, defaultEnrichments } from "../../src/index.ts";
import { createStreams, lambdaContext } from "../kinesis-harness.ts";
import { createRawEvent, key, readBundledFile, schemasFolder, testContracts } from "../raw-events.ts";

const folder = mkdtempSync(join(tmpdir(), "preview-"));
mkdirSync(join(folder, "geo"));
writeFileSync(join(folder, "geo/country.mmdb"), readBundledFile("geo/country.mmdb"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Every example as ingest would store it, and lines that become bad rows. */
function rawLines(): string[] {
  const files = readdirSync(join(schemasFolder, "examples"), { recursive: true, encoding: "utf8" });
  const lines = files
    .filter((file) => file.endsWith(".json"))
    .map((file) => {
      const [domain, name] = file.split("/");
      const data: unknown = JSON.parse(readFileSync(join(schemasFolder, "examples", file), "utf8"));
      return JSON.stringify(createRawEvent({ id: file, type: `${domain}.${name}`, data, clientip: "81.2.69.142" }));
    });
  return [...lines, "not json", '{"specversion":"1.0"}', '{"data":{"deep":1e400}}'];
}

const withoutTimes = (json: string) => json.replaceAll(/"at":"[^"]*"/g, '"at":""');

test("a dry run says what the handler writes, for every example and for bad rows", async () => {
  const options = { contracts: testContracts(), privacyKeys: [key] };
  const streams = createStreams();
  const handler = createEnrichmentHandler({
    ...options,
    client: streams.client,
    enrichedStreamName: "enriched",
    badRowStreamName: "bad-rows",
    enrichments: defaultEnrichments("test", { readFile: readBundledFile }),
    clock: systemClock,
    random: () => 0.5,
  });
  const lines = rawLines();
  const records = lines.map((line) => ({ partitionKey: "p", data: Buffer.from(`${line}\n`) }));
  await handler(streams.toEvent(records), lambdaContext);
  const enriched = streams.read("enriched").flatMap(({ text }) => text.split("\n").slice(0, -1));
  const badRows = streams.read("bad-rows").map(({ text }) => (JSON.parse(text) as BadRow).failure);

  const preview = createEnrichmentPreview({ ...options, stage: "test", folder });
  const previewed = lines.map(preview);
  expect(previewed.flatMap((each) => ("enriched" in each ? [withoutTimes(each.enriched)] : [])).sort()).toEqual(
    enriched.map(withoutTimes).sort(),
  );
  expect(previewed.flatMap((each) => ("failure" in each ? [each.failure] : []))).toEqual(badRows);
  expect([enriched.length, badRows.length]).toEqual([lines.length - 3, 3]);
});
