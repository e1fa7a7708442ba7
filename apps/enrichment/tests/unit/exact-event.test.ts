import { Buffer } from "node:buffer";
import { describe, expect, test } from "@jest/globals";
import type { EnrichedEvent } from "@millrace/event-contracts";
import { enrichRecord } from "../../src/index.ts";
import { createContext, createRawEvent, key, origin } from "../raw-events.ts";

const context = createContext();

/** Enriches an event of a type whose data has this text. Returns the only output, as text and parsed. */
function enrichText(type: string, data: string, overrides: Record<string, unknown> = {}) {
  const raw = JSON.stringify(createRawEvent({ type, ...overrides, data: "@" })).replace('"@"', () => data);
  const { enriched, badRows } = enrichRecord(Buffer.from(`${raw}\n`), origin, context);
  const [line] = enriched;
  if (line === undefined || enriched.length !== 1)
    throw new Error(`Expected one event, got ${JSON.stringify(badRows)}`);
  return { json: line.json, value: JSON.parse(line.json) as EnrichedEvent };
}

const pageContext = JSON.stringify({ pageUrl: "https://shop.example/", sessionId: "s", visitorId: "v" });

describe("text that no store holds (T1, T2, T3)", () => {
  test("is repaired in a value, the event says where, and the verdict is that of the event as it came", () => {
    const { json, value } = enrichText("custom.event", '{"name":"x","properties":{"title":"caf\\ud83d"}}');
    expect(value.event.data).toEqual({ name: "x", properties: { title: "caf\ufffd" } });
    expect(value.fidelity).toEqual({ notes: [{ path: "/data/properties/title", kind: "text-repaired" }] });
    expect(value.validation.status).toBe("valid");
    expect(json).not.toMatch(/\\ud83d/i);
  });

  test("is repaired in the name of a property", () => {
    const { value } = enrichText("custom.event", '{"name":"x","properties":{"caf\\uD83D":"y"}}');
    expect(value.event.data).toEqual({ name: "x", properties: { "caf\ufffd": "y" } });
    expect(value.fidelity).toEqual({ notes: [{ path: "/data/properties/caf\ufffd", kind: "name-repaired" }] });
    expect(value.validation.status).toBe("valid");
  });

  test("is repaired in an event of a contract", () => {
    const { value } = enrichText(
      "page.view",
      `{"context":${pageContext.slice(0, -1)},"pageTitle":"Nice tent \\ud83d"}}`,
    );
    expect(value.event.data).toMatchObject({ context: { pageTitle: "Nice tent \ufffd" } });
    expect(value.validation.status).toBe("valid");
    expect(value.fidelity?.notes).toEqual([{ path: "/data/context/pageTitle", kind: "text-repaired" }]);
  });

  test("keeps every property when repaired names are the same", () => {
    const { value } = enrichText("custom.event", '{"name":"x","properties":{"a\\ud83d":1,"a\\ud83c":2,"a\ufffd":3}}');
    expect(value.event.data).toEqual({ name: "x", properties: { "a\ufffd": 3, "a\ufffd#2": 1, "a\ufffd#3": 2 } });
  });

  test.each([
    ["a pair, escaped", "\\ud83d\\ude00", "😀"],
    ["a pair behind an escaped backslash", "\\\\\\ud83d\\ude00", "\\😀"],
    ["letters behind an escaped backslash", "\\\\ud83d", "\\ud83d"],
    ["a NUL, which stores hold", "\\u0000", "\u0000"],
  ])("is not %s", (_, text, expected) => {
    const { value } = enrichText("custom.event", `{"name":"x","properties":{"t":"${text}"}}`);
    expect(value.event.data).toEqual({ name: "x", properties: { t: expected } });
    expect(value.fidelity).toBeUndefined();
  });

  test.each([
    ["two first halves", "\\ud83d\\ud83d\\ude00", "\ufffd😀"],
    ["two second halves", "\\ud83d\\ude00\\ude00", "😀\ufffd"],
    ["halves in the wrong order", "\\ude00\\ud83d", "\ufffd\ufffd"],
    ["a second half behind letters that look like a first one", "\\\\ud83d\\ude00", "\\ud83d\ufffd"],
  ])("is %s", (_, text, expected) => {
    const { value } = enrichText("custom.event", `{"name":"x","properties":{"t":"${text}"}}`);
    expect(value.event.data).toEqual({ name: "x", properties: { t: expected } });
    expect(value.fidelity?.notes).toHaveLength(1);
  });

  test("makes a bad row of an event that it identifies: repaired, two events would be one", () => {
    const raw = JSON.stringify(createRawEvent({ id: "@" })).replace('"@"', '"a\\ud83d"');
    const { enriched, badRows } = enrichRecord(Buffer.from(raw), origin, context);
    expect(enriched).toEqual([]);
    expect(badRows).toMatchObject([{ failure: { kind: "not-an-event", message: expect.stringContaining("`id`") } }]);
  });

  test("is repaired in errors of the contract, and in the names that they tell", () => {
    const { json, value } = enrichText("search.click", `{"context":${pageContext},"rank\\ud83d":"x\\ud83d"}`);
    expect(value.validation.status).toBe("invalid");
    expect(value.validation.errors.map(({ path }) => path)).toContain("/data/rank\ufffd");
    expect(json).not.toMatch(/\\ud[89a-f]/i);
  });

  test("is listed up to a limit, and counted beyond it", () => {
    const data = JSON.stringify({ name: "x", properties: {} }).replace(
      "{}",
      `{${Array.from({ length: 50 }, (_, index) => `"p${index}":"\\ud83d"`).join()}}`,
    );
    const { value } = enrichText("custom.event", data);
    expect(value.fidelity?.notes).toHaveLength(20);
    expect(value.fidelity?.noteCount).toBe(50);
  });

  test("is told of without what was masked around it", () => {
    const { json, value } = enrichText("crm.note", '{"ada@example.com":{"x":"\\ud83d"},"password":{"pin\\ud83d":1}}');
    expect(json).not.toContain("ada@example.com");
    expect(value.fidelity?.notes.map(({ path }) => path)).toEqual(["/data/[email]/x", "/data/password"]);
  });
});

