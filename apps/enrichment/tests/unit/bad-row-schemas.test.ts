import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { describe, expect, test } from "@jest/globals";
import type { BadRow } from "@millrace/event-contracts";
import { openPayload } from "@millrace/privacy-keys";
import { type BadRowKind, badRowKinds, enrichRecord } from "../../src/index.ts";
import { createBadRow } from "../../src/bad-rows/create-bad-row.ts";
import { setAsideRecord } from "../../src/bad-rows/set-aside.ts";
import { MaskingFailedError } from "../../src/errors.ts";
import { createContext, createRawEvent, key, origin, schemasFolder, testContracts, toRecord } from "../raw-events.ts";

const folder = join(schemasFolder, "bad-rows");
const kinds = Object.values(badRowKinds);
const readVersion = (name: string, file: string) =>
  JSON.parse(readFileSync(join(folder, name, file), "utf8")) as { $id: string };
const versionsOf = (name: string) => readdirSync(join(folder, name)).sort();
/** The newest version: what is written now. */
const readSchema = (name: string) => readVersion(name, versionsOf(name).at(-1) ?? "");

const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
formats.default(ajv);
for (const name of readdirSync(folder)) {
  for (const file of versionsOf(name)) ajv.addSchema(readVersion(name, file));
}
for (const name of ["../envelope/enriched-event", "../envelope/enrichment"]) {
  for (const file of versionsOf(name)) ajv.addSchema(readVersion(name, file));
}

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

const openRow = ({ payload, encryption }: BadRow) =>
  openPayload({ bytes: Buffer.from(payload, "base64"), keyId: encryption?.keyId ?? "" }, [key]);

/** As the Kinesis Producer Library aggregates one record: partition key table, record, digest. */
function aggregate(text: string, digest?: string): Uint8Array {
  const field = (tag: number, bytes: Uint8Array) => Buffer.concat([Buffer.from([tag, bytes.byteLength]), bytes]);
  const record = Buffer.concat([Buffer.from([0x08, 0x00]), field(0x1a, Buffer.from(text))]);
  const message = Buffer.concat([field(0x0a, Buffer.from("key")), field(0x1a, record)]);
  const md5 = digest ?? createHash("md5").update(message).digest("hex");
  return Buffer.concat([Buffer.from([0xf3, 0x89, 0x9a, 0xc2]), message, Buffer.from(md5, "hex")]);
}

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
    [badRowKinds.aggregatedRecord, aggregate('{"a":1}\n{"b":2}\n{"c":3}\n')],
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

  test("of an event that waits for its contract follow their schema, hold it whole and encrypted, and name its type", () => {
    const event = createRawEvent({ type: "shop.return", data: { customer: "ada@example.com" } });
    const context = { ...createContext(), setsAside: ({ type }: { type: string }) => type.startsWith("shop.") };
    const row = bad(toRecord(event), context);
    expectSchema(badRowKinds.undescribed, row);
    expect(row.failure.message).toContain('Its type is "shop.return".');
    expect(JSON.stringify(row)).not.toContain("ada@example.com");
    expect(Buffer.from(openRow(row)).toString().trim()).toBe(JSON.stringify(event));
    for (const other of [createRawEvent({ type: "crm.note" }), createRawEvent()]) {
      expect(enrichRecord(toRecord(other), origin, context).badRows).toEqual([]);
    }
  });

  test("of an event that waited for its contract give a valid event once it is there", () => {
    const setsAside = ({ source }: { source: string }) => source.startsWith("https://shop.example/");
    const before = { ...testContracts(), newestSchemaOf: () => undefined, setsAside };
    const row = bad(toRecord(createRawEvent()), createContext({ contracts: before }));
    expect(row.failure.kind).toBe(badRowKinds.undescribed);
    const now = createContext({ contracts: { ...testContracts(), setsAside } });
    const { enriched, badRows } = enrichRecord(openRow(row), origin, now);
    expect([enriched.map(({ validation }) => validation.status), badRows]).toEqual([["valid"], []]);
  });

  test("of bytes that only begin as an aggregated record are those of its lines", () => {
    const { badRows } = enrichRecord(aggregate("{}", "0".repeat(32)), origin, createContext());
    expect(badRows.map(({ failure }) => failure.kind)).toEqual([badRowKinds.notUtf8, badRowKinds.notJson]);
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

  test("of a record with too many lines hold all of it, in parts that say how many lines they have", () => {
    const record = Buffer.from("{}\n".repeat(340_000));
    const { enriched, badRows } = enrichRecord(record, origin, createContext());
    expect(enriched).toEqual([]);
    expect(badRows.map((row) => [row.origin.index, row.origin.lines])).toEqual([
      [0, 174_762],
      [174_762, 165_238],
    ]);
    for (const row of badRows) expectSchema(badRowKinds.tooManyLines, row);
    expect(Buffer.concat(badRows.map((row) => openRow(row))).equals(record)).toBe(true);
  });

  test("of a record of a thousand lines are of its lines, those of a longer one are not", () => {
    const lines = (count: number) => enrichRecord(Buffer.from("7\n".repeat(count)), origin, createContext()).badRows;
    expect(lines(1000)).toHaveLength(1000);
    expect(lines(1001).map(({ failure }) => failure.kind)).toEqual([badRowKinds.tooManyLines]);
  });

  test("of a record set aside are told apart also where their bytes are the same", () => {
    const record = Buffer.alloc(1024 * 1024, "x");
    const rows = setAsideRecord(record, origin, { kind: badRowKinds.tooSlow, message: "No." }, createContext());
    expect(rows.map((row) => [row.origin.index, row.origin.lines, row.failure.message])).toEqual([
      [0, 1, "No. Part 1 of 2 of the record."],
      [1, 0, "No. Part 2 of 2 of the record."],
    ]);
    for (const row of rows) expectSchema(badRowKinds.tooSlow, row);
    expect(Buffer.concat(rows.map((row) => openRow(row))).equals(record)).toBe(true);
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

  test.each(["time", "receivedat", "replayedat"])("do not quote a %s that is none", (name) => {
    const { failure } = bad(toRecord(createRawEvent({ [name]: "ada@example.com" })));
    expect(failure).toEqual({
      kind: "not-an-event",
      message: `The object is no CloudEvent: expected \`${name}\` to be an RFC 3339 time.`,
    });
  });
});
