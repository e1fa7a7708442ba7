/**
 * `pnpm --filter @millrace/route-tools inputs`: gives the inputs R1–R46 to the checks, and prints each with its
 * answer. It ends with 1 if one is wrong. Where commands, a running pipeline or other languages are wanted, the test or
 * script that shows the input is named; `pnpm test` and `.ci/run` run those.
 */
import { loadRegistry } from "@millrace/contract-tools/registry";
import { compilePatterns } from "@millrace/event-pattern";
import { deliveredBy, parseRouteDocument, readRouteDocuments } from "@millrace/routes";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { checkDroppedDestinations } from "../src/check/check-dropped-destinations.ts";
import { readEnvironmentPlaces } from "../src/cli/environment-places.ts";
import { folders } from "../src/cli/folders.ts";
import { explainRoutes } from "../src/explain/explain-routes.ts";
import { checkRoutes } from "../src/index.ts";

interface Input {
  readonly name: string;
  readonly input: string;
  /** Rules of the faults that are expected, or another answer. */
  readonly right: string;
  readonly got?: () => string;
  /** A test, as `file: words of its title`, or a script, below the root. */
  readonly shownBy?: readonly string[];
}

const root = join(import.meta.dirname, "../../..");
const registry = loadRegistry(folders.schemas);
const places = readEnvironmentPlaces();
const schemaOf = (path: string): string => `https://millrace.example/schemas/events/${path}/1-0-0.json`;
const valid = { validation: { status: ["valid"] } };
const clicks = { event: { type: ["search.click"] }, ...valid };
const purchase = (data: object): object => ({ event: { type: ["commerce.purchase"], data }, ...valid });
const tests = [
  { name: "a view is", event: { event: { type: "page.view" } }, matches: true },
  { name: "another is not", event: { event: { type: "another.type" } }, matches: false },
];
const route = (rest: object): object => ({
  name: "r",
  description: "d",
  pattern: clicks,
  destination: { stream: "app" },
  tests,
  ...rest,
});
const documentOf = (routes: readonly object[], rest: object = {}): object => ({
  $schema: "./route-document.schema.json",
  application: "app",
  owner: "team",
  clearance: ["ip", "url", "free-text", "postal-code"],
  routes,
  ...rest,
});
const stream = (account: string, name: string, region = "eu-west-1", partition = "aws"): string =>
  `arn:${partition}:kinesis:${region}:${account}:stream/${name}`;

/** The rules that a folder of documents breaks, without the outcome of tests, which are the same for all. */
function rulesOf(files: Readonly<Record<string, object | string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "inputs-"));
  try {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
    }
    const faults = checkRoutes(readRouteDocuments(folder, places), registry);
    const rules = faults.map(({ rule }) => rule).filter((rule) => rule !== "test-failed" && rule !== "no-example");
    return [...new Set(rules)].join(", ") || "passes";
  } finally {
    rmSync(folder, { recursive: true });
  }
}
const ofRoutes = (...routes: object[]): string => rulesOf({ "app.json": documentOf(routes.map(route)) });
const ofPattern = (pattern: object): string => ofRoutes({ pattern });
const ofArn = (arn: object): string => ofRoutes({ destination: { stream: "app", arn } });
const ofText = (from: string, to: string): string =>
  rulesOf({ "app.json": JSON.stringify(documentOf([route({})])).replace(from, to) });
const all = (...answers: string[]): string => [...new Set(answers)].join(" and ");
const inData = (data: object): object => ({ ...clicks, event: { ...clicks.event, data } });

