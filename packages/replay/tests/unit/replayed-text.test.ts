import { expect, test } from "@jest/globals";
import { revisionOf } from "@millrace/event-contracts";
import { markReplayed } from "../../src/index.ts";

const mark = { replayedAt: "2026-11-29T12:00:00.000Z", mayBeWorse: false };
const marked = (text: string, mayBeWorse = false) =>
  markReplayed(text, JSON.parse(text) as Record<string, unknown>, { ...mark, mayBeWorse });

test("a replayed event is its text with one member more, to the byte", () => {
  const text = '{"id":"1","n":12345678901234567890,"t":"a}b" }';
  expect(marked(text)).toBe(`${text.slice(0, -1)},"replayedat":"2026-11-29T12:00:00.000Z"}`);
});

test("an event that was replayed before has the new time alone, and the digits of its numbers", () => {
  const text = '{"id":"1","replayedat":"2026-11-01T00:00:00.000Z","n":1.50}';
  expect(marked(text)).toBe('{"id":"1","n":1.50,"replayedat":"2026-11-29T12:00:00.000Z"}');
});

test("a copy that may be worse is the later revision whatever its status, and no other is", () => {
  const original = { id: "1", source: "s", receivedat: "2026-11-29T10:00:00.000Z" };
  const valid = { event: original, validation: { status: "valid" } };
  const copyOf = (mayBeWorse: boolean) => {
    const event = JSON.parse(marked(JSON.stringify(original), mayBeWorse)) as typeof original;
    return { event, validation: { status: "invalid" } };
  };
  expect(revisionOf(copyOf(false)) < revisionOf(valid)).toBe(true);
  expect(revisionOf(copyOf(true)) > revisionOf(valid)).toBe(true);
});

test("the sender's number goes up by one, as a number or as a text", () => {
  expect(marked('{"id":"1","revision":"41"}', true)).toContain('"revision":42');
  expect(marked('{"id":"1","revision":2147483647}', true)).toContain('"revision":1');
});
