/** Names that a route gives, against the contracts of this repository. */
import { loadRegistry } from "@millrace/contract-tools/registry";
import { describe, expect, test } from "@jest/globals";
import { type Fault, parseRouteDocument, type Reshape, type RouteDocument } from "@millrace/routes";
import { folders } from "../../src/cli/folders.ts";
import { compareMeaning, type MeaningChange } from "../../src/diff/compare-meaning.ts";
import { checkRoutes, EventModel } from "../../src/index.ts";
import { explainRoutes } from "../../src/explain/explain-routes.ts";

const registry = loadRegistry(folders.schemas);
const model = new EventModel(registry);
const click = {
  event: { type: "search.click", data: { query: "lamp", rank: 1 } },
  validation: { status: "valid" },
};
const route = {
  name: "clicks",
  description: "d",
  pattern: { event: { type: ["search.click"] }, validation: { status: ["valid"] } },
  destination: { stream: "app" },
  tests: [
    { name: "a click is", event: click, matches: true },
    { name: "another type is not", event: { event: { type: "search.query" } }, matches: false },
  ],
};
const documentOf = (...routes: object[]): RouteDocument => {
  const given = routes.map((one, index) => ({ ...route, name: `clicks-${index}`, ...one }));
  const text = JSON.stringify({
    $schema: "./route-document.schema.json",
    application: "app",
    owner: "team",
    clearance: ["ip", "url", "free-text", "postal-code"],
    routes: given,
  });
  const { value, errors } = parseRouteDocument(text, "app.json");
  if (value === undefined) throw new Error(errors.map(({ message }) => message).join("\n"));
  return value;
};
const faultsOf = (...routes: object[]): Fault[] =>
  checkRoutes({ documents: [{ file: "app.json", document: documentOf(...routes) }], faults: [] }, registry);
const found = (...routes: object[]): string[] => faultsOf(...routes).map(({ rule, pointer }) => `${rule} ${pointer}`);
const at = (rule: string, place: string): string[] => [`${rule} /routes/0/reshape/${place}`];

describe("names that the contracts allow", () => {
  test("pass, for fields of any route of the destination", () => {
    const reshape = {
      rename: { "event.data.query": "searchText", "event.data.items.quantity": "count" },
      flatten: ["event.data.context", "enrichment.geo"],
      constant: { "event.data.channel": "web", "enrichment.origin.team": "search" },
    };
    const purchases = {
      pattern: { event: { type: ["commerce.purchase"] }, validation: { status: ["valid"] } },
      tests: [
        { name: "p", event: { event: { type: "commerce.purchase" }, validation: { status: "valid" } }, matches: true },
        ...route.tests.slice(1),
      ],
    };
    expect(found({ reshape }, { ...purchases, reshape })).toEqual([]);
  });

  test.each<[string, Reshape, string[]]>([
    [
      "a field that no contract has",
      { rename: { "event.data.qury": "q" } },
      at("unknown-field", "rename/event.data.qury"),
    ],
    [
      "the name of another field",
      { rename: { "event.data.query": "rank" } },
      at("reshape-collision", "rename/event.data.query"),
    ],
    ["a list of objects", { flatten: ["event.data.rank"] }, at("reshape-field", "flatten/0")],
    [
      "a constant on a field",
      { constant: { "event.data.rank": 1 } },
      at("reshape-collision", "constant/event.data.rank"),
    ],
    [
      "a constant in what is no object",
      { constant: { "event.data.rank.unit": "place" } },
      at("reshape-field", "constant/event.data.rank.unit"),
    ],
    [
      "a constant on an enrichment",
      { constant: { "enrichment.geo": "nowhere" } },
      at("reshape-collision", "constant/enrichment.geo"),
    ],
  ])("%s is refused", (_, reshape, faults) => {
    expect(found({ reshape })).toEqual(faults);
  });

  test("a name is free once its field has another, or is left out", () => {
    const rename = { "event.data.query": "rank", "event.data.rank": "query" };
    expect(found({ reshape: { rename } })).toEqual([]);
    const taken = { rename: { "event.data.query": "rank" } };
    expect(found({ reshape: taken, project: { drop: ["event.data.rank"] } })).toEqual([]);
  });

  test("a field that the projection leaves out has no other name", () => {
    const reshape = { rename: { "event.data.query": "q" } };
    expect(found({ reshape, project: { drop: ["event.data.query"] } })).toEqual(
      at("reshape-field", "rename/event.data.query"),
    );
  });
});

