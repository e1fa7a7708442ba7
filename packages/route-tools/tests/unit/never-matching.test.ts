/** Documents that say something other than their authors meant, against the contracts of this repository. */
import { loadRegistry } from "@millrace/contract-tools/registry";
import { describe, expect, test } from "@jest/globals";
import { type Fault, parseRouteDocument, readRouteDocuments } from "@millrace/routes";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { folders } from "../../src/cli/folders.ts";
import { checkRoutes } from "../../src/index.ts";
import { temporaryFolder } from "../support/run.ts";

const registry = loadRegistry(folders.schemas);
const valid = { validation: { status: ["valid"] } };
const purchases = { event: { type: ["commerce.purchase"] }, ...valid };
const clicks = { event: { type: ["search.click"] }, ...valid };
const schemaOf = (path: string) => `https://millrace.example/schemas/events/${path}/1-1-0.json`;
const event = (type: string, data: object = {}) => ({ event: { type, data }, validation: { status: "valid" } });
const tests = [
  { name: "a view is", event: event("page.view"), matches: true },
  { name: "another type is not", event: event("another.type"), matches: false },
];
const clearance = ["ip", "url", "free-text", "postal-code"];
const route = (rest: object) => ({ name: "r", description: "d", destination: { stream: "app" }, tests, ...rest });

/** All findings but the outcome of tests, which these patterns do not care about. */
function faultsOf(document: object | string): Fault[] {
  const text = typeof document === "string" ? document : JSON.stringify(document);
  const { value, errors } = parseRouteDocument(text, "app.json");
  const documents = value === undefined ? [] : [{ file: "app.json", document: value }];
  return checkRoutes({ documents, faults: errors }, registry).filter(({ rule }) => rule !== "test-failed");
}
const documentOf = (routes: readonly object[], rest: object = {}) => ({
  $schema: "./route-document.schema.json",
  application: "app",
  owner: "team",
  clearance,
  routes,
  ...rest,
});
const found = (document: object | string): string[] =>
  faultsOf(document).map(({ rule, pointer }) => `${rule} ${pointer}`);
const ofPattern = (pattern: object): string[] => found(documentOf([route({ pattern })]));
const at = (rule: string, path: string) => [`${rule} /routes/0/pattern/${path}`];

describe("what masking leaves", () => {
  test.each([
    ["an address", { event: { type: ["page.view"], clientip: ["203.0.113.77"] } }, "event/clientip/0"],
    ["a block", { event: { type: ["page.view"], clientip: [{ cidr: "203.0.113.64/28" }] } }, "event/clientip/0"],
    [
      "a postal code",
      { event: { ...purchases.event, data: { customer: { postalCode: ["H2X 1Y4"] } } }, ...valid },
      "event/data/customer/postalCode/0",
    ],
    ...["H2", { wildcard: "H2X*" }, { "equals-ignore-case": "h2" }, { "anything-but": ["H2X 1Y4"] }].map(
      (code): [string, object, string] => [
        `the code ${JSON.stringify(code)}`,
        { event: { ...purchases.event, data: { customer: { postalCode: [code] } } }, ...valid },
        "event/data/customer/postalCode/0",
      ],
    ),
    ...[
      "2001:db8:1:2::1",
      { wildcard: "203.0.113.7*" },
      { suffix: ".77" },
      { prefix: "203.0.113.1" },
      { prefix: "2001:DB8" },
      { "anything-but": ["203.0.113.77"] },
    ].map((address): [string, object, string] => [
      `the address ${JSON.stringify(address)}`,
      { event: { type: ["page.view"], clientip: [address] } },
      "event/clientip/0",
    ]),
    ...[
      "4111 1111 1111 1111",
      { wildcard: "*bob@example.com*" },
      { "equals-ignore-case": "BOB@example.com" },
      { "anything-but": ["bob@example.com"] },
    ].map((text): [string, object, string] => [
      `the text ${JSON.stringify(text)}`,
      { event: { type: ["search.query"], data: { query: [text] } }, ...valid },
      "event/data/query/0",
    ]),
    [
      "the end of an address in a text",
      { event: { type: ["search.query"], data: { query: [{ suffix: "@example.com" }] } }, ...valid },
      "event/data/query/0",
    ],
  ])("%s that it never leaves is refused", (_, pattern, path) => {
    expect(ofPattern(pattern)).toEqual(at("masked-comparison", path));
  });

  test.each([
    { event: { type: ["page.view"], clientip: ["203.0.113.0"] } },
    { event: { type: ["page.view"], clientip: [{ cidr: "203.0.113.0/24" }] } },
    { event: { type: ["page.view"], clientip: [{ cidr: "203.0.0.0/16" }] } },
    { event: { type: ["page.view"], clientip: [{ suffix: ".0" }, { prefix: "203.0.113." }, "2001:db8:1::", "***"] } },
    { event: { type: ["page.view"], clientip: [{ "anything-but": ["203.0.113.0"] }] } },
    { event: { type: ["search.query"], data: { query: [{ wildcard: "*@*" }, { "anything-but": "lamp" }] } }, ...valid },
    { event: { ...purchases.event, data: { customer: { postalCode: ["H2***", { prefix: "H" }] } } }, ...valid },
    { event: { type: ["search.query"], data: { query: [{ suffix: " shoes" }, { prefix: "@home" }] } }, ...valid },
  ])("%j may hold", (pattern) => expect(ofPattern(pattern)).toEqual([]));
});

