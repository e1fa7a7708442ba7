/** The checks of routes against what the real enrichment writes: no pattern that an event holds is refused. */
import { expect, test } from "@jest/globals";
import { loadRegistry } from "@millrace/contract-tools/registry";
import { createRecordContext, defaultEnrichments, enrichRecord } from "@millrace/enrichment";
import { loadContracts } from "@millrace/enrichment/load-contracts";
import { systemClock } from "@millrace/put-records";
import { checkRoutes } from "@millrace/route-tools";
import { compileRoutes, type Route } from "@millrace/routes";
import { loadRoutes, type RoutedEvent } from "@millrace/routes/runtime";
import { readdirSync, readFileSync } from "node:fs";
import { isIP } from "node:net";
import { dirname, join } from "node:path";

const schemas = join(import.meta.dirname, "../../../../schemas");
const registry = loadRegistry(schemas);
const context = createRecordContext({
  contracts: loadContracts(schemas),
  enrichments: defaultEnrichments("test", {
    readFile: () => {
      throw new Error("The test has no database of addresses.");
    },
  }),
  privacyKeys: [{ id: "new", key: Buffer.alloc(32, 7) }],
  clock: systemClock,
});

/** Of each version of a contract the longest example that holds it, and the longest that does not. */
const examples = [
  ...Map.groupBy(
    readdirSync(join(schemas, "examples"), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".json"))
      .map((file) => ({ file, text: readFileSync(join(schemas, "examples", file), "utf8") })),
    ({ file }) => dirname(file),
  ).values(),
].flatMap((all) => {
  const [longest] = all.toSorted((one, other) => other.text.length - one.text.length);
  if (longest === undefined) return [];
  const { file, text } = longest;
  return [{ file, type: file.split("/").slice(0, 2).join("."), data: JSON.parse(text) as object }];
});

const senders = [
  { clientip: "203.0.113.77", useragent: "Mozilla/5.0 (X11; Linux x86_64)" },
  { clientip: "2001:db8:1:2::1", useragent: "Googlebot/2.1", referer: "https://other.example/?email=ada@example.com" },
];

function enriched(type: string, data: object, sender: object): Readonly<Record<string, unknown>> {
  const event = {
    specversion: "1.0",
    id: "e-1",
    source: "https://shop.example/web",
    type,
    subject: "visitor-1",
    time: "2026-01-01T00:00:00.000Z",
    tenantid: "t",
    receivedat: "2026-01-01T00:00:00.000Z",
    ...sender,
    data: { ...data, note: undefined },
  };
  const record = Buffer.from(JSON.stringify(event));
  const [line] = enrichRecord(record, { stream: "raw", shardId: "0", sequenceNumber: "0" }, context).enriched;
  return JSON.parse(line?.json ?? "null") as Readonly<Record<string, unknown>>;
}

/** The scalars of an event, with the steps to each; elements of arrays stand where the array stands. */
function* leavesOf(value: unknown, steps: readonly string[] = []): Generator<[readonly string[], unknown]> {
  if (Array.isArray(value)) for (const item of value) yield* leavesOf(item, steps);
  else if (typeof value === "object" && value !== null) {
    for (const [key, member] of Object.entries(value)) yield* leavesOf(member, [...steps, key]);
  } else yield [steps, value];
}

/** Comparisons that a value holds. */
function held(value: unknown): unknown[] {
  if (typeof value === "number") {
    return [
      value,
      { numeric: ["=", value] },
      { numeric: [">", value - 1, "<=", value] },
      { "anything-but": value + 1 },
    ];
  }
  if (typeof value !== "string") return [value];
  const middle = Math.ceil(value.length / 2);
  const [start, end] = [value.slice(0, middle), value.slice(middle)];
  const escaped = (text: string): string => text.replaceAll(/[*\\]/g, "\\$&");
  return [
    value,
    { "equals-ignore-case": value.toUpperCase() },
    { "anything-but": `${value}!` },
    ...(start === "" ? [] : [{ prefix: start }, { wildcard: `${escaped(start)}*` }]),
    ...(end === ""
      ? []
      : [{ suffix: end }, { suffix: { "equals-ignore-case": end } }, { wildcard: `*${escaped(end)}` }]),
    ...(isIP(value) === 4 ? [{ cidr: `${value}/24` }] : isIP(value) === 6 ? [{ cidr: `${value}/48` }] : []),
  ].filter((one) => JSON.stringify(one).length < 4_000);
}

const nested = (steps: readonly string[], value: unknown): object =>
  steps.reduceRight<object>((inner, step) => ({ [step]: inner }), [value]);

/** Each place and value that was compared: most of an event is the same in all of its type. */
const compared = new Set<string>();

/** Patterns that an event holds: each comparison of each of its values, beside its type and its status. */
function patternsOf(event: Readonly<Record<string, unknown>>): Route["pattern"][] {
  const { type } = event["event"] as { type: string };
  const { status } = event["validation"] as { status: string };
  const leaves = [...leavesOf(event)].filter(([steps, value]) => {
    const place = steps[1] === "data" ? [type, status, ...steps] : steps;
    const key = JSON.stringify([place, value]);
    return !compared.has(key) && compared.add(key);
  });
  return leaves.flatMap(([steps, value]) =>
    held(value).map((criterion) => {
      const [part = "", ...rest] = steps;
      const of = { event: { type: [type] }, validation: { status: [status] } } as Record<string, object>;
      return { ...of, [part]: { ...of[part], ...nested(rest, criterion) } } as Route["pattern"];
    }),
  );
}

/** Hashes and masks say nothing of what was sent: comparing with them is refused on purpose. */
const IS_ON_PURPOSE = /^The field is sensitive|^This excludes nothing/;

test("no comparison that an event of the examples holds is refused", () => {
  let patterns = 0;
  for (const { file, type, data } of examples) {
    for (const sender of senders) {
      const event = enriched(type, data, sender);
      const routes = patternsOf(event).map((pattern, index): Route => {
        return { name: `r${index}`, description: "x", pattern, destination: { stream: `s${index}` }, tests: [] };
      });
      patterns += routes.length;
      const all = ["ip", "url", "free-text", "postal-code"];
      const document = { application: "app", owner: "x", clearance: all, routes };
      const { matched } = loadRoutes(compileRoutes([document])).route(event as unknown as RoutedEvent);
      expect({ file, held: matched.length }).toEqual({ file, held: routes.length });
      const faults = checkRoutes({ documents: [{ file: "app.json", document }], faults: [] }, registry);
      const refused = faults.filter(({ severity, message }) => severity === "error" && !IS_ON_PURPOSE.test(message));
      expect(
        refused.map(({ pointer, rule, message }) => [
          JSON.stringify(routes[Number(pointer.split("/")[2])]?.pattern),
          rule,
          message,
        ]),
      ).toEqual([]);
    }
  }
  expect(patterns).toBeGreaterThan(1_000);
}, 120_000);
