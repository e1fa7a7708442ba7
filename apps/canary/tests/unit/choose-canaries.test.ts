import { expect, test } from "@jest/globals";
import { chooseCanaries } from "../../src/choose-canaries.ts";

const example = (type: string, to: readonly string[]) => ({ type, data: { to } });
const routesOf = (text: string): readonly string[] => (JSON.parse(text) as { data: { to: string[] } }).data.to;

test("canaries are an example of each contract, and one more for each route that none before it matches", () => {
  const { events, routes, unmeasured } = chooseCanaries(
    [example("a", ["shop/x"]), example("b", []), example("a", ["shop/x"]), example("a", ["shop/x", "shop/y"])],
    ["shop/x", "shop/y", "shop/z"],
    routesOf,
  );
  expect(events).toEqual([
    { specversion: "1.0", source: "/millrace/canaries", type: "a", data: { to: ["shop/x"] } },
    { specversion: "1.0", source: "/millrace/canaries", type: "b", data: { to: [] } },
    { specversion: "1.0", source: "/millrace/canaries", type: "a", data: { to: ["shop/x", "shop/y"] } },
  ]);
  expect(routes).toEqual(["shop/x", "shop/y"]);
  expect(unmeasured).toEqual(["shop/z"]);
});

test("routes are asked about the event as the event service would write it", () => {
  const asked: object[] = [];
  chooseCanaries([example("a", [])], [], (text) => {
    asked.push(JSON.parse(text) as object);
    return [];
  });
  expect(asked).toMatchObject([{ canary: true, senderkind: "browser", useragent: expect.stringMatching(/bot/i) }]);
});