describe("numbers (T4, T5)", () => {
  const numbers =
    '{"a":12345678901234567890,"b":9007199254740993,"c":-0,"d":0.1000000000000000055511151231257827,"e":1.0,"f":1E3}';

  test("keep their digits in an event of any type, in an invalid one, and beside a masked field", () => {
    expect(enrichText("crm.note", numbers).json).toContain(`"data":${numbers}`);
    expect(enrichText("custom.event", `{"name":"x","properties":${numbers}}`).json).toContain(numbers);
    const { json, value } = enrichText(
      "commerce.purchase",
      `{"customer":{"email":"ada@example.com"},"extra":${numbers}}`,
    );
    expect(value.validation.status).toBe("invalid");
    expect(json).toContain(`"extra":${numbers}`);
    expect(json).not.toContain("ada@example.com");
  });

  test("keep their digits beside a line that cannot be read", () => {
    const raw = JSON.stringify(createRawEvent({ type: "crm.note", data: "@" })).replace('"@"', numbers);
    const { enriched, badRows } = enrichRecord(Buffer.from(`{\n${raw}\n`), origin, context);
    expect(badRows).toHaveLength(1);
    expect(enriched[0]?.json).toContain(`"data":${numbers}`);
  });

  test("that no typed column holds keep their digits, and the event says where they are", () => {
    const { json, value } = enrichText("crm.note", '{"a":1e400,"b":[-1e400,1e-400,0e400,1.5e+200],"c":1e37}');
    expect(json).toContain('"data":{"a":1e400,"b":[-1e400,1e-400,0e400,1.5e+200],"c":1e37}');
    const paths = ["/data/a", "/data/b/0", "/data/b/1", "/data/b/3"];
    expect(value.fidelity).toEqual({ notes: paths.map((path) => ({ path, kind: "number-out-of-range" })) });
  });

  test("make pseudonyms by their digits, not by the double they are near", () => {
    const pseudonym = (userId: string) =>
      (
        enrichText("search.click", `{"context":{"userId":${userId}}}`).value.event.data as {
          context: { userId: string };
        }
      ).context.userId;
    expect(pseudonym("12345678901234567890")).toMatch(new RegExp(`^${key.id}`, "u"));
    expect(pseudonym("12345678901234567890")).not.toBe(pseudonym("12345678901234567891"));
  });

  test("that are a card's are masked, whatever their spelling", () => {
    for (const card of [
      "4111111111111111",
      "4111111111111111.0",
      "41111111111111110e-1",
      "4111111111111111.000000001",
    ]) {
      expect(enrichText("crm.note", `{"n":${card}}`).value.event.data).toEqual({ n: "***" });
    }
    expect(enrichText("crm.note", '{"n":4111111111111111112345}').json).toContain('"n":4111111111111111112345');
  });

  test("are quoted in errors with their digits", () => {
    const { json } = enrichText("search.click", `{"context":${pageContext},"rank":-12345678901234567890}`);
    expect(json).toContain('"actual":-12345678901234567890');
  });
});

describe("names that stand twice", () => {
  test("keep the last value only, so that every reader sees the same", () => {
    const { json } = enrichText("crm.note", '{"a":1e400,"b":{"x":1,"x":2.0},"a":9007199254740993}');
    expect(json).toContain('"data":{"a":9007199254740993,"b":{"x":2.0}}');
  });
});