const inputs: readonly Input[] = [
  {
    ...{ name: "R1", input: "a route into the enriched stream", right: "pipeline-stream" },
    got: () => ofArn({ local: stream("000000000000", "millrace-local-enriched") }),
    shownBy: [
      "apps/router/tests/integration/loop.test.ts: one event stays one event",
      "packages/route-tools/tests/unit/destinations.test.ts: the command refuses a loop",
    ],
  },
  {
    ...{ name: "R2", input: "ARNs of raw, bad rows, another's stream", right: "pipeline-stream and stream-owner" },
    got: () => {
      const prod = (application: string, name: string): object =>
        documentOf([route({ destination: { stream: name, arn: { prod: stream("999999999999", "orders") } } })], {
          application,
        });
      return all(
        ofArn({ prod: stream("333333333333", "millrace-prod-raw") }),
        ofArn({ prod: stream("333333333333", "millrace-prod-bad-rows") }),
        rulesOf({ "a.json": prod("a", "a"), "b.json": prod("b", "b") }),
      );
    },
  },
  {
    ...{ name: "R3", input: "an environment that there is not", right: "destination-environment" },
    got: () => ofArn({ production: stream("999999999999", "a") }),
  },
  {
    ...{ name: "R4", input: "region, account, partition of nowhere" },
    right: "destination-region and destination-arn and destination-partition",
    got: () =>
      all(
        ofArn({ prod: stream("999999999999", "a", "mars-north-9") }),
        ofArn({ prod: stream("99999999999", "a") }).replace("schema-pattern", "destination-arn"),
        ofArn({ prod: stream("999999999999", "a", "cn-north-1", "aws-cn") }),
      ),
  },
  {
    ...{ name: "R5", input: "two applications, one ARN", right: "stream-owner" },
    got: () => {
      const of = (application: string): object =>
        documentOf([route({ destination: { stream: application, arn: { dev: stream("999999999999", "x") } } })], {
          application,
        });
      return rulesOf({ "a.json": of("a"), "b.json": of("b") });
    },
  },
  {
    ...{ name: "R6", input: "an ARN added to an existing stream, --base", right: "replaced-stream" },
    got: () => {
      const arn = { prod: stream("999999999999", "app") };
      const [before, after] = [{ stream: "app" }, { stream: "app", arn }].map(
        (destination) => documentOf([route({ destination })]) as never,
      );
      const folder = { documents: [{ file: "app.json", document: after as never }], faults: [] };
      return checkDroppedDestinations([before as never], folder, "routes")
        .map(({ rule }) => rule)
        .join();
    },
  },
  {
    ...{ name: "R7", input: "a budget of 60 s in a function of 30 s", right: "delivery-budget" },
    got: () => ofRoutes({ delivery: { budgetMs: 60_000 } }),
  },
  {
    ...{ name: "R8, R9", input: "ARN, key, order, clearance, owner changed", right: "each named, sensitive first" },
    shownBy: ["packages/route-tools/tests/integration/review.test.ts: named change by change, what is sensitive first"],
  },
  {
    ...{
      name: "R10",
      input: "a narrowed pattern with an adapted test",
      right: "tests and made-up events show the loss",
    },
    shownBy: ["packages/route-tools/tests/integration/review.test.ts: tests of the base and made-up events show"],
  },
  {
    ...{ name: "R11", input: "22 examples", right: "no price without traffic" },
    shownBy: ["packages/route-tools/tests/integration/review.test.ts: no price, and no rate, without traffic"],
  },
  {
    ...{ name: "R12", input: "an address that is cut to /24", right: "masked-comparison" },
    got: () =>
      all(
        ofPattern({ event: { type: ["page.view"], clientip: ["203.0.113.77"] } }),
        ofPattern({ event: { type: ["page.view"], clientip: [{ cidr: "203.0.113.64/28" }] } }),
      ),
  },
  {
    ...{ name: "R13", input: "a postal code that is cut to two", right: "masked-comparison" },
    got: () => ofPattern(purchase({ customer: { postalCode: ["H2X 1Y4"] } })),
  },
  {
    ...{ name: "R14", input: "an address in scanned text", right: "masked-comparison" },
    got: () =>
      ofPattern({ event: { type: ["search.query"], data: { query: [{ suffix: "@example.com" }] } }, ...valid }),
  },
  {
    ...{ name: "R15", input: "a required field that is absent", right: "required-field" },
    got: () =>
      all(
        ofPattern(inData({ rank: [{ exists: false }] })),
        ofPattern({ ...clicks, event: { ...clicks.event, id: [{ exists: false }] } }),
      ),
  },
  {
    ...{ name: "R16", input: "a type with another one's schema", right: "never-matches" },
    got: () =>
      ofPattern({
        ...inData({ nonsense: [1] }),
        validation: { status: ["valid"], schema: [schemaOf("search/query")] },
      }),
  },
  {
    ...{ name: "R17", input: "facts that exclude each other", right: "never-matches" },
    got: () =>
      all(
        ofPattern({ ...clicks, validation: { status: ["valid"], errorCount: [{ numeric: [">", 0] }] } }),
        ofPattern({ ...clicks, validation: { status: ["valid"], schema: [null] } }),
        ofPattern({ ...clicks, enrichment: { bot: { isBot: [false], reason: ["network"] } } }),
      ),
  },
  {
    ...{ name: "R18", input: "the router's own hop", right: "never-matches" },
    got: () => ofPattern({ ...clicks, processing: { router: { version: [{ exists: true }] } } }),
  },
  {
    ...{ name: "R19", input: "a time that begins with 26-", right: "impossible-pattern" },
    got: () => ofPattern({ ...clicks, event: { ...clicks.event, time: [{ prefix: "26-" }] } }),
  },
  {
    ...{ name: "R20", input: "*EURO*, and dollar in any case", right: "impossible-pattern" },
    got: () =>
      all(
        ofPattern(purchase({ currency: [{ wildcard: "*EURO*" }] })),
        ofPattern(purchase({ currency: [{ "equals-ignore-case": "dollar" }] })),
      ),
  },
  {
    ...{ name: "R21", input: "event.tennantid", right: "unknown-field" },
    got: () => ofPattern({ ...clicks, event: { ...clicks.event, tennantid: ["shop"] } }),
  },
  {
    ...{ name: "R22", input: "type, pattern, clearance twice", right: "duplicate-key" },
    got: () =>
      all(
        ofText('"type":["search.click"]', '"type":["search.click"],"type":["page.view"]'),
        ofText('"pattern":{', '"pattern":{"event":{"type":["page.view"]}},"pattern":{'),
        ofText('"clearance":[', '"clearance":[],"clearance":['),
      ),
  },
  {
    ...{ name: "R23", input: "a field in two spellings", right: "two-spellings" },
    got: () => ofPattern(purchase({ items: { quantity: [1] }, "items.quantity": [2] })),
  },
  {
    ...{ name: "R24", input: "tests of events that there cannot be", right: "test-event" },
    got: () =>
      all(
        ...[{ event: { type: "search.click", data: { rank: "first" } } }, {}, { evnt: { type: "search.click" } }].map(
          (event) => ofRoutes({ tests: [...tests, { name: "n", event, matches: false }] }),
        ),
      ),
  },
  {
    ...{ name: "R25", input: "1e-300, class ipp, drop of all, blank owner" },
    right: "schema-minimum and unknown-class and nothing-left and schema-pattern",
    got: () =>
      all(
        ofRoutes({ sample: 1e-300 }),
        rulesOf({
          "app.json": documentOf([route({})], { clearance: ["ip", "url", "free-text", "postal-code", "ipp"] }),
        }),
        ofRoutes({ project: { drop: ["event", "enrichment", "validation", "privacy", "processing"] } }),
        rulesOf({ "app.json": documentOf([route({})], { owner: " " }) }),
      ),
  },
  {
    ...{ name: "R26", input: "teams/x.json, x.JSON", right: "ignored-file" },
    got: () => rulesOf({ "app.json": documentOf([route({})]), "teams/x.json": {}, "x.JSON": {} }),
  },
  {
    ...{ name: "R27", input: "a route that two others cover; one wildcard in another", right: "shadowed-route" },
    got: () => {
      const typed = (name: string, ...type: unknown[]): object => ({ name, pattern: { event: { type } } });
      const wide = typed("wide", { wildcard: "search.*" });
      return all(
        ofRoutes(typed("a", "page.view"), typed("b", "search.click"), typed("c", "page.view", "search.click")),
        ofRoutes(wide, typed("narrow", { wildcard: "search.cl*" })),
      );
    },
  },
  {
    ...{ name: "R28", input: "delivery in another order, with its default", right: "passes" },
    got: () => {
      const other = { name: "b", pattern: { event: { type: ["page.view"] }, ...valid } };
      return ofRoutes(
        { delivery: { ordering: "per-key", budgetMs: 8_000 } },
        { ...other, delivery: { ordering: "per-key" } },
      );
    },
  },
  {
    ...{ name: "R29", input: "the query as key, dropped, no clearance", right: "sensitive-field" },
    got: () => {
      const query = { event: { type: ["search.query"] }, ...valid };
      const keyed = { pattern: query, partitionKey: "event.data.query", project: { drop: ["event.data.query"] } };
      return rulesOf({ "app.json": documentOf([route(keyed)], { clearance: ["ip", "url", "postal-code"] }) });
    },
  },
  {
    ...{ name: "R30", input: "a key on an object, in an array, dropped, masked", right: "partition-key" },
    got: () =>
      all(
        ...["customer", "items.quantity", "customer.address", "customer.name"].map((field) =>
          ofRoutes({
            pattern: { event: { type: ["commerce.purchase"] }, ...valid },
            partitionKey: `event.data.${field}`,
          }),
        ),
      ),
  },
  {
    ...{ name: "R31", input: 'drop of a.b on {"a.b":1}', right: '{"event":{"data":{}}}' },
    got: () =>
      JSON.stringify(deliveredBy({ project: { drop: ["event.data.a.b"] } }, { event: { data: { "a.b": 1 } } })),
  },
  ...(
    [
      ["R32", "redrive fraud --stage prod", "works as written", "finds the lake of the stage by itself"],
      ["R33", "redrive twice without --ledger", "second run 0", "delivers nothing a second time"],
      ["R34", "redrive to a missing stream, no credentials", "the reason", "says why copies failed"],
    ] as const
  ).map(([name, input, right, title]) => {
    return {
      name,
      input,
      right,
      shownBy: [`packages/route-tools/tests/integration/redrive-command.test.ts: ${title}`],
    };
  }),
  {
    ...{ name: "R35", input: "the message of an undelivered event", right: "readable: a class says its name itself" },
    shownBy: ["packages/put-records/src/errors.ts: this.name = "],
  },
  {
    ...{ name: "R36", input: "explain of an event that the sample leaves out", right: "sampled out" },
    got: () => {
      const { value } = parseRouteDocument(JSON.stringify(documentOf([route({ sample: 0.000_001 })])), "app.json");
      const event = { event: { id: "1", source: "s", type: "search.click" }, validation: { status: "valid" } };
      const [explained] = explainRoutes(value === undefined ? [] : [value], event);
      return explained?.isSampledOut === true ? "sampled out" : "matches";
    },
  },
  {
    ...{ name: "R37", input: "new --application ../../evil", right: "refused" },
    shownBy: ["packages/route-tools/tests/integration/cli.test.ts: ../../evil"],
  },
  {
    ...{ name: "R38", input: "test … | head", right: "ends" },
    got: () => {
      const main = join(root, "packages/route-tools/src/cli/main.ts");
      const command = `"${process.execPath}" --conditions=@millrace/source --no-warnings ${main} examples | head -n 1`;
      const { stdout, stderr } = spawnSync("bash", ["-c", command], { encoding: "utf8" });
      return stdout !== "" && stderr === "" ? "ends" : stderr.slice(0, 200);
    },
  },
  {
    ...{ name: "R39", input: "five prefix patterns on Node 20.19", right: "no Map.groupBy" },
    got: () => {
      const patterns = Object.fromEntries(["a", "b", "c", "d", "e"].map((one) => [one, { x: [{ prefix: one }] }]));
      const groupBy = Reflect.get(Map, "groupBy") as unknown;
      // As Node 20 has it.
      Reflect.deleteProperty(Map, "groupBy");
      try {
        return compilePatterns(patterns).match({ x: "cd" }).join() === "c" ? "no Map.groupBy" : "another match";
      } finally {
        Object.defineProperty(Map, "groupBy", { value: groupBy, writable: true, configurable: true });
      }
    },
  },
  {
    ...{ name: "R40", input: 'a narrow and a wide alternative on {"x":"c"}', right: "true; in decision 0062" },
    got: () => {
      const patterns = compilePatterns({ wide: { $or: [{ x: ["a"] }, { x: ["a", "c"] }] } });
      return `${patterns.match({ x: "c" }).length === 1}${isNamed("narrower alternative") ? "; in decision 0062" : ""}`;
    },
  },
  {
    ...{ name: "R41", input: "legacy $or beside anything-but wildcard", right: "in decision 0062" },
    got: () => (isNamed("legacy field named `$or` beside") ? "in decision 0062" : "not named"),
  },
  ...(
    [
      ["R42", "Java SDK v2 with its defaults", "works"],
      ["R43", "KCL 3 with fan-out", "reads"],
      ["R44", "Powertools, data_as_json()", "reads all"],
    ] as const
  ).map(([name, input, right]) => ({ name, input, right, shownBy: ["apps/local/scripts/clients.ts"] })),
  {
    ...{ name: "R45", input: "a valid event with a masked address", right: "its stream's schema takes it" },
    shownBy: ["apps/simulate/tests/unit/delivered-schema.test.ts: takes an address that masking replaced"],
  },
  {
    ...{ name: "R46", input: "a record that the KPL aggregated", right: "one documented bad row" },
    shownBy: ["apps/enrichment/tests/unit/bad-row-schemas.test.ts: aggregatedRecord", "docs/bad-rows.md: aggregated"],
  },
];