describe("what every event has", () => {
  test.each([
    ["event/data/rank/0", { event: { ...clicks.event, data: { rank: [{ exists: false }] } }, ...valid }],
    ["event/id/0", { event: { ...clicks.event, id: [{ exists: false }] } }],
    ["event/receivedat/0", { event: { ...clicks.event, receivedat: [{ exists: false }] } }],
    ["validation/status/0", { event: clicks.event, validation: { status: [{ exists: false }] } }],
  ])("%s is never absent", (path, pattern) => expect(ofPattern(pattern)).toContain(at("required-field", path)[0]));

  test("an event that breaks its contract may lack what it requires: that is worth a word", () => {
    const faults = faultsOf(
      documentOf([route({ pattern: { event: { ...clicks.event, data: { rank: [{ exists: false }] } } } })]),
    );
    expect(faults).toMatchObject([{ rule: "required-field", severity: "warning" }]);
  });
});

describe("what goes together", () => {
  const wrong: [string, object][] = [
    ["validation/errorCount", { ...clicks, validation: { status: ["valid"], errorCount: [{ numeric: [">", 0] }] } }],
    ["validation/schema", { ...clicks, validation: { status: ["valid"], schema: [null] } }],
    ["validation/schema", { ...clicks, validation: { status: ["unknown"], schema: [schemaOf("search/click")] } }],
    [
      "validation/errors/path",
      { ...clicks, validation: { status: ["unknown"], errors: { path: [{ exists: true }] } } },
    ],
    ["enrichment/bot/reason", { ...clicks, enrichment: { bot: { isBot: [false], reason: ["network"] } } }],
    ["enrichment/bot/reason", { ...clicks, enrichment: { bot: { isBot: [true], reason: [{ exists: false }] } } }],
    ["validation/errorCount", { ...clicks, validation: { status: ["invalid"], errorCount: [0] } }],
    ["validation/schema", { ...clicks, validation: { status: ["valid"], schema: [{ suffix: "/9-9-9.json" }] } }],
    ["validation/schema", { ...clicks, validation: { status: ["valid"], schema: [{ wildcard: "*/search/clik/*" }] } }],
    ["processing/router/version", { ...clicks, processing: { router: { version: [{ exists: true }] } } }],
    ["validation/schema", { ...clicks, validation: { status: ["valid"], schema: [schemaOf("search/query")] } }],
  ];
  test.each(wrong)("%s of %j is refused", (path, pattern) => {
    expect(ofPattern(pattern)).toContain(at("never-matches", path)[0]);
  });

  test("fields of two contracts never come together", () => {
    const event = { type: [{ prefix: "search." }], data: { rank: [1], resultCount: [1] } };
    expect(ofPattern({ event, ...valid })).toEqual(["never-matches /routes/0/pattern"]);
  });

  test("a class of masked fields is one that a contract has", () => {
    const masked = (name: unknown) => ({ ...clicks, privacy: { masked: { class: [name] } } });
    expect(ofPattern(masked("emial"))).toEqual(at("unknown-class", "privacy/masked/class/0"));
    expect([...ofPattern(masked("email")), ...ofPattern(masked({ prefix: "na" }))]).toEqual([]);
  });

  test("data is an object, and no value", () => {
    expect(ofPattern({ ...clicks, event: { ...clicks.event, data: ["x"] } })).toEqual(
      at("impossible-type", "event/data/0"),
    );
  });

  test("a value that there is not excludes nothing: that is worth a word", () => {
    const faults = faultsOf(
      documentOf([route({ pattern: { ...clicks, validation: { status: [{ "anything-but": "Valid" }] } } })]),
    );
    expect(faults).toMatchObject([{ rule: "impossible-value", severity: "warning" }]);
  });

  test("a type and the schema of another one are refused, so that no field of data goes unlooked at", () => {
    const pattern = {
      event: { ...clicks.event, data: { nonsense: [1] } },
      validation: { status: ["valid"], schema: [schemaOf("search/query")] },
    };
    expect(ofPattern(pattern)).toEqual(at("never-matches", "validation/schema"));
  });

  test.each([
    { ...clicks, validation: { status: ["invalid"], errorCount: [{ numeric: [">", 0] }] } },
    { ...clicks, validation: { status: ["valid", "invalid"], errors: { path: [{ exists: true }] } } },
    { ...clicks, validation: { status: ["valid"], schema: [schemaOf("search/click")] } },
    { event: { type: [{ prefix: "search." }] }, validation: { status: ["unknown"], schema: [null] } },
    { ...clicks, enrichment: { bot: { isBot: [true], reason: ["network"] } } },
  ])("%j may hold", (pattern) => expect(ofPattern(pattern)).toEqual([]));
});

