/** Every property of a route document that can change is told by the review. */
import { loadRegistry } from "@millrace/contract-tools/registry";
import { expect, test } from "@jest/globals";
import { parseRouteDocument, type RouteDocument, routeDocumentSchema } from "@millrace/routes";
import { readEnvironmentPlaces } from "../../src/cli/environment-places.ts";
import { folders } from "../../src/cli/folders.ts";
import { compareMeaning, type MeaningChange } from "../../src/diff/compare-meaning.ts";
import { EventModel } from "../../src/index.ts";

const model = new EventModel(loadRegistry(folders.schemas));
const places = readEnvironmentPlaces();

const foreign = (service: "kinesis:stream/" | "sqs:", name = "agency"): object => {
  const [of = "", resource = ""] = service.split(":");
  return { prod: `arn:aws:${of}:eu-west-1:999999999999:${resource}${name}` };
};
const route = {
  name: "clicks",
  description: "d",
  pattern: { event: { type: ["search.click"] } },
  destination: { stream: "app" },
  tests: [
    { name: "a click is", event: { event: { type: "search.click" } }, matches: true },
    { name: "another type is not", event: { event: { type: "search.query" } }, matches: false },
  ],
};
const document = { application: "app", owner: "team", routes: [route] };

function parsed(draft: object): RouteDocument {
  const application = (draft as { application?: string }).application ?? "app";
  const { value, errors } = parseRouteDocument(
    JSON.stringify({ $schema: "./route-document.schema.json", ...draft }),
    `${application}.json`,
  );
  if (value === undefined) throw new Error(errors.map(({ pointer, message }) => `${pointer} ${message}`).join("\n"));
  return value;
}
const changesBetween = (before: object, after: object): MeaningChange[] =>
  compareMeaning({ before: [parsed(before)], after: [parsed(after)] }, model, places);
const told = (changes: readonly MeaningChange[]): string[] => changes.map(({ kind, text }) => `${kind}: ${text}`);
const withRoute = (change: object): object => ({ ...document, routes: [{ ...route, ...change }] });
const withFormer = (former: object): object => ({ ...document, formerDestinations: [former] });
const reshaped = (reshape: object): object => withRoute({ reshape });
const delivered = (delivery: object): object => withRoute({ delivery });

/** Paths of the properties of a schema, through arrays; a map of names is a property. */
function propertiesOf(schema: object, above = ""): string[] {
  const { properties = {}, items } = schema as {
    properties?: Readonly<Record<string, object>>;
    items?: object;
  };
  const inner = Object.entries(properties).flatMap(([name, property]) => {
    const below = propertiesOf(property, `${above}${name}.`);
    return below.length > 0 ? below : [above + name];
  });
  return items === undefined ? inner : [...inner, ...propertiesOf(items, above)];
}

/** These say nothing about what is delivered, to whom and how. */
const SILENT = /^(?:\$schema|(?:routes\.)?description|routes\.tests\..*)$/;

/** By property: documents in which it has another value, and the change that tells it. */
const CHANGES: Readonly<Record<string, readonly [before: object, after: object, told: RegExp]>> = {
  application: [document, { ...document, application: "other" }, /^route: removed$/],
  owner: [document, { ...document, owner: "team-b" }, /^owner: `team` → `team-b`$/],
  clearance: [{ ...document, clearance: ["url"] }, { ...document, clearance: ["ip"] }, /^clearance: \+ ip, − url$/],
  "routes.name": [document, withRoute({ name: "other" }), /^route: added, to stream app/],
  "routes.pattern": [document, withRoute({ pattern: { event: { type: ["search.query"] } } }), /^pattern: .*query/],
  "routes.destination.stream": [document, withRoute({ destination: { stream: "b" } }), /^destination: prod: .*-b`$/],
  "routes.destination.queue": [document, withRoute({ destination: { queue: "q" } }), /^destination: prod: .*:sqs:/],
  "routes.destination.bus": [document, withRoute({ destination: { bus: "b" } }), /^destination: prod: .*event-bus/],
  "routes.destination.arn": [
    document,
    withRoute({ destination: { stream: "app", arn: foreign("kinesis:stream/") } }),
    /^destination: prod: .*another account/,
  ],
  "routes.partitionKey": [document, withRoute({ partitionKey: "event.tenantid" }), /^partition key: .*event.tenantid/],
  "routes.sample": [document, withRoute({ sample: 0.5 }), /^sampling: `1` → `0.5`$/],
  "routes.project.keep": [document, withRoute({ project: { keep: ["event.type"] } }), /^projection: .*keep/],
  "routes.project.drop": [document, withRoute({ project: { drop: ["event.data"] } }), /^projection: .*drop/],
  "routes.reshape.rename": [
    reshaped({ rename: { "event.data.rank": "place" } }),
    reshaped({ rename: { "event.data.rank": "position" } }),
    /^names: .*as place` → .*as position`$/,
  ],
  "routes.reshape.flatten": [
    reshaped({ flatten: ["event.data.context"] }),
    reshaped({ flatten: ["event.data.context", "enrichment.geo"] }),
    /^names: .*enrichment.geo flattened/,
  ],
  "routes.reshape.separator": [
    reshaped({ flatten: ["event.data.context"] }),
    reshaped({ flatten: ["event.data.context"], separator: "__" }),
    /^names: .*flattened by __`$/,
  ],
  "routes.reshape.constant": [
    reshaped({ constant: { "event.data.channel": "web" } }),
    reshaped({ constant: { "event.data.channel": "app" } }),
    /^names: .*"web"` → .*"app"`$/,
  ],
  "routes.delivery.ordering": [document, delivered({ ordering: "per-key" }), /^ordering: `none` → `per-key`$/],
  "routes.delivery.budgetMs": [document, delivered({ budgetMs: 5_000 }), /^budget: `8000 ms` → `5000 ms`$/],
  "routes.delivery.eventsPerRecord": [
    document,
    delivered({ eventsPerRecord: "many" }),
    /^events per record: `1` → `many`$/,
  ],
  "routes.delivery.canaries": [document, delivered({ canaries: true }), /^canaries: `none` → `delivered`$/],
  "formerDestinations.stream": [withRoute({ destination: { stream: "b" } }), withFormer({ stream: "b" }), /used|kept/],
  "formerDestinations.queue": [withRoute({ destination: { queue: "q" } }), withFormer({ queue: "q" }), /used|kept/],
  "formerDestinations.bus": [withRoute({ destination: { bus: "b" } }), withFormer({ bus: "b" }), /used|kept/],
  "formerDestinations.arn": [
    withFormer({ queue: "q" }),
    withFormer({ queue: "q", arn: foreign("sqs:") }),
    /^destination: prod: .*another account/,
  ],
  "formerDestinations.retire": [
    withFormer({ stream: "b" }),
    withFormer({ stream: "b", retire: true }),
    /^former destination: .* → `deleted with what is in it by the next deployment`$/,
  ],
};

