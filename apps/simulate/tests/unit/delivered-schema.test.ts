/** The schema of a stream against what the real enrichment and the real router write to it. */
import { afterAll, describe, expect, test } from "@jest/globals";
import { loadRegistry } from "@millrace/contract-tools/registry";
import { createRecordContext, defaultEnrichments, enrichRecord } from "@millrace/enrichment";
import { loadContracts } from "@millrace/enrichment/load-contracts";
import { systemClock } from "@millrace/put-records";
import { type DeliveredStream, describeStream, EventModel } from "@millrace/route-tools";
import { createRouterHandler } from "@millrace/router";
import {
  compileRoutes,
  loadRouteDocuments,
  nameDestination,
  parseRouteDocument,
  type Reshape,
  type Route,
  type RouteDocument,
} from "@millrace/routes";
import { loadRoutes } from "@millrace/routes/runtime";
import { annotatedExamples } from "@millrace/schema-graph";
import { streamSchema } from "@millrace/consumer-tools";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import fc from "fast-check";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folder = mkdtempSync(join(tmpdir(), "delivered-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const own = join(import.meta.dirname, "../../../../schemas");
cpSync(own, folder, { recursive: true });

const email = { type: "string", "x-privacy": { class: "email", action: "hmac" } };

/** Contracts whose annotations stand in awkward places. */
const odd: Record<string, object> = {
  branches: {
    type: "object",
    required: ["kind", "to", "secret", "list"],
    properties: {
      kind: { enum: ["mail", "phone"] },
      to: true,
      secret: { type: "object", "x-privacy": { class: "secret", action: "drop" } },
      list: {
        type: "array",
        minItems: 1,
        items: { type: ["number", "null"], "x-privacy": { class: "n", action: "drop" } },
      },
      map: { type: "object", additionalProperties: { type: "integer", "x-privacy": { class: "n", action: "mask" } } },
      notes: {
        type: "object",
        "x-privacy": { class: "free-text", action: "scan" },
        additionalProperties: { type: "string", maxLength: 40 },
      },
      short: { type: "string", maxLength: 90 },
      code: { type: "string", pattern: "^[A-Z]{3}$", maxLength: 3 },
      number: { type: "number", multipleOf: 0.01 },
    },
    oneOf: [
      {
        properties: {
          kind: { const: "mail" },
          to: { type: "string", format: "email", "x-privacy": { class: "email", action: "mask" } },
        },
      },
      { properties: { kind: { const: "phone" }, to: { type: "integer", minimum: 100 } } },
    ],
    if: { properties: { kind: { const: "mail" } } },
    then: { required: ["short"] },
    else: { required: ["code"] },
    additionalProperties: false,
  },
  old: {
    $schema: "http://json-schema.org/draft-07/schema#",
    type: "object",
    definitions: {
      address: {
        type: ["string", "null"],
        maxLength: 60,
        "x-privacy": { class: "email", action: "truncate", keep: 2 },
      },
    },
    required: ["from"],
    properties: {
      from: { $ref: "#/definitions/address" },
      pair: { type: "array", items: [{ type: "string" }, { type: "number" }], additionalItems: false },
      tree: { $ref: "#" },
    },
    patternProperties: { "^x-": email },
  },
};
/** A contract for each keyword of JSON Schema, with an annotation below it and nowhere else. */
const byKeyword = annotatedExamples({ "x-privacy": { class: "secret", action: "hmac" } }).map((example, index) => ({
  ...example,
  name: `below-${index}`,
}));
const keywordSchemas = byKeyword.map(({ name, schema }) => [name, schema] as const);
for (const [name, schema] of [...Object.entries(odd), ...keywordSchemas]) {
  const file = `events/odd/${name}/1-0-0.json`;
  mkdirSync(join(folder, `events/odd/${name}`), { recursive: true });
  const head = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: `https://millrace.example/schemas/${file}`,
    title: name,
    description: `Odd ${name}.`,
  };
  writeFileSync(join(folder, file), JSON.stringify({ ...head, ...schema }));
}

const route = (name: string, stream: string, more: Partial<Route> = {}): Route => ({
  name,
  description: "x",
  pattern: { event: { type: [{ prefix: "" }] } },
  destination: { stream },
  tests: [],
  ...more,
});
/** Projections that meet: whole and in parts, of valid and of all events. */
const projections: RouteDocument = {
  application: "projections",
  owner: "x",
  routes: [
    route("kept", "kept", {
      project: { keep: ["event.type", "event.data.context.pageUrl", "event.data.items.quantity", "event.data.to"] },
    }),
    route("union-kept", "union", { project: { keep: ["event.data", "validation.status"] } }),
    route("union-dropped", "union", {
      pattern: { validation: { status: ["valid"] } },
      project: { drop: ["event.data.context", "event.data.list", "enrichment", "processing"] },
    }),
    route("dropped", "dropped", {
      project: { drop: ["event.data.items.product", "event.data.map", "event.data.query", "privacy.masked.path"] },
    }),
    route("valid", "valid", { pattern: { validation: { status: ["valid"] } } }),
  ],
};

const model = new EventModel(loadRegistry(folder));

/** Documents, and the schema of each of their streams. */
interface Streams {
  readonly documents: readonly RouteDocument[];
  readonly byName: ReadonlyMap<string, { readonly delivered: DeliveredStream; readonly validate: ValidateFunction }>;
}

function streamsOf(documents: readonly RouteDocument[]): Streams {
  const ajv = addFormats.default(new Ajv2020({ strict: false, allErrors: true }));
  const names = documents.flatMap(({ routes }) => routes.map(({ destination }) => nameDestination(destination).name));
  const byName = new Map(
    [...new Set(names)].map((name) => {
      const delivered = describeStream(name, documents, model);
      if (delivered === undefined) throw new Error(`No route writes to ${name}`);
      return [name, { delivered, validate: ajv.compile(streamSchema(delivered)) }] as const;
    }),
  );
  return { documents, byName };
}

const all = streamsOf([...loadRouteDocuments(join(own, "routes")), projections]);
const streams = all.byName;

const context = createRecordContext({
  contracts: loadContracts(folder),
  enrichments: defaultEnrichments("test", {
    readFile: () => {
      throw new Error("The test has no database of addresses.");
    },
  }),
  privacyKeys: [
    { id: "new", key: Buffer.alloc(32, 7) },
    { id: "old", key: Buffer.alloc(32, 8) },
  ],
  clock: systemClock,
});

/** The lines that each stream gets of some raw events. */
async function deliver(events: readonly object[], documents = all.documents): Promise<Map<string, string[]>> {
  const enriched = events.flatMap(
    (event) =>
      enrichRecord(Buffer.from(JSON.stringify(event)), { stream: "raw", shardId: "0", sequenceNumber: "0" }, context)
        .enriched,
  );
  const lines = new Map<string, string[]>();
  const writerOf = (name: string) => ({
    put: (records: readonly { data: Uint8Array }[]) => {
      const got = records.map(({ data }) => new TextDecoder().decode(data));
      lines.set(name, [...(lines.get(name) ?? []), ...got.flatMap((text) => text.trimEnd().split("\n"))]);
      return Promise.resolve(
        got.map(
          () => ({ status: "delivered", shardId: "0", sequenceNumber: "1", attempts: 1, isAmbiguous: false }) as const,
        ),
      );
    },
  });
  const routes = loadRoutes(compileRoutes(documents));
  const handler = createRouterHandler({
    routes: () => routes,
    destination: ({ name }) => writerOf(name),
    badRows: writerOf("bad-rows"),
    undelivered: { put: () => Promise.reject(new Error("Nothing is undelivered here.")) },
  });
  await handler(
    {
      Records: enriched.map(({ json }, index) => ({
        awsRegion: "eu-west-1",
        eventID: `shardId-000000000000:${index}`,
        eventName: "aws:kinesis:record",
        eventSource: "aws:kinesis",
        eventSourceARN: "arn:aws:kinesis:eu-west-1:111122223333:stream/enriched",
        eventVersion: "1.0",
        invokeIdentityArn: "arn:aws:iam::111122223333:role/router",
        kinesis: {
          approximateArrivalTimestamp: 1_700_000_000,
          data: Buffer.from(`${json}\n`).toString("base64"),
          kinesisSchemaVersion: "1.0",
          partitionKey: "lane-0",
          sequenceNumber: String(index),
        },
      })),
    },
    { getRemainingTimeInMillis: () => 30_000 },
  );
  return lines;
}

let count = 0;
const rawEvent = (type: string, data: unknown, more: object = {}): object => ({
  specversion: "1.0",
  id: `e-${(count += 1)}`,
  source: "https://shop.example/web",
  type,
  time: "2026-01-01T00:00:00.000Z",
  tenantid: "t",
  receivedat: "2026-01-01T00:00:00.000Z",
  clientip: "203.0.113.77",
  useragent: "Mozilla/5.0 (X11; Linux x86_64)",
  referer: "https://other.example/?utm_campaign=x&email=ada@example.com",
  data,
  ...more,
});

const examples = readdirSync(join(own, "examples"), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".json"))
  .map((file) => ({
    isValid: file.includes("/valid/"),
    type: file.split("/").slice(0, 2).join("."),
    data: JSON.parse(readFileSync(join(own, "examples", file), "utf8")) as unknown,
  }));