describe("formats and regular expressions", () => {
  const total = (currency: object) => ({ event: { ...purchases.event, data: { currency: [currency] } }, ...valid });
  test.each([
    ["event/time/0", { event: { ...clicks.event, time: [{ prefix: "26-" }] } }],
    ["event/time/0", { event: { ...clicks.event, time: [{ prefix: "2026-13-" }] } }],
    ["event/time/0", { event: { ...clicks.event, time: [{ wildcard: "*T24:*" }] } }],
    ["event/data/currency/0", total({ cidr: "10.0.0.0/8" })],
    ["event/data/currency/0", total({ wildcard: "*EURO*" })],
    ["event/data/currency/0", total({ "equals-ignore-case": "dollar" })],
    ["event/data/currency/0", total({ suffix: "r" })],
    ["event/data/currency/0", total({ prefix: { "equals-ignore-case": "e1" } })],
  ])("%s of %j is refused", (path, pattern) => {
    expect(ofPattern(pattern)).toEqual(at("impossible-pattern", path));
  });

  test.each([
    { event: { ...clicks.event, time: [{ prefix: "2026-" }] } },
    total({ wildcard: "E*R" }),
    total({ "equals-ignore-case": "eur" }),
    total({ suffix: { "equals-ignore-case": "r" } }),
  ])("%j may hold", (pattern) => expect(ofPattern(pattern)).toEqual([]));
});

