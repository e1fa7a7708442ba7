import { Buffer } from "node:buffer";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { describe, expect, test } from "@jest/globals";
import { createSampleRandom, createSampleRecords } from "../../bench/sample-records.ts";
import { createMutations } from "../../scripts/mutations.ts";
import { enrichmentDefinitions } from "@millrace/enrichments";
import { enrichRecord } from "../../src/index.ts";
import {
  createContext,
  createPurchase,
  createRawEvent,
  enrichOne,
  key,
  olderKey,
  origin,
  schemasFolder,
} from "../raw-events.ts";

const newestOf = (name: string) =>
  readdirSync(join(schemasFolder, "envelope", name))
    .sort()
    .at(-1) ?? "";
const readSchema = (name: string) =>
  JSON.parse(readFileSync(join(schemasFolder, "envelope", name, newestOf(name)), "utf8")) as {
    $id: string;
    properties: Record<string, unknown>;
  };

const enrichment = readSchema("enrichment");
const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
formats.default(ajv);
ajv.addSchema(enrichment);
const validate = ajv.compile(readSchema("enriched-event"));

function faultsOf(enriched: unknown): unknown[] {
  return validate(enriched) ? [] : [validate.errors, enriched];
}

describe("what enrichment writes follows schemas/envelope/enriched-event", () => {
  const context = createContext({ privacyKeys: [key, olderKey] });

  test.each([
    ["a click", createRawEvent()],
    ["a purchase", createPurchase()],
    ["an invalid event", createRawEvent({ data: { rank: "first", "ada@example.com": 1 } })],
    ["an event of an unknown type", createRawEvent({ type: "crm.note", data: "ada@example.com" })],
    ["an event that enrichments fail on", createRawEvent({ clientip: "x", data: { context: { pageUrl: "x" } } })],
    ["an event of a bot", createRawEvent({ useragent: "Googlebot/2.1 (+http://www.google.com/bot.html)" })],
    ["an event with its time of sending", createRawEvent({ sentat: "2026-11-20T09:00:00Z" })],
    ["an event with a click id", createRawEvent({ data: {}, referer: "http://shop.example:8080/x?gclid=1#top" })],
    ["an event without anything", createRawEvent({ data: undefined, clientip: undefined, useragent: undefined })],
  ])("for %s", (_, raw) => {
    expect(faultsOf(enrichOne(raw, context))).toEqual([]);
  });

  test("for mutated records", () => {
    const mutate = createMutations(createSampleRandom(5), createSampleRecords(500));
    let count = 0;
    for (let index = 0; index < 4_000; index++) {
      for (const { json } of enrichRecord(mutate(), origin, context).enriched) {
        count += 1;
        expect(faultsOf(JSON.parse(json))).toEqual([]);
      }
    }
    expect(count).toBeGreaterThan(1_000);
  });

  test("for an event with text that was repaired and numbers that no column holds", () => {
    const raw = JSON.stringify(createRawEvent({ data: "@" })).replace('"@"', '{"a":"\\ud83d","b\\ud83d":1,"c":1e400}');
    const enriched = JSON.parse(enrichRecord(Buffer.from(raw), origin, context).enriched[0]?.json ?? "") as object;
    expect(enriched).toHaveProperty("fidelity");
    // JavaScript reads 1e400 as infinite, which a schema of numbers takes.
    expect(faultsOf(enriched)).toEqual([]);
  });

  test("and has a place for each enrichment, and for no other", () => {
    const names = enrichmentDefinitions.map(({ name }) => name);
    expect(Object.keys(enrichment.properties).sort()).toEqual([...names, "notes"].sort());
  });

  test("which the check would notice", () => {
    const enriched = enrichOne(createRawEvent(), context);
    expect(faultsOf({ ...enriched, enrichment: { geo: { country: "GB", latitude: 51.5 } } })).not.toEqual([]);
    expect(faultsOf({ ...enriched, enrichment: { clock: { derivedTime: "now", basis: "client" } } })).not.toEqual([]);
  });
});