/** Looks at every line of every stream; the number of valid events by type. */
async function expectAllValid(events: readonly object[], among = all): Promise<Map<string, number>> {
  const seen = new Map<string, number>();
  for (const [stream, lines] of await deliver(events, among.documents)) {
    const validate = among.byName.get(stream)?.validate;
    expect(validate).toBeDefined();
    for (const line of lines) {
      const record = JSON.parse(line) as { event: { type?: string }; validation?: { status: string } };
      const isValid = validate?.(record);
      if (isValid !== true) throw new Error(`${stream} refuses ${line}\n${JSON.stringify(validate?.errors, null, 1)}`);
      const key = `${stream} ${record.event.type ?? ""} ${record.validation?.status ?? ""}`;
      seen.set(key, (seen.get(key) ?? 0) + 1);
    }
  }
  return seen;
}

const nasty = fc.constantFrom<unknown>(
  "ada@example.com",
  "text of ada@example.com and 4111 1111 1111 1111",
  '{"email":"ada@example.com","password":"x"}',
  '[{"name":"email","value":"ada@example.com"}]',
  "4111111111111111",
  4_111_111_111_111_111,
  "",
  null,
  true,
  -1,
  [],
  {},
  { "ada@example.com": 1, password: "hunter2" },
);

/** Replaces, removes or adds a member at one place of a value. */
const change = fc.record({
  at: fc.array(fc.nat(20), { maxLength: 4 }),
  how: fc.constantFrom("set", "remove", "add"),
  value: nasty,
});
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

