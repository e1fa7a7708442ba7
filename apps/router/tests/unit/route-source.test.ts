import { beforeEach, describe, expect, test } from "@jest/globals";
import { compileRoutes, createRouteArtifact } from "@millrace/routes";
import { loadRoutes } from "@millrace/routes/runtime";
import { type FetchRoutes, RouteSource } from "../../src/reload/route-source.ts";
import { document, route } from "../support/router.ts";

const old = [document("shop", route("clicks", "search.click", "shop"))];
const newer = [document("shop", route("clicks", "search.click", "shop"), route("views", "page.view", "shop"))];
const elsewhere = [document("shop", route("clicks", "search.click", "not-deployed"))];
const artifact = (documents: typeof old): string => JSON.stringify(createRouteArtifact(documents));
const versionOf = (documents: typeof old): string => compileRoutes(documents).version;

let now: number;
let asked: (string | undefined)[];
let answer: Awaited<ReturnType<FetchRoutes>> | Error;
let logged: string[];
let source: RouteSource;

beforeEach(() => {
  now = 1_000;
  asked = [];
  answer = undefined;
  logged = [];
  const log = (message: string) => void logged.push(message);
  source = new RouteSource({
    bundled: loadRoutes(compileRoutes(old)),
    fetchRoutes: (etag) => {
      asked.push(etag);
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
    checkEveryMs: 60_000,
    timeoutMs: 1_000,
    clock: { now: () => now, setTimeout: () => undefined, clearTimeout: () => undefined },
    logger: { debug: log, info: log, warn: log, error: log },
  });
});

describe("looking for newer routes", () => {
  test("happens at once, and then once an interval", async () => {
    for (const at of [1_000, 30_000, 60_999, 61_000, 90_000]) {
      now = at;
      await source.refresh();
    }
    expect(asked).toHaveLength(2);
    expect(source.current().version).toBe(versionOf(old));
  });

  test("takes over what passes, and asks for what is newer than that", async () => {
    answer = { etag: '"1"', text: artifact(newer) };
    await source.refresh();
    expect(source.current().version).toBe(versionOf(newer));
    now += 60_000;
    answer = undefined;
    await source.refresh();
    expect(asked).toEqual([undefined, '"1"']);
    expect(source.current().version).toBe(versionOf(newer));
  });

  test.each([
    ["is no JSON", "nonsense"],
    ["was cut off", artifact(newer).slice(0, -10)],
    ["names a stream that is not deployed", artifact(elsewhere)],
  ])("refuses what %s, says so, and goes on with what is in force", async (_, text) => {
    answer = { etag: '"1"', text };
    await source.refresh();
    expect(source.current().version).toBe(versionOf(old));
    expect(logged).toEqual(["Newer routes were not taken"]);
  });

  test("survives a store that fails", async () => {
    answer = new Error("down");
    await source.refresh();
    expect(source.current().version).toBe(versionOf(old));
    expect(logged).toEqual(["Newer routes were not taken"]);
  });
});