describe("names", () => {
  test("one letter away from an attribute is that attribute, mistyped", () => {
    expect(
      faultsOf(documentOf([route({ pattern: { event: { ...clicks.event, tennantid: ["shop"] } } })])),
    ).toMatchObject([{ rule: "unknown-field", severity: "error", fix: 'Did you mean "tenantid"?' }]);
    expect(
      faultsOf(documentOf([route({ pattern: { event: { ...clicks.event, replayedt: [{ exists: true }] } } })])),
    ).toMatchObject([{ rule: "unknown-field", severity: "error", fix: 'Did you mean "replayedat"?' }]);
    for (const name of ["tenatnid", "cleintip", "recievedat", "tyep", "refferer", "useragen"]) {
      expect(ofPattern({ event: { ...clicks.event, [name]: ["x"] } })).toEqual(at("unknown-field", `event/${name}`));
    }
    expect(ofPattern({ event: { ...clicks.event, partnerid: ["x"] } })).toEqual([]);
    expect(ofPattern({ event: { ...clicks.event, replayedat: [{ exists: true }] } })).toEqual([]);
  });

  test.each([
    ['"type"', '"pattern":{"event":{"type":["search.click"],"type":["page.view"]}}', "/routes/0/pattern/event/type"],
    [
      '"pattern"',
      '"pattern":{"event":{"type":["page.view"]}},"pattern":{"event":{"type":["search.click"]}}',
      "/routes/0/pattern",
    ],
  ])("%s twice in one object is refused", (_, pattern, pointer) => {
    const text = JSON.stringify(documentOf([route({ marker: 0 })])).replace('"marker":0', pattern);
    expect(found(text)).toEqual([`duplicate-key ${pointer}`]);
  });

  test("a clearance twice is refused", () => {
    const text = JSON.stringify(documentOf([route({ pattern: clicks })])).replace(
      '"clearance"',
      '"clearance":[],"clearance"',
    );
    expect(found(text)).toEqual(["duplicate-key /clearance"]);
  });

  test.each([
    ["event/type", { ...clicks, $or: [{ event: { type: ["page.view"] } }, { event: { subject: ["a"] } }] }],
    ["event/type", { event: { type: ["search.click"], $or: [{ type: ["page.view"] }, { subject: ["a"] }] } }],
    ["event/type", { event: { $or: [{ type: ["page.view"] }, { subject: ["a"] }], type: ["search.click"] } }],
  ])("%s beside an $or and in it is refused: one would replace the other", (_, pattern) => {
    expect(ofPattern(pattern)).toEqual([expect.stringMatching(/^two-spellings .*\$or\/0\/.*type$/)]);
  });

  test("a field of two $ors is refused, one of two alternatives is not", () => {
    const alternatives = (...subjects: string[]) => subjects.map((subject) => ({ subject: [subject] }));
    const wanted = { $or: [{ event: { subject: ["a"] } }, { event: { source: ["b"] } }] };
    expect(ofPattern({ ...wanted, event: { type: ["search.click"] } })).toEqual([]);
    expect(ofPattern({ ...wanted, event: { type: ["search.click"], $or: alternatives("c", "d") } })).not.toEqual([]);
  });

  test("a field in two spellings is refused", () => {
    const data = { items: { quantity: [1] }, "items.quantity": [2] };
    expect(ofPattern({ event: { ...purchases.event, data }, ...valid })).toEqual(
      at("two-spellings", "event/data/items.quantity"),
    );
  });
});

describe("inline tests", () => {
  test.each([
    ["a rank that is a text", event("search.click", { rank: "first" }), "/event/data/rank"],
    ["nothing at all", {}, ""],
    ["a part that is mistyped", { evnt: { type: "search.click" } }, "/evnt/type"],
    ["a field that no contract has", event("search.click", { rnk: 1 }), "/event/data/rnk"],
    [
      "an address that was not masked",
      { event: { type: "search.click", clientip: "203.0.113.77" } },
      "/event/clientip",
    ],
  ])("with %s show nothing", (_, wrong, pointer) => {
    const own = [...tests, { name: "wrong", event: wrong, matches: false }];
    expect(found(documentOf([route({ pattern: clicks, tests: own })]))).toEqual([
      `test-event /routes/0/tests/2/event${pointer}`,
    ]);
  });

  test("an event that broke its contract may hold anything", () => {
    const broken = { event: { type: "search.click", data: { rank: "first" } }, validation: { status: "invalid" } };
    const own = [...tests, { name: "broken", event: broken, matches: false }];
    expect(found(documentOf([route({ pattern: clicks, tests: own })]))).toEqual([]);
  });
});

describe("values that mean nothing", () => {
  test.each([
    ["schema-minimum /routes/0/sample", documentOf([route({ pattern: clicks, sample: 1e-300 })])],
    ["unknown-class /clearance/4", documentOf([route({ pattern: clicks })], { clearance: [...clearance, "ipp"] })],
    [
      "nothing-left /routes/0/project/drop",
      documentOf([
        route({ pattern: clicks, project: { drop: ["event", "enrichment", "validation", "privacy", "processing"] } }),
      ]),
    ],
    ["schema-pattern /owner", documentOf([route({ pattern: clicks })], { owner: " " })],
  ])("%s is refused", (fault, document) => expect(found(document)).toEqual([fault]));

  test("files that are not read are told", () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "teams"));
    writeFileSync(join(folder, "teams/x.json"), "{}");
    writeFileSync(join(folder, "x.JSON"), "{}");
    writeFileSync(join(folder, "route-document.schema.json"), "{}");
    expect(
      readRouteDocuments(folder)
        .faults.map(({ rule, file }) => `${rule} ${file.slice(folder.length)}`)
        .toSorted(),
    ).toEqual(["ignored-file /teams", "ignored-file /x.JSON"]);
  });
});

