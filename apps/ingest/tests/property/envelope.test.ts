import { decodeRecord, partitionKeyOf } from "@millrace/event-contracts";
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { problems } from "../../src/problems.ts";
import { MemoryStream } from "../support/memory-stream.ts";
import { createTestCore, receivedAt, shopKey } from "../support/test-service.ts";

const allowedText = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 40 })
  // oxlint-disable-next-line no-control-regex -- what CloudEvents forbids
  .filter((text) => !/[\u0000-\u001f\u007f-\u009f\p{Noncharacter_Code_Point}\p{Surrogate}]/u.test(text));

const reserved = new Set([
  "tenantid",
  "receivedat",
  "replayedat",
  "canary",
  "erasedat",
  "senderkind",
  "clientip",
  "useragent",
  "referer",
  "origin",
  "data",
]);
const extensionName = fc.stringMatching(/^[a-z][a-z0-9]{3,11}$/).filter((name) => !reserved.has(name));

/** Events that are good, of every shape. */
const goodEvent = fc
  .record(
    {
      specversion: fc.constant("1.0"),
      source: fc.constantFrom("https://shop.example", "https://shop.example/web", "https://shop.example/a%20b?c#d"),
      type: allowedText,
      id: fc.option(allowedText),
      subject: fc.option(fc.oneof(allowedText, fc.constantFrom("a", "b"))),
      time: fc.option(
        fc
          .date({ min: new Date(0), max: new Date("9999-12-31"), noInvalidDate: true })
          .map((date) => date.toISOString()),
      ),
      data: fc.jsonValue({ maxDepth: 4 }),
    },
    { requiredKeys: ["specversion", "source", "type"] },
  )
  .chain((event) =>
    fc
      .dictionary(extensionName, fc.oneof(allowedText, fc.boolean(), fc.integer()), { maxKeys: 3 })
      .map((extensions): Record<string, unknown> => ({ ...extensions, ...event })),
  );

const withoutNulls = (event: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(event).filter(([name, value]) => value !== null || name === "data"));

async function send(body: string | Uint8Array, contentType: string) {
  const stream = new MemoryStream();
  const service = createTestCore({ putRecords: stream });
  const reply = await service.handle({
    headers: { authorization: `Bearer ${shopKey}`, "content-type": contentType },
    body: Buffer.from(body),
  });
  return { reply, stream, json: JSON.parse(reply.body) as Record<string, unknown> };
}

test("what is stored is what was sent, plus what ingest adds, under the partition key of event-contracts", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(goodEvent, { minLength: 1, maxLength: 8 }),
      fc.constantFrom(0, 2),
      fc.boolean(),
      async (events, indent, isLines) => {
        const body = isLines
          ? events.map((event) => JSON.stringify(event)).join("\n")
          : JSON.stringify(events, null, indent);
        const { json, stream } = await send(body, isLines ? "application/x-ndjson" : "application/json");
        const ids = json["ids"] as string[];
        expect(json).toEqual({ accepted: events.length, ids });
        const expected = events.map((event, index) => {
          const sent = JSON.parse(JSON.stringify(withoutNulls(event))) as Record<string, unknown>;
          return {
            time: receivedAt,
            ...sent,
            id: ids[index],
            tenantid: "shop",
            receivedat: receivedAt,
            senderkind: "browser",
          };
        });
        const stored = stream.records.flatMap(({ partitionKey, data }) =>
          decodeRecord(data).map((line) => {
            if (!line.ok) throw new Error("a stored line is not JSON");
            const event = line.value as { id: string; subject?: string };
            expect(partitionKey).toBe(partitionKeyOf(event));
            return event;
          }),
        );
        // Grouping changes the order between keys, never within one.
        const byKey = (list: readonly { id?: string | undefined; subject?: unknown }[]) =>
          Object.groupBy(list, (event) => partitionKeyOf(event as { id: string; subject?: string }));
        expect(byKey(stored)).toEqual(byKey(expected));
      },
    ),
    { numRuns: 500 },
  );
});

test("the text of data is stored unchanged", async () => {
  await fc.assert(
    fc.asyncProperty(fc.json({ maxDepth: 5 }), fc.constantFrom("", " ", "\t"), async (data, space) => {
      const event = `{"data"${space}:${space}${data}${space},"specversion":"1.0","id":"1","source":"https://shop.example","type":"t"}`;
      const { stream } = await send(event, "application/json");
      expect(stream.lines[0]?.endsWith(`,"data":${data}}`)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test("any batch of good and bad events gets an answer that accounts for each of them", async () => {
  const anything = fc.oneof(
    goodEvent,
    fc.jsonValue({ maxDepth: 3 }),
    goodEvent.chain((event) =>
      fc
        .tuple(fc.constantFrom(...Object.keys(event), "tenantid", "userId"), fc.jsonValue({ maxDepth: 2 }))
        .map(([name, value]) => ({
          ...event,
          [name]: value,
        })),
    ),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(anything, { minLength: 1, maxLength: 8 }), async (events) => {
      const { reply, json, stream } = await send(JSON.stringify(events), "application/json");
      const rejected = (json["rejected"] ?? []) as { index: number; code: string }[];
      expect(reply.status).toBeLessThan(500);
      expect(Number(json["accepted"]) + rejected.length).toBe(events.length);
      expect(stream.events).toHaveLength(Number(json["accepted"]));
      expect(reply.status === 202).toBe(stream.events.length > 0);
      for (const { code } of rejected) expect(Object.keys(problems)).toContain(code);
      expect(new Set(rejected.map(({ index }) => index)).size).toBe(rejected.length);
    }),
    { numRuns: 1_000 },
  );
});

test("any bytes under any content type get an answer below 500", async () => {
  const contentType = fc.constantFrom(
    "application/json",
    "application/x-ndjson",
    "application/cloudevents+json",
    "application/cloudevents-batch+json",
    "text/plain",
  );
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), contentType, async (body, type) => {
      const { reply, stream } = await send(body, type);
      expect(reply.status).toBeGreaterThanOrEqual(400);
      expect(reply.status).toBeLessThan(500);
      expect(stream.records).toEqual([]);
    }),
    { numRuns: 2_000 },
  );
});
