import { expect, test } from "@jest/globals";
import { pino } from "pino";
import { digestOfId } from "@millrace/telemetry/id-digest";
import { createRefusalLog } from "../../src/refusal-log.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { MemoryStream } from "../support/memory-stream.ts";
import { anEvent, createTestCore, shopKey } from "../support/test-service.ts";

function record() {
  const lines: Record<string, unknown>[] = [];
  const logger = pino({ base: null }, { write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) });
  return { lines, logger };
}

test("a refused event leaves its code, attribute, key and a digest, and nothing that it holds", async () => {
  const { lines, logger } = record();
  const stream = new MemoryStream();
  stream.decide = ({ partitionKey }) => (partitionKey === "condemned" ? "invalid" : "delivered");
  const service = createTestCore({ putRecords: stream, onRefused: createRefusalLog(logger, createManualClock()) });
  const request = {
    headers: { authorization: `Bearer ${shopKey}`, "content-type": "application/json" },
    body: Buffer.from(
      JSON.stringify([
        anEvent({ id: "good" }),
        anEvent({ id: "ada@mail.example", source: "https://other.example" }),
        anEvent({ id: "condemned", subject: "condemned" }),
        { specversion: "1.0", source: "https://shop.example/web", type: "a", data: "ada@mail.example" },
        "no event",
      ]),
    ),
  };
  await service.handle({ ...request, sink: { send: (event) => stream.send(event) } });
  expect(lines).toEqual([]);
  await service.handle(request);
  expect(lines).toMatchObject([
    { idDigest: digestOfId("ada@mail.example"), code: "source-not-allowed", attribute: "source", keyName: "shop-web" },
    { idDigest: digestOfId("condemned"), code: "event-not-storable", keyName: "shop-web" },
  ]);
  expect(JSON.stringify(lines)).not.toMatch(/ada@|other\.example|"condemned"/);
});

test("a minute has 60 lines, and the first one of the next minute says how many were left out", () => {
  const { lines, logger } = record();
  const clock = createManualClock();
  const log = createRefusalLog(logger, clock);
  const refuse = (times: number) => {
    for (let index = 0; index < times; index += 1) log({ id: `${index}`, code: "missing-attribute", keyName: "k" });
  };
  refuse(75);
  expect(lines).toHaveLength(60);
  clock.advance(60_000);
  refuse(2);
  expect(lines.slice(60)).toMatchObject([{ suppressed: 15 }, { suppressed: 0 }]);
});
