import { Buffer } from "node:buffer";
import { systemClock } from "@millrace/aws-simulator";
import { createLogger, createTelemetry } from "@millrace/telemetry";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { createEnrichmentHandler, defaultEnrichments, type EnrichmentHandlerDeps } from "../../src/index.ts";
import { createStreams, lambdaContext } from "../kinesis-harness.ts";
import {
  context,
  createPurchase,
  createRawEvent,
  key,
  olderKey,
  readBundledFile,
  testContracts,
} from "../raw-events.ts";

/** Values that must not be found anywhere behind the handler, in whatever form of event they were sent. */
const canaries = {
  name: "Canary Featherstone",
  email: "canary@leak.example",
  userId: "canary-user-4711",
  phone: "+44 7700 900123",
  card: "4929 4212 3460 0821",
  street: "Canary Wharf 17",
  postalCode: "QX9 7ZZ",
  ip: "81.2.69.142",
  iban: "DE89370400440532013000",
};

const customer = {
  name: canaries.name,
  email: canaries.email,
  phone: canaries.phone,
  cardNumber: canaries.card,
  address: { street: canaries.street, city: "London", country: "GB" },
  postalCode: canaries.postalCode,
};
const sensitiveContext = {
  ...context,
  pageUrl: `https://shop.example/thanks?email=${encodeURIComponent(canaries.email)}&card=${canaries.card.replaceAll(" ", "+")}`,
  referrerUrl: `https://mail.example/?to=${canaries.email}`,
  userId: canaries.userId,
  email: canaries.email,
};
const purchase = createPurchase({ data: { context: sensitiveContext, customer } });
const envelope = { clientip: canaries.ip, referer: sensitiveContext.pageUrl, extension1: `see ${canaries.email}` };
const base = { ...purchase, ...envelope };
const data = purchase["data"] as Record<string, unknown>;
const withData = (overrides: Record<string, unknown>) => ({ ...base, data: { ...data, ...overrides } });

/** Finds a canary as it is, in base64 within, escaped, or in a URL. */
function findCanaries(text: string): string[] {
  const decoded = [
    text,
    ...Array.from(text.matchAll(/[A-Za-z0-9+/_-]{12,}={0,2}/gu), ([run]) =>
      Buffer.from(run, "base64").toString("latin1"),
    ),
  ].flatMap((each) => [each, each.replaceAll("\\", ""), each.replaceAll("+", " "), each.replaceAll("%40", "@")]);
  return Object.values(canaries).filter((canary) => decoded.some((each) => each.includes(canary)));
}

type Overrides = Partial<Pick<EnrichmentHandlerDeps, "client" | "contracts" | "enrichments" | "maxRecordBytes">>;

async function runThrough(records: readonly Uint8Array[], overrides: Overrides = {}) {
  const streams = createStreams();
  const lines: string[] = [];
  const write = (line: string) => lines.push(line);
  const handler = createEnrichmentHandler({
    client: streams.client,
    enrichedStreamName: "enriched",
    badRowStreamName: "bad-rows",
    contracts: testContracts(),
    enrichments: defaultEnrichments("test", { readFile: readBundledFile }),
    privacyKeys: [key, olderKey],
    clock: systemClock,
    random: () => 0.5,
    telemetry: createTelemetry({ service: "enrichment", stage: "test", functionName: "f", write }),
    logger: createLogger({ level: "debug", write }),
    ...overrides,
  });
  const log = createLogger({ write });
  await handler(streams.toEvent(records.map((each) => ({ partitionKey: "v-1", data: each }))), lambdaContext).catch(
    (error: unknown) => log.error("Batch failed", { error }),
  );
  const stored = [...streams.read("enriched"), ...streams.read("bad-rows")];
  return { stored, lines, text: [...stored.map((record) => record.text + record.partitionKey), ...lines].join("\n") };
}

const line = (value: unknown) => Buffer.from(`${JSON.stringify(value)}\n`);
const text = JSON.stringify(base);

