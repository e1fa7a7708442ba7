import { describe, expect, test } from "@jest/globals";
import { createRawEvent, enrichOne } from "../../raw-events.ts";
import { enrichWith, onPage } from "./enrich-with.ts";

const reduced = {
  windows:
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
  android:
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36",
  mac: "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
};
const chrome = '"Google Chrome";v="131", "Chromium";v="131", "Not_A Brand";v="24"';
const edge = '"Chromium";v="131", "Microsoft Edge";v="131", "Not)A;Brand";v="99"';

/** As ingest writes the headers. */
const asAttribute = (hints: Record<string, string>): string =>
  Object.entries(hints)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join("&");

const read = (useragent: string | undefined, hints: string | undefined, overrides: Record<string, unknown> = {}) =>
  enrichWith([{ name: "userAgent" }, { name: "bot" }], { useragent, clienthints: hints, ...overrides });

describe("client hints", () => {
  test.each<[string, string, Record<string, string>, object]>([
    [
      "tell Windows 11, which the User-Agent cannot",
      reduced.windows,
      { ua: edge, mobile: "?0", platform: '"Windows"', platformversion: '"15.0.0"' },
      {
        browser: { name: "Microsoft Edge", version: "131" },
        os: { name: "Windows", version: "11" },
        device: { type: "desktop" },
      },
    ],
    [
      "tell version and model of a telephone",
      reduced.android,
      { ua: chrome, mobile: "?1", platform: '"Android"', platformversion: '"15.0.0"', model: '"Pixel 9"' },
      {
        browser: { name: "Chrome", version: "131" },
        os: { name: "Android", version: "15.0.0" },
        device: { type: "mobile", model: "Pixel 9" },
      },
    ],
    [
      "tell a tablet, and the whole version of the browser",
      reduced.android,
      { ua: chrome, fullversions: '"Google Chrome";v="131.0.6778.69"', mobile: "?0", platform: '"Android"' },
      {
        browser: { name: "Chrome", version: "131.0.6778.69" },
        os: { name: "Android" },
        device: { type: "tablet" },
      },
    ],
    [
      "leave out a text that does not end, however it is escaped",
      reduced.android,
      { ua: chrome, mobile: "?1", platform: '"Android"', model: `"${'\\"'.repeat(400)}\\` },
      {
        browser: { name: "Chrome", version: "131" },
        os: { name: "Android" },
        device: { type: "mobile" },
      },
    ],
    [
      "leave out a version that browsers have frozen",
      reduced.mac,
      { ua: chrome, mobile: "?0", platform: '"macOS"' },
      {
        browser: { name: "Chrome", version: "131" },
        os: { name: "macOS" },
        device: { type: "desktop", vendor: "Apple" },
      },
    ],
  ])("%s", (_, useragent, hints, expected) => {
    const { userAgent, bot } = read(useragent, asAttribute(hints));
    expect(userAgent).toEqual({ ...expected, basis: "client-hints" });
    expect(bot).toEqual({ isBot: false });
  });

  test("of the event's context come before those of the request", () => {
    const { data } = onPage("https://shop.example/") as { data: { context: object } };
    const clientHints = { brands: [{ brand: "Opera", version: "115" }], mobile: false, platform: "Linux" };
    const context = { ...data.context, clientHints };
    expect(read(reduced.windows, asAttribute({ ua: chrome }), { data: { ...data, context } })["userAgent"]).toEqual({
      browser: { name: "Opera", version: "115" },
      os: { name: "Linux" },
      device: { type: "desktop" },
      basis: "client-hints",
    });
  });

  test("do not hide a crawler that sends them", () => {
    const crawler = `${reduced.windows} HeadlessChrome/131.0.0.0`;
    expect(read(crawler, asAttribute({ ua: chrome }))["bot"]).toMatchObject({ isBot: true });
  });

  test.each(["", "x", "{", "ua=%22", "ua=%E0%A4%A&mobile=%3F7", `ua=${"%22a%22".repeat(2_000)}`])(
    "that say nothing, number %#, leave the User-Agent's word",
    (hints) => {
      expect(read(reduced.android, hints)["userAgent"]).toEqual(read(reduced.android, undefined)["userAgent"]);
    },
  );

  test("do not lie on the event as addresses: their versions stay", () => {
    const clienthints = asAttribute({ ua: chrome, fullversions: '"Google Chrome";v="131.0.67.169"' });
    expect(enrichOne(createRawEvent({ clienthints })).event["clienthints"]).toBe(clienthints);
  });
});

test("a page view from an app is valid, and came by e-mail", () => {
  const { data } = onPage("https://shop.example/", "android-app://com.google.android.gm/") as {
    data: { context: object };
  };
  const { validation, enrichment } = enrichOne(createRawEvent({ type: "page.view", data: { context: data.context } }));
  expect(validation).toMatchObject({ status: "valid", errors: [] });
  expect(enrichment).toMatchObject({ referrer: { channel: "email" } });
});
