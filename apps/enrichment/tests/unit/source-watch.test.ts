import { describe, expect, test } from "@jest/globals";
import { brokenSourceEvents, maxWatchedSources, sourceWatchWindowMs } from "../../src/limits.ts";
import { SourceWatch } from "../../src/source-watch.ts";

function watch(): { sources: SourceWatch; send: (source: string, count: number, isInvalid: boolean) => void } {
  const sources = new SourceWatch();
  sources.countBroken(sourceWatchWindowMs);
  const send = (source: string, count: number, isInvalid: boolean) => {
    for (let index = 0; index < count; index++) sources.add(source, isInvalid);
  };
  return { sources, send };
}
const now = sourceWatchWindowMs + 1;

describe("a source is broken", () => {
  test("when all of its events are invalid, and there are enough", () => {
    const { sources, send } = watch();
    send("/few", brokenSourceEvents - 1, true);
    expect(sources.countBroken(now)).toBe(0);
    send("/all", brokenSourceEvents, true);
    send("/most", brokenSourceEvents, true);
    send("/most", 1, false);
    expect(sources.countBroken(now)).toBe(1);
  });

  test("until a good one comes, or nothing for two windows", () => {
    const { sources, send } = watch();
    send("/a", brokenSourceEvents, true);
    send("/b", brokenSourceEvents, true);
    expect(sources.countBroken(now + sourceWatchWindowMs)).toBe(2);
    send("/b", 1, false);
    expect(sources.countBroken(now + sourceWatchWindowMs)).toBe(1);
    expect(sources.countBroken(now + 3 * sourceWatchWindowMs)).toBe(0);
  });

  test("if it is one of those that are watched: names that clients make up take no more memory", () => {
    const { sources, send } = watch();
    for (let index = 0; index < maxWatchedSources + 100; index++) send(`/${index}`, brokenSourceEvents, true);
    expect(sources.countBroken(now)).toBe(maxWatchedSources);
  });
});
