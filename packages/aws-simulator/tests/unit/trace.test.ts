import { describe, expect, test } from "@jest/globals";
import { Trace, VirtualClock } from "../../src/index.ts";

describe("Trace", () => {
  test("writes a line with virtual time, name and values, quoting what would be ambiguous", async () => {
    const clock = new VirtualClock();
    const trace = new Trace({ clock, keepLines: true });
    await clock.runFor(1500);
    trace.record("call", { stream: "orders", records: 3, text: 'a "b"', absent: undefined, ok: true });
    expect(trace.lines).toEqual(['1500 call stream=orders records=3 text="a \\"b\\"" ok=true']);
  });

  test("hashes what happened so far, also when no lines are kept, and goes on", () => {
    const clock = new VirtualClock();
    const kept = new Trace({ clock, keepLines: true });
    const lean = new Trace({ clock });
    for (const trace of [kept, lean]) trace.record("one");
    expect(lean.hash()).toBe(kept.hash());
    expect(lean.lines).toEqual([]);
    const before = lean.hash();
    lean.record("two");
    expect(lean.hash()).not.toBe(before);
    expect(lean.count).toBe(2);
  });

  test("tells a listener every line", () => {
    const seen: string[] = [];
    const trace = new Trace({ clock: new VirtualClock(), onLine: (line) => seen.push(line) });
    trace.record("one", { n: 1 });
    expect(seen).toEqual(["0 one n=1"]);
  });
});
