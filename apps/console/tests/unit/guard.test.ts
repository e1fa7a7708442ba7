import { describe, expect, test } from "@jest/globals";
import { admit } from "../../src/server/guard.ts";

const place = { token: "t".repeat(32), port: 4_000 };
const host = "127.0.0.1:4000";
const url = `/${place.token}/api/pipeline?x=1`;

const refusalOf = (headers: Readonly<Record<string, string>>, path = url): string | undefined => {
  const admission = admit({ url: path, headers: { host, ...headers } }, place);
  return "refusal" in admission ? admission.refusal : undefined;
};

describe("a request", () => {
  test("with the token is let in, and its path is what stands behind it", () => {
    expect(admit({ url, headers: { host } }, place)).toEqual({ path: "/api/pipeline?x=1" });
    expect(admit({ url: `/${place.token}`, headers: { host: "localhost:4000" } }, place)).toEqual({ path: "" });
  });

  test.each([
    ["no token", "/"],
    ["another token", `/${"x".repeat(32)}/`],
    ["a part of the token", `/${place.token.slice(0, -1)}/`],
    ["the token in the query", `/?${place.token}`],
    ["the token in another place", `/api/${place.token}/`],
  ])("with %s is refused", (_name, path) => {
    expect(refusalOf({}, path)).toMatch(/lacks its token/);
  });

  test.each([
    ["a foreign name that leads to the loopback", { host: "evil.example:4000" }, /loopback/],
    ["another port", { host: "127.0.0.1:4001" }, /loopback/],
    ["a foreign page", { origin: "https://evil.example" }, /no other page/],
    ["a page of another port", { origin: "http://127.0.0.1:3000" }, /no other page/],
    ["a page without an origin", { origin: "null" }, /no other page/],
    ["an image of a foreign page", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" }, /no other page/],
    [
      "a frame of a foreign page",
      { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe" },
      /no other page/,
    ],
  ])("from %s is refused, although it has the token", (_name, headers, reason) => {
    expect(refusalOf(headers as unknown as Record<string, string>)).toMatch(reason);
  });

  test.each([
    ["of the page itself", { origin: `http://${host}`, "sec-fetch-site": "same-origin" }],
    ["of somebody who opens the printed address", { "sec-fetch-site": "none", "sec-fetch-mode": "navigate" }],
    [
      "of somebody who follows a link to it",
      { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" },
    ],
  ])("%s is let in", (_name, headers) => {
    expect(refusalOf(headers as unknown as Record<string, string>)).toBeUndefined();
  });
});