function changed(value: unknown, { at, how, value: put }: Change): unknown {
  const [index, ...rest] = at;
  if (typeof value !== "object" || value === null) return put;
  const keys = Object.keys(value);
  const copy = structuredClone(value) as Record<string, unknown>;
  if (index === undefined || keys.length === 0)
    return how === "add" && !Array.isArray(value) ? { ...copy, extra: put } : copy;
  const key = keys[index % keys.length] ?? "";
  if (rest.length > 0) copy[key] = changed(copy[key], { at: rest, how, value: put });
  else if (how === "remove") Reflect.deleteProperty(copy, key);
  else copy[key] = put;
  return copy;
}

const at = (...paths: string[]): string[] => paths.map((path) => `event.data.${path}`);
const fields = [
  ...at("context", "context.pageUrl", "context.referrer", "items", "items.quantity", "items.product", "query", "total"),
  ...at(
    "customer",
    "customer.email",
    "to",
    "list",
    "map",
    "notes",
    "code",
    "from",
    "tree",
    "tree.from",
    "page",
    "rank",
  ),
  ...["enrichment.geo", "enrichment.client", "enrichment.clock", "enrichment.client.browser"],
];
const names = ["query", "rank", "x", "code", "context_pageUrl", "map_a", "items", "notes__plain"];
const reshapes: fc.Arbitrary<Reshape> = fc.record({
  rename: fc.dictionary(fc.constantFrom(...fields), fc.constantFrom(...names), { maxKeys: 5 }),
  flatten: fc.uniqueArray(fc.constantFrom(...fields), { maxLength: 4 }),
  separator: fc.constantFrom("_", "__", "-"),
  constant: fc.dictionary(
    fc.constantFrom(...at("x", "rank", "context.x", "x.y.z", "items.x", "query.x"), "enrichment.geo", "enrichment.x"),
    fc.constantFrom("web", 7, null, true),
    { maxKeys: 3 },
  ),
});
const dropped = [[], at("context.referrer"), at("items"), ["enrichment"], ["event.data"]];