describe("routes in each other's shadow", () => {
  const types = (...type: unknown[]) => ({ event: { type }, ...valid });
  const named = (name: string, pattern: object) => route({ name, pattern });

  test("two that cover a third between them are told at the third", () => {
    const routes = [
      named("a", types("search.click")),
      named("b", types("search.query")),
      named("both", { ...types("search.click", "search.query"), enrichment: { bot: { isBot: [true] } } }),
    ];
    expect(found(documentOf(routes))).toEqual(["shadowed-route /routes/2/pattern"]);
  });

  test("a wildcard within another is told", () => {
    const routes = [named("all", types({ wildcard: "search.*" })), named("clicks", types({ wildcard: "search.cl*" }))];
    expect(found(documentOf(routes))).toContain("shadowed-route /routes/1/pattern");
  });

  test("two that only overlap are not", () => {
    const routes = [named("a", types({ wildcard: "search.*" })), named("b", types({ wildcard: "*.click" }))];
    expect(found(documentOf(routes))).toEqual([]);
  });
});

test("routes of a stream agree if they mean the same, in whatever order and with whatever defaults", () => {
  const routes = [
    route({ name: "a", pattern: clicks, delivery: { ordering: "none", budgetMs: 8_000 } }),
    route({ name: "b", pattern: { event: { type: ["search.query"] }, ...valid }, delivery: { budgetMs: 8_000 } }),
    route({ name: "c", pattern: { event: { type: ["page.view"] }, ...valid } }),
  ];
  expect(found(documentOf(routes))).toEqual([]);
});

describe("a partition key", () => {
  const keyed = (partitionKey: string, pattern: object, rest: object = {}) =>
    found(documentOf([route({ pattern, partitionKey, ...rest })], { clearance: ["url", "ip", "postal-code"] }));
  const queries = { event: { type: ["search.query"] }, ...valid };

  test("is delivered in the clear, so it needs the clearance although the field is dropped", () => {
    expect(keyed("event.data.query", queries, { project: { drop: ["event.data.query"] } })).toEqual([
      "sensitive-field /routes/0/partitionKey",
    ]);
  });

  test.each([
    ["an object", "event.data.customer"],
    ["all data", "event.data"],
    ["in an array", "event.data.items.quantity"],
    ["in an array, of any type", "validation.errors.actual"],
    ["written after it was taken", "processing.router.version"],
    ["dropped by enrichment", "event.data.customer.address"],
    ["masked to one text", "event.data.customer.name"],
  ])("that is %s is told", (_, path) =>
    expect(keyed(path, purchases)).toEqual(["partition-key /routes/0/partitionKey"]),
  );

  test("that is hashed is a key as good as any", () =>
    expect(keyed("event.data.customer.email", purchases)).toEqual([]));
});

describe("events that are made up for a pattern", () => {
  test.each([
    { event: { ...clicks.event, source: [{ suffix: "/web" }] } },
    { event: { ...clicks.event, source: [{ "anything-but": ["https://shop.example/web"] }] } },
    { event: { ...clicks.event, id: [{ prefix: "0199" }], source: ["https://shop.example/web"] } },
    { event: { source: [{ "anything-but": { wildcard: "*/internal/*" } }] } },
  ])("%j is held by one of them, and not by another", (pattern) => expect(ofPattern(pattern)).toEqual([]));

  test("a pattern that none holds is told", () => {
    const subject = [{ "anything-but": { wildcard: "*" } }];
    const message = 'No event could be made up that the contracts allow and that route "r" matches.';
    const faults = faultsOf(documentOf([route({ pattern: { ...clicks, event: { ...clicks.event, subject } } })]));
    expect(faults).toMatchObject([{ rule: "no-example", message }]);
  });
});
