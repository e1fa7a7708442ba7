import { describe, expect, test } from "@jest/globals";
import { truncateIp } from "../../../src/privacy/truncate-ip.ts";
import { enrichOne, createRawEvent } from "../../raw-events.ts";
import { enrichWith, onPage, shipped } from "./enrich-with.ts";

const channelOf = (pageUrl: string, referrerUrl?: string, options = {}) =>
  (
    enrichWith([shipped("campaign"), shipped("referrer", options)], onPage(pageUrl, referrerUrl))["referrer"] as {
      channel: string;
    }
  ).channel;
const shop = "https://shop.example/";

describe("the channel of a visit", () => {
  test.each<[string, string | undefined, string]>([
    ["fbclid=x", undefined, "social"],
    ["fbclid=x", "https://l.facebook.com/", "social"],
    ["fbclid=x&utm_medium=cpc", undefined, "paid-social"],
    ["gclid=x", undefined, "paid-search"],
    ["gclid=x", "https://www.google.com/", "paid-search"],
    ["gclid=x&fbclid=y", undefined, "paid-search"],
    ["dclid=x", undefined, "display"],
    ["gclid=x&utm_medium=email", undefined, "email"],
    ["", "android-app://com.google.android.gm/", "email"],
    ["", "android-app://com.google.android.googlequicksearchbox/https/www.google.com", "search"],
    ["", "https://www.paypal.com/checkoutnow", "payment"],
    ["", "https://checkout.stripe.com/c/pay/x", "payment"],
  ])("with ?%s from %s is %s", (query, referrerUrl, channel) => {
    expect(channelOf(`${shop}?${query}`, referrerUrl)).toBe(channel);
  });

  test("from a host of one's own, or one below it, is internal", () => {
    const options = { ownHosts: ["shop.example"] };
    expect(channelOf(shop, "https://m.shop.example/x", options)).toBe("internal");
    expect(channelOf(shop, "https://shop.example.evil.example/", options)).toBe("referral");
    expect(channelOf(shop, "https://m.shop.example/x")).toBe("referral");
  });
});

describe("an agent that is no browser", () => {
  const read = (useragent: string, senderkind?: string) =>
    enrichWith([{ name: "userAgent" }, { name: "bot" }], { useragent, ...(senderkind ? { senderkind } : {}) });

  test.each([
    ["okhttp/4.12.0", { device: { type: "app" } }],
    [
      "Dalvik/2.1.0 (Linux; U; Android 13; Pixel 7 Build/TQ3A.230901.001)",
      { os: { name: "Android", version: "13" }, device: { type: "mobile", model: "Pixel 7" } },
    ],
    [
      "Dalvik/2.1.0 (Linux; U; Android 12; SM-T870 Build/SP1A)",
      { os: { name: "Android", version: "12" }, device: { type: "tablet", model: "SM-T870" } },
    ],
    ["MyShop/1.0 CFNetwork/1410 Darwin/22", { os: { name: "iOS" }, device: { type: "mobile", vendor: "Apple" } }],
    [
      "MyShop/1.0 (com.example.shop; build:1; iOS 17.5.1) Alamofire/5.9.1",
      { os: { name: "iOS", version: "17.5.1" }, device: { type: "mobile", vendor: "Apple" } },
    ],
  ])("%s is an app", (useragent, userAgent) => {
    expect(read(useragent)).toEqual({ userAgent, bot: { isBot: false } });
  });

  test.each(["python-requests/2.32.0", "axios/1.7.2", "Go-http-client/2.0", "okhttp/4.12.0"])(
    "%s of a back end says nothing of the end user",
    (useragent) => {
      expect(read(useragent, "backend")).toEqual({});
      expect(read(useragent, "webhook")).toEqual({});
    },
  );

  test("curl without a kind of sender is still a program", () => {
    expect(read("curl/8.5.0")["bot"]).toMatchObject({ isBot: true });
  });
});

describe("an IPv4 address in IPv6", () => {
  test.each([
    "::ffff:81.2.69.160",
    "::FFFF:81.2.69.160",
    "::ffff:5102:45a0",
    "0:0:0:0:0:ffff:81.2.69.160",
    "64:ff9b::5102:45a0",
  ])("%s is cut and placed as IPv4", (clientip) => {
    expect(truncateIp(clientip)).toBe("81.2.69.0");
    const { event, enrichment } = enrichOne(createRawEvent({ clientip }));
    expect(event.clientip).toBe("81.2.69.0");
    expect(enrichment).toMatchObject({ client: { ipVersion: 4 }, geo: { country: "GB" } });
  });
});