/** A document that gives all events these names, unless a document is refused for them. */
function shapedDocument({ rename, flatten = [], separator, constant }: Reshape, drop: string[]) {
  const reshape = {
    ...(Object.keys(rename ?? {}).length > 0 && { rename }),
    ...(flatten.length > 0 && { flatten, separator }),
    ...(Object.keys(constant ?? {}).length > 0 && { constant }),
  };
  const tests = [true, false].map((matches) => ({ name: "x", event: { event: { type: "x" } }, matches }));
  const type = ["page.view", "search.click", "commerce.purchase", "odd.branches", "odd.old", "crm.note"];
  const shaped = route("shaped", "shaped", {
    pattern: { event: { type } },
    reshape,
    tests,
    ...(drop.length > 0 && { project: { drop } }),
  });
  const text = JSON.stringify({ $schema: "x", application: "shaped", owner: "x", routes: [shaped] });
  return parseRouteDocument(text, "shaped.json").value;
}

/** Events that hold contracts with maps and branches, and others whose names are those that routes give. */
const oddEvents = [
  ["odd.branches", { kind: "mail", to: "ada@example.com", list: [1], secret: {}, short: "x", map: { a: 1, a_b: 2 } }],
  ["odd.branches", { kind: "phone", to: 100, list: [1], secret: {}, code: "EUR", notes: { plain: "x", _y: "z" } }],
  ["odd.old", { from: null, tree: { from: "x", "x-mail": "ada@example.com", tree: { from: null } } }],
  ["crm.note", { query: { x: 1, "y.z": 2 }, "context.pageUrl": 1, context: [{ pageUrl: 2 }], x: 3, "x.y": 4 }],
  ["crm.note", { context: { pageUrl: { __proto__x: 1, "": 2, _: 3 }, x: { y: 1 } }, context_pageUrl: 4, items: 5 }],
  ["crm.note", "text"],
].map(([type, data]) => rawEvent(type as string, data));

