import { Buffer } from "node:buffer";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { contractsOf } from "../../contracts-of.ts";
import { enrichRecord, type RecordContext } from "../../../src/index.ts";
import { createContext, createRawEvent, enrichOne, origin } from "../../raw-events.ts";

const canary = "Ada Featherstone";
const word = { type: "string" };
const mask = (name: string) => ({ type: "string", "x-privacy": { class: name, action: "mask" } });
const properties = {
  customer: {
    type: "object",
    properties: { fullName: mask("name"), phone: mask("phone"), street: mask("address"), tier: word },
  },
  shop: { type: "object", properties: { street: word }, additionalProperties: false },
  order: { type: "object", properties: { items: { type: "array" } } },
  note: word,
};
const closed = { type: "object", additionalProperties: false };
const dialects = {
  "2020-12": { $schema: "https://json-schema.org/draft/2020-12/schema" },
  "draft-07": { $schema: "http://json-schema.org/draft-07/schema#" },
};

const contexts = new Map<string, RecordContext>(
  Object.entries(dialects).flatMap(([dialect, schema]) =>
    [true, false].map((isOpen) => {
      const contracts = contractsOf({
        "events/test/event/1-0-0.json": {
          ...schema,
          type: "object",
          properties: isOpen
            ? properties
            : {
                ...properties,
                customer: { ...properties.customer, ...closed },
                order: { ...properties.order, ...closed },
              },
          ...(isOpen ? {} : { additionalProperties: false }),
        },
      });
      return [`${isOpen ? "an open" : "a closed"} contract of ${dialect}`, createContext({ contracts })] as const;
    }),
  ),
);

function enrich(where: string, data: unknown, attributes: object = {}) {
  const context = contexts.get(where);
  if (context === undefined) throw new Error(`There is no ${where}`);
  return enrichOne(createRawEvent({ type: "test.event", data, ...attributes }), context);
}

const customer = { fullName: canary };
const text = JSON.stringify;

describe.each([...contexts.keys()])("%s masks an annotated name", (where) => {
  test.each<[string, unknown]>([
    ["where it stands", { customer }],
    ["in a wrapper", { payload: { customer } }],
    ["in a wrapper of lists", { batch: [[{ customer }], { event: { data: { customer } } }] }],
    ["at the root", customer],
    ["in the plural of its object", { customers: [customer, customer] }],
    ["further in than it should be", { customer: { profile: { fullName: canary } } }],
    ["in capitals", { customer: { FullName: canary } }],
    ["with an underscore", { full_name: canary }],
    ["with spaces and full width", { " Full Name ": canary, ｆｕｌｌＮａｍｅ: canary }],
    ["with what is below it", { payload: { fullName: { first: canary, all: [canary] } } }],
    ["when its object is a text", { customer: text(customer) }],
    ["when the data are a text", text({ customer })],
    ["when the data are a text of a text", text(text({ customer }))],
    ["in a text of a list in a text", { order: { items: [text([text({ a: text(customer) })])] } }],
    ["in a text of a declared field", { note: `  ${text(customer)}` }],
    ["in an encoded text", { payload: encodeURIComponent(text(customer)) }],
    ["in a text in base64", { payload: Buffer.from(text({ customer })).toString("base64") }],
    ["in a text that was cut", { payload: text({ a: 1, customer }).slice(0, -4) }],
    ["in a text with something before it", { payload: `received ${text({ customer })}` }],
    ["in a form", { payload: `a=1&fullName=${canary}&b=2` }],
    ["in a form that is encoded", { payload: `https://a.example/?a=1&full%20name=${encodeURIComponent(canary)}` }],
    ["as a path in a form", { payload: `customers[0][fullName]=${canary}` }],
    ["as a path", { "customer.fullName": canary, "customer[profile][fullName]": [canary] }],
    ["as a step of a path", { "fullName.first": canary, "customer/fullName/0": canary }],
    ["that is a value", { traits: [{ key: "fullName", value: canary }] }],
    ["that is a value, in another spelling", { traits: [{ Name: "full_name", Values: [canary] }] }],
    ["that is the first of a pair", { traits: [["fullName", canary]] }],
  ])("%s", (_, data) => {
    const event = enrich(where, data);
    expect(JSON.stringify(event)).not.toMatch(/Featherstone/u);
    expect(event.privacy.masked).toContainEqual(expect.objectContaining({ class: "name", action: "mask" }));
  });

  test("beside the data, as an attribute", () => {
    expect(enrich(where, {}, { fullname: canary })).toMatchObject({ event: { fullname: "***" } });
  });

  test("and leaves a name that the contract declares without a word of it", () => {
    const data = { shop: { street: "St James's Square" }, customer: { tier: "gold", street: canary } };
    expect(enrich(where, data).event.data).toEqual({
      shop: { street: "St James's Square" },
      customer: { tier: "gold", street: "***" },
    });
  });

  test("and scans what it does not declare", () => {
    const { event } = enrich(where, { Email: "ada@example.com", extra: { password: "hunter2", "a@b.example": 1 } });
    expect(event.data).toEqual({ Email: "[email]", extra: { password: "***", "[email]": 1 } });
  });

  test("and keeps the digits of numbers, also in texts", () => {
    const data = `{"customer":{"fullName":"${canary}","tier":"1"},"note":"{\\"fullName\\":\\"Ada\\",\\"n\\":1.10}","x":10000000000000000001}`;
    const event = `{"specversion":"1.0","id":"1","source":"/s","type":"test.event","time":"2026-11-20T10:00:00Z","tenantid":"shop","receivedat":"2026-11-20T10:00:00Z","data":${data}}`;
    const [enriched] = enrichRecord(Buffer.from(event), origin, contexts.get(where)!).enriched;
    expect(enriched!.json).toContain('"note":"{\\"fullName\\":\\"***\\",\\"n\\":1.10}","x":10000000000000000001');
  });
});

