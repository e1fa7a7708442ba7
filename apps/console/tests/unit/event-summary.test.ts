import { describe, expect, test } from "@jest/globals";
import type { EventCopy } from "@millrace/pipeline-source";
import fc from "fast-check";
import { MAX_LISTED_TEXT } from "../../src/events/limits.ts";
import { readEvent } from "../../src/events/event-summary.ts";

const copyOf = (value: unknown): EventCopy => ({
  streamName: "enriched",
  shardId: "shardId-000000000001",
  sequenceNumber: "7",
  index: 2,
  arrivedAt: "2026-11-29T12:00:00.000Z",
  text: typeof value === "string" ? value : JSON.stringify(value),
});

const enriched = {
  event: { id: "e", source: "s", type: "t", subject: "v" },
  validation: {
    status: "invalid",
    schema: "https://millrace.example/schemas/events/search/click/1-0-0.json",
    errors: [
      { path: "/data/rank", keyword: "type", message: "must be integer" },
      { path: "/data", keyword: "required", message: "must have required property 'query'" },
    ],
  },
  privacy: { masked: [{ path: "/data/email", class: "email", action: "hmac" }] },
};

describe("an event in a list", () => {
  test("is a canary if ingest has marked it", () => {
    expect(readEvent(copyOf(enriched)).isCanary).toBe(false);
    expect(readEvent(copyOf({ ...enriched, event: { ...enriched.event, canary: true } })).isCanary).toBe(true);
  });

  test("has its attributes, its verdict, the first fault, and its place as its key", () => {
    expect(readEvent(copyOf(enriched)).summary).toEqual({
      key: "enriched shardId-000000000001 7 2",
      id: "e",
      source: "s",
      type: "t",
      subject: "v",
      status: "invalid",
      contract: "search/click/1-0-0",
      atMs: Date.parse("2026-11-29T12:00:00.000Z"),
      fault: "/data/rank must be integer",
      faults: 2,
      masked: 1,
    });
  });

  test("of a bus is the detail of the bus's own", () => {
    expect(readEvent(copyOf({ source: "router", detail: enriched })).summary).toMatchObject({
      id: "e",
      status: "invalid",
    });
  });

  test("that is a bad row has the failure, and none of what was sealed", () => {
    const row = {
      failure: { kind: "not-json", message: "The line is not JSON." },
      payload: "c2VjcmV0",
      origin: { sequenceNumber: "9" },
    };
    expect(readEvent(copyOf(row)).summary).toMatchObject({
      status: "bad",
      type: "not-json",
      id: "9",
      fault: "The line is not JSON.",
    });
    expect(JSON.stringify(readEvent(copyOf(row)))).not.toContain("c2VjcmV0");
  });

  test("is bounded and made of whole characters, whatever the line holds", () => {
    const texts = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constant("\ud83d".repeat(5)),
      fc.constant("<img src=x>".repeat(9_000)),
    );
    const lines = fc.oneof(
      texts,
      fc.json(),
      fc.constant(`${'{"event":'.repeat(5_000)}1${"}".repeat(5_000)}`),
      fc.record({ id: texts, source: texts, type: texts, subject: texts }).map((event) => ({ ...enriched, event })),
      fc.anything().map((event) => ({ event, validation: event, privacy: event })),
    );
    fc.assert(
      fc.property(lines, (line) => {
        const { summary } = readEvent(copyOf(JSON.stringify(line)));
        for (const value of Object.values(summary)) {
          if (typeof value !== "string") continue;
          expect(value.length).toBeLessThanOrEqual(MAX_LISTED_TEXT);
          expect(value.isWellFormed()).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});