const paths: [string, Uint8Array][] = [
  ["a valid event", line(base)],
  ["an event with a property missing", line({ ...base, data: { ...data, orderId: undefined } })],
  [
    "an event with a property too many",
    line(withData({ note: `call ${canaries.email}, ${canaries.card}, ${canaries.iban}` })),
  ],
  ["a customer that is an array", line(withData({ customer: [customer, [customer]] }))],
  ["a customer with properties too many", line(withData({ customer: { ...customer, age: canaries.email } }))],
  [
    "values of the wrong type",
    line(withData({ customer: { ...customer, name: { first: canaries.name }, email: [canaries.email] } })),
  ],
  [
    "values too long",
    line(
      withData({
        customer: { ...customer, phone: canaries.phone.repeat(9), postalCode: canaries.postalCode.repeat(9) },
      }),
    ),
  ],
  [
    "a number for a card",
    line(withData({ total: Number(canaries.card.replaceAll(" ", "")) * 10_000_000, x: 4929421234600821 })),
  ],
  [
    "a name of a property that is an address",
    line(withData({ [canaries.email]: 1, context: { ...sensitiveContext, [canaries.email]: 2 } })),
  ],
  [
    "an unknown version",
    line({ ...base, dataschema: "https://millrace.example/schemas/events/commerce/purchase/9-0-0.json" }),
  ],
  [
    "a schema of another type",
    line({ ...base, dataschema: "https://millrace.example/schemas/events/search/click/1-0-0.json" }),
  ],
  [
    "an unknown type",
    line(
      createRawEvent({
        ...envelope,
        type: "crm.note",
        data: { text: `${canaries.email} ${canaries.card} ${canaries.iban}` },
      }),
    ),
  ],
  ["data that is a text", line({ ...base, data: `${canaries.email} ${canaries.card}` })],
  ["binary data", line({ ...base, data: undefined, data_base64: Buffer.from(text).toString("base64") })],
  ["an event that is cut off", Buffer.from(text.slice(0, -40))],
  ["JSON with a fault in it", Buffer.from(text.replace('"orderId"', "orderId"))],
  ["broken UTF-8", Buffer.concat([Buffer.from(text), Buffer.from([0xff])])],
  ["a batch that was not taken apart", line([base])],
  ["an event without identity", line({ ...base, id: undefined })],
  ["an event nested too deep", Buffer.from(text.replace('"o-1"', `${"[".repeat(500)}${"]".repeat(500)}`))],
  ["an event that is too large", line(withData({ note: "x".repeat(1_100_000) }))],
  ["a clock that cannot be read", line({ ...base, time: canaries.email, receivedat: canaries.card })],
  ["a trace that is none", line({ ...base, useragent: 7, clientip: [canaries.ip] })],
];

describe("no canary is found behind the handler after", () => {
  test.each(paths)("%s", async (name, bytes) => {
    // Attributes of identity, order and time are never changed (README), so they are no place for a canary.
    const isTimeCanary = name.startsWith("a clock");
    const { stored, text: found } = await runThrough([bytes]);
    expect(stored.length).toBeGreaterThan(0);
    const leaked = findCanaries(found);
    expect(
      isTimeCanary ? leaked.filter((canary) => canary !== canaries.email && canary !== canaries.card) : leaked,
    ).toEqual([]);
  });

  /** The text of an error that quotes all there is. */
  const quoting = () => Object.assign(new TypeError(`Received '${text}'`), { code: "ERR_INVALID_ARG_TYPE" });
  const throwing = () => {
    throw quoting();
  };

  test.each<[string, Overrides, object]>([
    ["an enrichment that fails and quotes", { enrichments: [{ name: "page", enrich: throwing }] }, { level: "info" }],
    [
      "a validator that fails and quotes",
      { contracts: { ...testContracts(), validatorOf: () => throwing } },
      { level: "error", badRows: { "not-processed": 1 }, error: { name: "TypeError", code: "ERR_INVALID_ARG_TYPE" } },
    ],
    [
      "masking that fails and quotes",
      { contracts: { ...testContracts(), privacyOf: throwing } },
      { level: "error", badRows: { "masking-failed": 1 }, error: { cause: { name: "TypeError" } } },
    ],
    [
      "a Kinesis that refuses and quotes",
      { client: { send: () => Promise.reject(Object.assign(quoting(), { name: "AccessDeniedException" })) } },
      { level: "warn", failedOutputs: { rejected: 1 }, checkpoint: "49590" },
    ],
  ])("%s, and the log says so", async (_, overrides, said) => {
    const { lines, text: found } = await runThrough([line(base)], overrides);
    const logged = lines.map((each) => JSON.parse(each) as object).find((each) => "level" in each);
    expect(logged).toMatchObject(said);
    expect(findCanaries(found)).toEqual([]);
  });

  test("any edit of the bytes that keeps the names of the properties", async () => {
    const names = [...text.matchAll(/"[A-Za-z]+":/gu)].map(
      ({ index, 0: each }) => [index, index + each.length] as const,
    );
    const isInName = (at: number) => names.some(([from, to]) => at >= from && at < to);
    // One edit each: two can carry a value into a property of another name, where no contract describes it (README). A
    // digit that joins a card number makes it another number, which is no card's.
    const isNextToDigit = (at: number) => /\d/u.test(text.slice(Math.max(0, at - 1), at + 1));
    const edit = fc
      .record({
        at: fc.nat(text.length - 1).filter((at) => !isInName(at)),
        insert: fc.constantFrom("", '"', "}", "{", "[", "]", ",", "null", "7", "\\"),
      })
      .filter(({ at, insert }) => insert !== "7" || !isNextToDigit(at));
    const mutate = ({ at, insert }: { at: number; insert: string }) =>
      Buffer.from(text.slice(0, at) + insert + text.slice(insert === "" ? at + 1 : at));
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 50, maxLength: 50 }), async (edits) => {
        expect(findCanaries((await runThrough(edits.map(mutate))).text)).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });
});

test("the search finds canaries in every form it claims to", () => {
  for (const canary of Object.values(canaries)) {
    expect(findCanaries(`x ${canary} y`)).toContain(canary);
    expect(findCanaries(`"${Buffer.from(`...${canary}...`).toString("base64")}"`)).toContain(canary);
  }
  expect(findCanaries(encodeURIComponent(canaries.email))).toContain(canaries.email);
});