test("names that only a pattern annotates are known by it, and not those of a pattern that takes any name", () => {
  const contracts = contractsOf({
    "events/test/event/1-0-0.json": {
      ...dialects["2020-12"],
      ...closed,
      properties: { labels: { ...closed, patternProperties: { ".": mask("label") } }, имя: mask("name") },
      patternProperties: { "^name_[a-z]+$": mask("name") },
    },
  });
  const data = {
    wrapper: { name_first: canary, street: "Main Street" },
    text: `https://a.example/?%D0%B8%D0%BC%D1%8F=${canary}`,
  };
  const { event } = enrichOne(createRawEvent({ type: "test.event", data }), createContext({ contracts }));
  expect(event.data).toEqual({
    wrapper: { name_first: "***", street: "Main Street" },
    text: "https://a.example/?%D0%B8%D0%BC%D1%8F=***",
  });
});

test("what a contract declares without an annotation is not scanned in a valid event", () => {
  const data = { note: "call ada@example.com", customer: { tier: "4111111111111111" } };
  for (const where of contexts.keys()) expect(enrich(where, data).event.data).toEqual(data);
});

describe("a text that holds JSON stays as it was", () => {
  test.each([
    "{}",
    '{ "a": [1, 2.50] }',
    "{not json",
    '"quoted"',
    "[1, 2",
    "a=1&b=2",
    "eyJub3QiOiJqc29uIg",
    '{"a":1e400}',
  ])("%s", (note) => {
    const { event, privacy } = enrich("an open contract of 2020-12", { note, other: { note } });
    expect(event.data).toEqual({ note, other: { note } });
    expect(privacy.masked.filter(({ path }) => path.startsWith("/data"))).toEqual([]);
  });
});

test("texts inside texts beyond what is read are masked whole", () => {
  let inner = text({ fullName: canary });
  for (let depth = 0; depth < 6; depth++) inner = text({ a: inner });
  const event = enrich("an open contract of 2020-12", { payload: inner });
  expect(JSON.stringify(event)).not.toMatch(/Featherstone/u);
  expect(event.privacy.masked).toContainEqual({ path: "/data/payload", class: "nested-text", action: "mask" });
});

test("a canary is found however it is wrapped, spelled and written", () => {
  const spelling = fc.constantFrom("fullName", "FullName", "full_name", "FULL-NAME", "full.name", "full name");
  const wrap: fc.Arbitrary<(value: unknown) => unknown> = fc.oneof(
    fc
      .constantFrom("payload", "customer", "data", "x y", "0", "__proto__x", "shop")
      .map((name) => (value: unknown) => ({
        [name]: value,
      })),
    fc.constant((value: unknown) => [value]),
    fc.constant((value: unknown) => [1, { deep: [value] }, null]),
    fc.constant((value: unknown) => JSON.stringify(value)),
    fc.constant((value: unknown) => ` ${JSON.stringify(value, null, 2)}\n`),
    fc.constant((value: unknown) => encodeURIComponent(JSON.stringify(value))),
    fc.constant((value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64")),
  );
  const nested = fc
    .tuple(spelling, fc.array(wrap, { maxLength: 6 }))
    .map(([name, wraps]) => wraps.reduce<unknown>((value, each) => each(value), { a: 1, [name]: canary }));
  fc.assert(
    fc.property(fc.constantFrom(...contexts.keys()), nested, (where, data) => {
      const left = JSON.stringify(enrich(where, data));
      expect(revealed(left)).not.toMatch(/Featherstone/u);
    }),
    { numRuns: 100, endOnFailure: true },
  );
});

/** A text, and whatever its words say in base64. */
function revealed(left: string): string {
  const words = left.match(/[A-Za-z\d+/]{12,}={0,2}/gu) ?? [];
  const inner = words.map((each) => Buffer.from(each, "base64").toString()).filter((each) => /[{["]/u.test(each));
  return [left, ...(left.length > 20 && inner.length > 0 ? inner.map(revealed) : [])].join("\n");
}
