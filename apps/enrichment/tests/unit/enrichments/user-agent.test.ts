import { describe, expect, test } from "@jest/globals";
import { MAX_CACHED_KEY_LENGTH } from "@millrace/enrichments";
import { enrichWith } from "./enrich-with.ts";

const read = (useragent: unknown, options = {}, attributes = {}) =>
  enrichWith([{ name: "userAgent" }, { name: "bot", options }], { useragent, ...attributes });

describe("userAgent and bot", () => {
  test.each([
    [
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
      { browser: { name: "Microsoft Edge", version: "142.0.0.0" }, device: { type: "desktop" }, isBot: false },
    ],
    [
      "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
      { browser: { name: "Chrome", version: "142.0.0.0" }, device: { type: "mobile" }, isBot: false },
    ],
    [
      "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
      { browser: { name: "Safari", version: "17.5" }, device: { type: "tablet", vendor: "Apple" }, isBot: false },
    ],
    [
      "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
      { browser: { name: "Firefox", version: "132.0" }, device: { type: "desktop" }, isBot: false },
    ],
    ["Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", { isBot: true }],
    ["curl/8.5.0", { isBot: true }],
    ["python-requests/2.32.0", { isBot: true }],
    [
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/142.0.0.0 Safari/537.36",
      { isBot: true },
    ],
    ["GPTBot/1.2 (+https://openai.com/gptbot)", { isBot: true }],
  ])("read %s", (useragent, { isBot, ...expected }) => {
    const { userAgent, bot } = read(useragent);
    expect(userAgent).toMatchObject(expected);
    expect(bot).toMatchObject({ isBot });
  });

  test("say nothing without a user agent, unless told to take that for a bot", () => {
    expect(read(undefined)).toEqual({});
    expect(read("", { treatMissingAsBot: true })).toEqual({ bot: { isBot: true, reason: "no-user-agent" } });
  });

  test("take a missing user agent for a bot's only where the sender is the client", () => {
    const kinds = ["browser", "app", "backend", "webhook"];
    const added = kinds.map((senderkind) => read(undefined, { treatMissingAsBot: true }, { senderkind }));
    const bot = { isBot: true, reason: "no-user-agent" };
    expect(added).toEqual([{ bot }, { bot }, {}, {}]);
  });

  test("judge the end user's agent that a back end states", () => {
    expect(read("Googlebot/2.1", {}, { senderkind: "backend" }).bot).toMatchObject({ isBot: true });
  });

  test.each([
    ["a number", 7],
    ["an object", {}],
    ["null", null],
  ])("do not mind %s", (_, useragent) => {
    expect(read(useragent)).toEqual({});
  });

  test.each([
    ["parentheses", "(".repeat(50_000)],
    ["slashes", "a/".repeat(50_000)],
    ["spaces", " ".repeat(50_000)],
    ["digits", "1".repeat(50_000)],
  ])("look at the beginning of 50,000 %s only", (_, useragent) => {
    const telling = " Googlebot/2.1 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1";
    const beginning = useragent.slice(0, MAX_CACHED_KEY_LENGTH);
    expect(read(beginning.slice(telling.length) + telling)).not.toEqual(read(beginning));
    expect(read(beginning + telling)).toEqual(read(beginning));
    expect(read(useragent + telling)).toEqual(read(beginning));
  });
});