describe("the schema of a stream", () => {
  test("takes every example as it is delivered, with the contract that holds it", async () => {
    const seen = await expectAllValid(examples.map(({ type, data }) => rawEvent(type, data)));
    for (const [, { delivered }] of streams) expect(delivered.valid.length).toBeGreaterThan(0);
    const types = new Set([...seen.keys()].filter((key) => key.startsWith("valid ")));
    expect(types).toEqual(new Set([...new Set(examples.map(({ type }) => type))].map((type) => `valid ${type} valid`)));
  });

  test("takes an address that masking replaced, where the published contract refuses it", async () => {
    const { data } = examples.find(({ type, isValid }) => isValid && type === "page.view") as {
      data: { context: object };
    };
    const event = rawEvent("page.view", { ...data, context: { ...data.context, email: "ada@example.com" } });
    await expectAllValid([event]);
    const [line = ""] = (await deliver([event])).get("valid") ?? [];
    const { event: masked, validation } = JSON.parse(line) as {
      event: { data: { context: object } };
      validation: object;
    };
    expect(validation).toMatchObject({ status: "valid" });
    const contract = model.registry.newestOf("page.view");
    const contracts = addFormats.default(new Ajv2020({ strict: false }));
    for (const { id, draft, schema } of model.registry.documents.values()) {
      if (draft === "2020-12") contracts.addSchema(schema, id);
    }
    expect(contracts.validate(contract?.id ?? "", masked.data)).toBe(false);
  });

  test("declares the attributes of a revision, and takes any that a sender gives", async () => {
    const record = streams.get("kept")?.delivered.record as { properties: { event: { properties: object } } };
    expect(record.properties.event.properties).toMatchObject({ revision: {}, replayedat: { type: "string" } });
    const at = "2026-01-01T00:00:00.000Z";
    const copies = [7, "7", true].map((revision) => rawEvent("crm.note", {}, { revision, replayedat: at }));
    expect((await expectAllValid(copies)).get("kept crm.note unknown")).toBe(3);
  });

  test("refuses what the stream does not deliver", () => {
    const validate = streams.get("recommendations")?.validate;
    expect(validate?.({ event: { id: "1", source: "s", type: "search.click" } })).toBe(false);
  });

  test("takes whatever enrichment and router make of changed examples", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...examples),
        fc.array(change, { minLength: 1, maxLength: 3 }),
        async ({ type, data }, changes) => {
          await expectAllValid([
            rawEvent(type, changes.reduce(changed, data), {
              subject: "ada@example.com",
              extra: { email: "ada@example.com" },
            }),
          ]);
        },
      ),
      { numRuns: 300 },
    );
  });

  test("takes what is left of contracts with annotations in awkward places", async () => {
    const text = fc.constantFrom(
      "plain",
      "ada@example.com",
      '{"email":"ada@example.com","password":"x"}',
      "4111111111111111",
    );
    const branches = fc.record(
      {
        kind: fc.constantFrom("mail", "phone"),
        to: fc.oneof(fc.constant("ada@example.com"), fc.integer({ min: 100 })),
        secret: fc.constant({ a: 1 }),
        list: fc.array(fc.option(fc.integer(), { nil: null }), { minLength: 1 }),
        map: fc.dictionary(fc.constantFrom("a", "ada@example.com"), fc.integer()),
        notes: fc.dictionary(text, fc.constantFrom("plain", "ada@example.com")),
        short: text,
        code: fc.constant("EUR"),
        number: fc.integer().map((cents) => cents / 100),
      },
      { requiredKeys: ["kind", "to", "secret", "list"] },
    );
    const leaf = {
      from: fc.oneof(fc.constant(null), text),
      pair: fc.constantFrom(["a", 1], ['{"a":"ada@example.com"}']),
      "x-mail": text,
    };
    const old = fc.record({ ...leaf, tree: fc.record({ ...leaf, extra: text }) }, { requiredKeys: ["from"] });
    const total = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          branches.map((data) => ({ type: "odd.branches", data })),
          old.map((data) => ({ type: "odd.old", data })),
        ),
        async ({ type, data }) => {
          for (const [key, value] of await expectAllValid([rawEvent(type, data)]))
            total.set(key, (total.get(key) ?? 0) + value);
        },
      ),
      { numRuns: 300 },
    );
    // The property would say little if nothing held its contract.
    expect(total.get("valid odd.branches valid")).toBeGreaterThan(10);
    expect(total.get("valid odd.old valid")).toBeGreaterThan(10);
  });

  test.each(byKeyword.map(({ keyword, ...example }) => [keyword, example] as const))(
    "takes what is left of a value annotated below %s, and none of it is in clear",
    async (_, { name, dataWith }) => {
      const event = rawEvent(`odd.${name}`, dataWith("canary-in-clear"));
      const seen = await expectAllValid([event]);
      expect([...seen.keys()].some((key) => key.startsWith(`kept odd.${name} `))).toBe(true);
      const lines = [...(await deliver([event])).values()].flat();
      expect(lines.filter((line) => line.includes("canary-in-clear"))).toEqual([]);
    },
  );

  test("takes whatever is left under whatever names", async () => {
    const total = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(
        reshapes,
        fc.constantFrom(...dropped),
        fc.array(change, { minLength: 30, maxLength: 30 }),
        async (reshape, drop, changes) => {
          const document = shapedDocument(reshape, drop);
          fc.pre(document !== undefined);
          // Every second event is an unchanged example, so that schemas of valid events are covered too.
          const events = examples.map(({ type, data }, index) =>
            rawEvent(type, index % 2 === 0 ? data : changed(data, changes[index % changes.length] as Change)),
          );
          for (const [key, value] of await expectAllValid([...events, ...oddEvents], streamsOf([document])))
            total.set(key, (total.get(key) ?? 0) + value);
        },
      ),
      { numRuns: 8, endOnFailure: true },
    );
    expect(total.get("shaped page.view valid")).toBeGreaterThan(10);
    expect(total.get("shaped page.view invalid")).toBeGreaterThan(4);
  });
});
