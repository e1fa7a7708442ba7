import { Buffer } from "node:buffer";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { describe, expect, test } from "@jest/globals";
import type { BadRow } from "@millrace/event-contracts";
import { type BadRowKind, badRowKinds, enrichRecord } from "../../src/index.ts";
import { createBadRow } from "../../src/bad-rows/create-bad-row.ts";
import { MaskingFailedError } from "../../src/errors.ts";
import { createContext, createRawEvent, origin, schemasFolder, toRecord } from "../raw-events.ts";

const folder = join(schemasFolder, "bad-rows");
const kinds = Object.values(badRowKinds);
const readSchema = (name: string) =>
  JSON.parse(readFileSync(join(folder, name, "1-0-0.json"), "utf8")) as { $id: string };

const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
formats.default(ajv);
for (const name of readdirSync(folder)) ajv.addSchema(readSchema(name));
for (const name of ["enriched-event", "enrichment"]) ajv.addSchema(readSchema(join("..", "envelope", name)));

const page = readFileSync(join(schemasFolder, "../docs/bad-rows.md"), "utf8");
const documented = Array.from(
  page.matchAll(/^\| `(?<kind>[a-z0-9-]+)` \| (?<writers>[a-z, ]+) \|/gmu),
  ({ groups }) => ({
    kind: groups?.["kind"] ?? "",
    writers: groups?.["writers"]?.split(", ") ?? [],
  }),
);
const examples = Array.from(
  page.matchAll(/^### `(?<kind>[a-z0-9-]+)`\n```json\n(?<json>.*)\n```$/gmu),
  ({ groups }) => [groups?.["kind"] ?? "", JSON.parse(groups?.["json"] ?? "") as BadRow] as const,
);

function expectSchema(kind: string, row: BadRow): void {
  expect(row.failure.kind).toBe(kind);
  const validate = ajv.getSchema(readSchema(kind).$id);
  const isValid = validate?.(row);
  expect(validate?.errors ?? []).toEqual([]);
  expect(isValid).toBe(true);
}

const bad = (bytes: Uint8Array, context = createContext()) => {
  const { badRows } = enrichRecord(bytes, origin, context);
  expect(badRows).toHaveLength(1);
  return badRows[0]!;
};

describe("bad rows", () => {
  test("have a schema, a row in docs/bad-rows.md and an example there for each kind, and for no other", () => {
    const withSchema = readdirSync(folder).filter((name) => name !== "bad-row");
    expect(documented.map(({ kind }) => kind).sort()).toEqual(withSchema.sort());
    expect(examples.map(([kind]) => kind)).toEqual(documented.map(({ kind }) => kind));
  });

  test("of enrichment are documented as such, and no others", () => {
    const ours = documented.filter(({ writers }) => writers.includes("enrichment")).map(({ kind }) => kind);
    expect(ours.sort()).toEqual([...kinds].sort());
  });

  test.each(examples)("are as the example of %s in docs/bad-rows.md", (kind, row) => {
    expectSchema(kind, row);
  });

  test.each<[BadRowKind, Uint8Array]>([
    [badRowKinds.notUtf8, Buffer.from([0xff, 0xfe])],
    [badRowKinds.notJson, Buffer.from("{")],
    [badRowKinds.emptyRecord, Buffer.from("\n")],
    [badRowKinds.notAnObject, Buffer.from("7")],
    [badRowKinds.notAnEvent, Buffer.from("{}")],
    [badRowKinds.tooDeep, Buffer.from(`{"a":${"[".repeat(200)}${"]".repeat(200)}}`)],
    [badRowKinds.tooLarge, toRecord(createRawEvent({ data: "x".repeat(1_100_000) }))],
  ])("of the kind %s follow their schema", (kind, bytes) => {
    expectSchema(kind, bad(bytes));
  });

  test("of masking that failed keep no bytes at all", () => {
    const maskEvent = () => {
      throw new MaskingFailedError("The contract asks for a privacy action that this version does not know.");
    };
    const row = bad(toRecord(createRawEvent()), { ...createContext(), maskEvent });
    expectSchema(badRowKinds.maskingFailed, row);
    expect(row).toMatchObject({ payload: "" });
    expect(row).not.toHaveProperty("encryption");
  });

  test("of masking that failed unexpectedly do not quote why", () => {
    const maskEvent = () => {
      throw new Error("canary");
    };
    const row = bad(toRecord(createRawEvent()), { ...createContext(), maskEvent });
    expectSchema(badRowKinds.maskingFailed, row);
    expect(JSON.stringify(row)).not.toContain("canary");
  });

  test("of a defect of our own follow their schema", () => {
    const selectContract = () => {
      throw new TypeError("canary");
    };
    const row = bad(toRecord(createRawEvent()), { ...createContext(), selectContract });
    expectSchema(badRowKinds.notProcessed, row);
    expect(JSON.stringify(row)).not.toContain("canary");
  });

  test("of a record the stream refuses follow their schema", () => {
    const input = { kind: badRowKinds.refusedByStream, message: "No.", payload: Buffer.from("x"), origin, index: 0 };
    expectSchema(badRowKinds.refusedByStream, createBadRow(input, createContext()));
  });

  test("have no payload rather than one in clear when it cannot be encrypted", () => {
    const sealPayload = () => {
      throw new Error("no entropy");
    };
    expect(bad(Buffer.from("{"), { ...createContext(), sealPayload })).toMatchObject({ payload: "", payloadBytes: 1 });
  });

  test("stay below the limit of a record, whatever was sent", () => {
    const row = bad(Buffer.alloc(10 * 1024 * 1024, "x"));
    expect(row.payloadBytes).toBe(10 * 1024 * 1024);
    expect(Buffer.byteLength(JSON.stringify(row))).toBeLessThan(1024 * 1024);
    expectSchema(badRowKinds.notJson, row);
  });

  test("say what is missing on what is no event", () => {
    const { source: _, ...withoutSource } = createRawEvent({ specversion: "0.3", subject: 7 });
    expect(bad(toRecord(withoutSource)).failure.message).toBe(
      'The object is no CloudEvent: expected `specversion` to be "1.0"; expected `source` to be a text that is not empty; ' +
        "expected `subject` to be a text.",
    );
  });

  test.each(["time", "receivedat"])("do not quote a %s that is none", (name) => {
    const { failure } = bad(toRecord(createRawEvent({ [name]: "ada@example.com" })));
    expect(failure).toEqual({
      kind: "not-an-event",
      message: `The object is no CloudEvent: expected \`${name}\` to be an RFC 3339 time.`,
    });
  });
});