describe("a constant that nobody should read", () => {
  const key = ["AKIA", "QX7TJ2M5N4P3R6S8"].join("");
  test.each<[string, string, unknown, string]>([
    ["a key of an issuer", "enrichment.origin.system", key, "looks like a credential"],
    ["a credential in an address", "event.data.hook", `https://x.example/?token=${key}`, "looks like a credential"],
    ["an e-mail address", "event.data.contact", "ada@example.com", "looks like an e-mail address"],
    ["a card number, as a number", "event.data.billing", 4111111111111111, "looks like a card number"],
    ["an IBAN", "event.data.account", "DE89 3704 0044 0532 0130 00", "looks like an IBAN"],
    ["an address of a machine", "event.data.host", "203.0.113.7", "looks like an IP address"],
    ["a name that says so", "event.data.apiToken", "harmless", "has the name of a credential"],
  ])("%s is refused, and the message does not repeat it", (_, path, value, looks) => {
    const faults = faultsOf({ reshape: { constant: { [path]: value } } });
    expect(faults.map(({ rule, pointer, severity }) => [rule, pointer, severity])).toEqual([
      ["reshape-secret", `/routes/0/reshape/constant/${path}`, "error"],
    ]);
    expect(faults[0]?.message).toContain(looks);
    expect(`${faults[0]?.message} ${faults[0]?.fix}`).not.toContain(String(value));
  });

  test("does not keep names, versions, numbers and truth values out", () => {
    const constant = {
      "event.data.channel": "web",
      "event.data.version": "2.14.0",
      "event.data.year": 2026,
      "enrichment.origin.isTest": false,
      "enrichment.origin.team": null,
    };
    expect(found({ reshape: { constant } })).toEqual([]);
  });
});

describe("a sensitive field under another name", () => {
  test("wants the clearance of the field that it is", () => {
    const document = { ...documentOf({ reshape: { rename: { "event.data.query": "harmless" } } }), clearance: [] };
    const faults = checkRoutes({ documents: [{ file: "app.json", document }], faults: [] }, registry);
    expect(faults.map(({ rule, message }) => `${rule}: ${message}`).join("\n")).toMatch(
      /sensitive-field: .*free-text values \(event.data.query/,
    );
  });

  test("is the key of the stream as what it is", () => {
    const reshape = { rename: { "event.data.query": "harmless" } };
    const document = { ...documentOf({ reshape, partitionKey: "event.data.query" }), clearance: [] };
    const faults = checkRoutes({ documents: [{ file: "app.json", document }], faults: [] }, registry);
    expect(faults.map(({ pointer }) => pointer)).toContain("/routes/0/partitionKey");
  });
});

describe("the review of a change", () => {
  const changesOf = (before: object, after: object): MeaningChange[] =>
    compareMeaning({ before: [documentOf(before)], after: [documentOf(after)] }, model, []);

  test("says the names, sensitive fields first, and what they break for consumers", () => {
    const reshape = { rename: { "event.data.query": "text" }, constant: { "event.data.channel": "web" } };
    const changes = changesOf({}, { reshape });
    expect(changes.map(({ kind }) => kind)).toEqual(["sensitive", "consumers", "names"]);
    expect(changes.map(({ text }) => text)).toEqual([
      "delivered in the clear under another name: event.data.query as event.data.text (free-text)",
      "event.data.query: The field `query` is gone (search.click)",
      '`those of the enriched event` → `event.data.query as text, event.data.channel = "web"`',
    ]);
  });

  test("is silent on another order of the same names", () => {
    const names = { "event.data.query": "text", "event.data.rank": "place" };
    const turned = Object.fromEntries(Object.entries(names).toReversed());
    expect(changesOf({ reshape: { rename: names } }, { reshape: { rename: turned, separator: undefined } })).toEqual(
      [],
    );
  });

  test("names a sensitive field that is new by both paths", () => {
    const reshape = { rename: { "event.data.query": "text" }, flatten: ["event.data.context"] };
    const [change] = changesOf({ project: { keep: ["event.data.rank"] } }, { reshape });
    expect(change?.text).toMatch(/^newly delivered in the clear: .*event.data.query as event.data.text \(free-text\)/);
    expect(change?.text).toContain("event.data.context.pageUrl as event.data.context_pageUrl (url)");
  });
});

describe("an inline test", () => {
  const reshape = { rename: { "event.data.query": "text" } };
  const delivers = (data: object): object => {
    const [first, ...others] = route.tests;
    const expected = { event: { type: "search.click", data }, validation: { status: "valid" } };
    return { reshape, project: { drop: ["event.data.rank"] }, tests: [{ ...first, delivers: expected }, ...others] };
  };

  test("may say what is delivered, whole", () => {
    expect(faultsOf(delivers({ text: "lamp" }))).toEqual([]);
    expect(faultsOf(delivers({ query: "lamp" }))).toMatchObject([
      {
        rule: "test-failed",
        pointer: "/routes/0/tests/0/delivers",
        message: expect.stringContaining('"data":{"text":"lamp"}'),
      },
    ]);
  });
});

test("explain says the names that a route gives", () => {
  const reshape = { rename: { "event.data.query": "text" }, flatten: ["event.data.context"] };
  expect(explainRoutes([documentOf({ reshape }, { destination: { stream: "other" } })], click)).toMatchObject([
    { route: "app/clicks-0", reshape: "event.data.query as text, event.data.context flattened" },
    { route: "app/clicks-1", reshape: undefined },
  ]);
});