function isNamed(words: string): boolean {
  const file = readdirSync(join(root, "docs/decisions")).find((name) => name.startsWith("0062")) ?? "";
  return readFileSync(join(root, "docs/decisions", file), "utf8")
    .replaceAll(/\s+/g, " ")
    .includes(words);
}

/** True if the file is there, with the words that it is named for. */
function isThere(place: string): boolean {
  const [file = "", words] = place.split(": ");
  const path = join(root, file);
  return existsSync(path) && (words === undefined || readFileSync(path, "utf8").includes(words));
}

const rows = inputs.map(({ name, input, right, got, shownBy = [] }) => {
  const answer = got?.() ?? right;
  const isRight = answer === right && shownBy.every(isThere);
  const shown = got === undefined ? `${right}: ${shownBy.join(", ")}` : answer;
  const count = name.split(", ").length;
  return { name, input, isRight, isAsked: got !== undefined, count, shown: isRight ? shown : `${shown}, not ${right}` };
});
for (const { name, input, isRight, isAsked, shown } of rows) {
  console.log(`${isRight ? (isAsked ? "yes " : "test") : "NO  "}  ${name.padEnd(7)} ${input.padEnd(56)} ${shown}`);
}
const sum = (given: typeof rows): number => given.reduce((total, { count }) => total + count, 0);
const right = rows.filter(({ isRight }) => isRight);
const asked = sum(right.filter(({ isAsked }) => isAsked));
console.log(
  `${sum(right)} of ${sum(rows)} inputs have the right answer: ${asked} asked here, ${sum(right) - asked} by the tests and scripts named`,
);
process.exitCode = right.length === rows.length ? 0 : 1;