test("every property of a document has a change here", () => {
  const properties = propertiesOf(routeDocumentSchema).filter((path) => !SILENT.test(path));
  expect(Object.keys(CHANGES).toSorted()).toEqual([...new Set(properties)].toSorted());
});

test.each(Object.entries(CHANGES))("a change of %s is told, and its way back", (_, [before, after, text]) => {
  expect(told(changesBetween(before, after))).toContainEqual(expect.stringMatching(text));
  expect(changesBetween(after, before)).not.toEqual([]);
});

test.each(Object.keys(routeDocumentSchema.$defs.value.anyOf[1]?.properties ?? {}))(
  "another value of the operator %s is told as another pattern",
  (operator) => {
    const values: Readonly<Record<string, readonly [unknown, unknown]>> = {
      numeric: [
        ["<", 3],
        ["<=", 3],
      ],
      cidr: ["10.0.0.0/8", "10.0.0.0/9"],
      exists: [true, false],
      "anything-but": [["a"], ["a", "b"]],
    };
    const [one, other] = (values[operator] ?? ["a", "b"]).map((value) =>
      withRoute({ pattern: { event: { data: { field: [{ [operator]: value }] } } } }),
    );
    expect(told(changesBetween(one ?? {}, other ?? {}))).toEqual([expect.stringMatching(/^pattern: /)]);
  },
);

test("a new route is told with all that it asks for, and the account that it leads to", () => {
  const added = {
    ...route,
    name: "more",
    destination: { stream: "more", arn: foreign("kinesis:stream/") },
    project: { drop: ["event.data"] },
    sample: 0.5,
    partitionKey: "event.tenantid",
    delivery: { eventsPerRecord: "many" },
  };
  const changes = changesBetween(document, { ...document, routes: [route, added] });
  expect(changes.map(({ kind }) => kind)).toEqual([
    ...["sensitive", "destination", "route", "projection", "partition key", "sampling", "events per record"],
  ]);
  expect(told(changes)[1]).toMatch(
    /prod: .*999999999999:stream\/agency`, \*\*another account\*\*, which gets event.clientip/,
  );
});

test("a new document is told with its owner and its clearance", () => {
  const documents = { before: [], after: [parsed({ ...document, clearance: ["ip"] })] };
  expect(told(compareMeaning(documents, model, places))).toEqual(
    expect.arrayContaining(["clearance: + ip", "owner: `none` → `team`"]),
  );
});

test("another order of keys and values at any depth is no change", () => {
  const turned = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.toReversed().map(turned);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .toReversed()
        .map(([key, inner]) => [key, key === "numeric" ? inner : turned(inner)]),
    );
  };
  const written = {
    ...document,
    clearance: ["ip", "url"],
    routes: [
      {
        ...route,
        pattern: {
          $or: [{ event: { data: { rank: [{ numeric: [">", 1, "<", 5] }] } } }, { event: { subject: ["a", "b"] } }],
          event: { type: ["search.click", { prefix: "x" }], source: [{ "anything-but": ["a", "b"] }] },
        },
        destination: {
          stream: "app",
          arn: { ...foreign("kinesis:stream/"), dev: "arn:aws:kinesis:eu-west-1:999999999999:stream/d" },
        },
        project: { drop: ["event.data", "event.clientip"] },
        reshape: { rename: { "enrichment.a": "b", "enrichment.c": "d" }, flatten: ["enrichment.e", "enrichment.f"] },
      },
    ],
    formerDestinations: [{ stream: "b" }, { queue: "q" }],
  };
  expect(changesBetween(written, turned(written) as object)).toEqual([]);
});
