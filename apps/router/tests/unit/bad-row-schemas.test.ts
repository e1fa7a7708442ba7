import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ThrottledError } from "@millrace/put-records";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { describe, expect, test } from "@jest/globals";
import { badRowKinds } from "../../src/bad-rows.ts";
import { context, enriched, kinesisEvent, ndjson } from "../support/kinesis-event.ts";
import { createTestRouter, document, route } from "../support/router.ts";

const repositoryRoot = join(import.meta.dirname, "../../../..");
const schemas = join(repositoryRoot, "schemas");
const versionsOf = (...path: string[]) => readdirSync(join(schemas, ...path)).sort();
const readVersion = (...path: string[]) => JSON.parse(readFileSync(join(schemas, ...path), "utf8")) as { $id: string };
/** The newest version: what is written now. */
const readSchema = (...path: string[]) => readVersion(...path, versionsOf(...path).at(-1) ?? "");

const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
formats.default(ajv);
for (const kind of readdirSync(join(schemas, "bad-rows"))) {
  for (const file of versionsOf("bad-rows", kind)) ajv.addSchema(readVersion("bad-rows", kind, file));
}
for (const name of ["enriched-event", "enrichment"]) ajv.addSchema(readSchema("envelope", name));

function expectSchema(kind: string, rows: readonly unknown[]): void {
  expect(rows.length).toBeGreaterThan(0);
  const validate = ajv.getSchema(readSchema("bad-rows", kind).$id);
  for (const row of rows) {
    expect(row).toMatchObject({ failure: { kind } });
    const isValid = validate?.(row);
    expect(validate?.errors ?? []).toEqual([]);
    expect(isValid).toBe(true);
  }
}

const clicks = document("shop", route("clicks", "search.click", "shop"));
const click = enriched("1", "search.click", {
  ...{ time: "2026-01-01T00:00:00Z", tenantid: "shop", receivedat: "2026-01-01T00:00:01.000Z" },
});

describe("what the router could not pass on follows its schema", () => {
  test.each<[string, string, string | Uint8Array]>([
    ["no UTF-8", badRowKinds.unreadable, Uint8Array.of(0xff, 0xfe)],
    ["no JSON", badRowKinds.unreadable, "id=17"],
    ["nothing", badRowKinds.unreadable, "\n"],
    ["megabytes of nothing", badRowKinds.unreadable, "x".repeat(1_000_000)],
    ["too many lines", badRowKinds.tooManyLines, "{}\n".repeat(340_000)],
    ["no object", badRowKinds.notEnriched, "[1]"],
    ["no enriched event", badRowKinds.notEnriched, '{"event":{"id":"1"}}'],
  ])("when a record holds %s", async (_, kind, bytes) => {
    const { handler, badRows } = createTestRouter([clicks]);
    await handler(kinesisEvent([bytes]), context);
    expectSchema(kind, badRows.lines());
  });

  test("when our own code fails", async () => {
    const routes = () => {
      throw new TypeError("A defect.");
    };
    const { handler, badRows } = createTestRouter([clicks], { routes });
    await handler(kinesisEvent([ndjson(click)]), context);
    expectSchema(badRowKinds.notProcessed, badRows.lines());
  });

  test("when a destination does not take it", async () => {
    const { handler, writer, undelivered } = createTestRouter([clicks]);
    writer("shop").failure = () => ({ reason: "throttled", error: new ThrottledError("The fake destination fails") });
    await handler(kinesisEvent([ndjson(click)]), context);
    expectSchema(badRowKinds.undeliverable, undelivered.events());
  });
});

test("docs/bad-rows.md names the router's kinds as the router's, and no others", () => {
  const page = readFileSync(join(repositoryRoot, "docs", "bad-rows.md"), "utf8");
  const rows = page.matchAll(/^\| `(?<kind>[a-z0-9-]+)` \| (?<writers>[a-z, ]+) \|/gmu);
  const ours = Array.from(rows, ({ groups }) => groups).filter((row) => row?.["writers"]?.includes("router"));
  expect(ours.map((row) => row?.["kind"]).sort()).toEqual(Object.values(badRowKinds).sort());
});
