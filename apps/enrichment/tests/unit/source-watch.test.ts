import { describe, expect, test } from "@jest/globals";
import {
  BROKEN_SOURCE_EVENTS,
  COUNTED_INVALID_EVENTS,
  MAX_WATCHED_SOURCES,
  SOURCE_WATCH_WINDOW_MS,
} from "../../src/limits.ts";
import { SourceWatch } from "../../src/source-watch.ts";

function watch(): { sources: SourceWatch; send: (source: string, count: number, isInvalid: boolean) => void } {
  const sources = new SourceWatch();
  sources.judge(SOURCE_WATCH_WINDOW_MS);
  const send = (source: string, count: number, isInvalid: boolean) => {
    for (let index = 0; index < count; index++) sources.add(source, isInvalid);
  };
  return { sources, send };
}
const now = SOURCE_WATCH_WINDOW_MS + 1;

describe("a source is broken", () => {
  test("when all of its events are invalid, and there are enough", () => {
    const { sources, send } = watch();
    send("/few", BROKEN_SOURCE_EVENTS - 1, true);
    expect(sources.judge(now).broken).toBe(0);
    send("/all", BROKEN_SOURCE_EVENTS, true);
    send("/most", BROKEN_SOURCE_EVENTS, true);
    send("/most", 1, false);
    expect(sources.judge(now).broken).toBe(1);
  });

  test("until a good one comes, or nothing for two windows", () => {
    const { sources, send } = watch();
    send("/a", BROKEN_SOURCE_EVENTS, true);
    send("/b", BROKEN_SOURCE_EVENTS, true);
    expect(sources.judge(now + SOURCE_WATCH_WINDOW_MS).broken).toBe(2);
    send("/b", 1, false);
    expect(sources.judge(now + SOURCE_WATCH_WINDOW_MS).broken).toBe(1);
    expect(sources.judge(now + 3 * SOURCE_WATCH_WINDOW_MS).broken).toBe(0);
  });

  test("if it is one of those that are watched: names that clients make up take no more memory", () => {
    const { sources, send } = watch();
    for (let index = 0; index < MAX_WATCHED_SOURCES + 100; index++) send(`/${index}`, BROKEN_SOURCE_EVENTS, true);
    expect(sources.judge(now).broken).toBe(MAX_WATCHED_SOURCES);
  });
});

describe("the worst share of invalid events", () => {
  test("is that of one source, and not of all together", () => {
    const { sources, send } = watch();
    send("/good", 10_000, false);
    send("/bad", 10, true);
    send("/bad", 30, false);
    send("/better", 10, true);
    send("/better", 90, false);
    expect(sources.judge(now)).toEqual({ broken: 0, worstPercent: 25 });
  });

  test("counts over both windows, and is over when nothing invalid came for two", () => {
    const { sources, send } = watch();
    send("/a", 10, true);
    expect(sources.judge(now + SOURCE_WATCH_WINDOW_MS).worstPercent).toBe(100);
    send("/a", 30, false);
    expect(sources.judge(now + SOURCE_WATCH_WINDOW_MS).worstPercent).toBe(25);
    send("/a", 30, false);
    expect(sources.judge(now + 3 * SOURCE_WATCH_WINDOW_MS).worstPercent).toBe(0);
  });

  test("leaves sources out that have a few invalid events only: one of three is no share", () => {
    const { sources, send } = watch();
    send("/a", COUNTED_INVALID_EVENTS - 1, true);
    expect(sources.judge(now).worstPercent).toBe(0);
    send("/a", 1, true);
    expect(sources.judge(now).worstPercent).toBe(100);
  });
});
