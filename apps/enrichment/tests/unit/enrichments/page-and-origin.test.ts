import { describe, expect, test } from "@jest/globals";
import { enrichWith, onPage, shipped } from "./enrich-with.ts";

const all = [shipped("page"), shipped("campaign"), shipped("referrer")];
const enrich = (pageUrl: string, referrerUrl?: string) =>
  enrichWith(all, { referer: undefined, ...onPage(pageUrl, referrerUrl) });

describe("page", () => {
  test.each([
    ["https://shop.example/a/b?x=1#top", { scheme: "https", host: "shop.example", path: "/a/b", fragment: "top" }],
    ["http://SHOP.example:8080", { scheme: "http", host: "shop.example", port: 8080, path: "/" }],
    ["https://münchen.example/straße", { scheme: "https", host: "xn--mnchen-3ya.example", path: "/stra%C3%9Fe" }],
  ])("of %s", (url, expected) => {
    expect(enrichWith([shipped("page")], onPage(url))["page"]).toEqual(expected);
  });

  test("falls back to the header of the request", () => {
    const overrides = { data: {}, referer: "https://shop.example/from-header" };
    expect(enrichWith([shipped("page")], overrides)["page"]).toMatchObject({ path: "/from-header" });
  });

  test.each([
    ["no URL", "shop", "The address is not a URL."],
    ["no URL for the sake of its port, and has a user", "https://ada@shop.example:x/", "The address is not a URL."],
    ["no address of the web", "file:///etc/passwd", "The address is not one of the web."],
  ])("notes what is %s, and does not quote it", (_, url, message) => {
    expect(enrichWith([shipped("page")], onPage(url))).toEqual({ notes: [{ enrichment: "page", message }] });
  });

  test("reads an address whose password is masked", () => {
    expect(enrich("https://ada:secret@shop.example/x")["page"]).toEqual({
      scheme: "https",
      host: "shop.example",
      path: "/x",
    });
  });

  test("never repeats an e-mail address that stood in the path", () => {
    expect(
      JSON.stringify(enrich("https://shop.example/reset/ada@example.com?utm_source=bob%40example.com")),
    ).not.toMatch(/ada|bob/);
  });
});

describe("campaign", () => {
  test("reads every UTM parameter", () => {
    const query = "utm_source=a&utm_medium=b&utm_campaign=c&utm_term=d&utm_content=e&utm_id=f";
    expect(enrich(`https://shop.example/?${query}`)["campaign"]).toEqual({
      source: "a",
      medium: "b",
      name: "c",
      term: "d",
      content: "e",
      id: "f",
    });
  });

  test("names the network of a click id and leaves the id alone", () => {
    expect(enrich("https://shop.example/?gclid=Cj0KCQ")["campaign"]).toEqual({
      clickIdParameter: "gclid",
      clickNetwork: "google-ads",
    });
  });

  test.each(["https://shop.example/", "https://shop.example/?q=1", "https://shop.example/?utm_source="])(
    "is missing on %s",
    (url) => {
      expect(enrich(url)).not.toHaveProperty("campaign");
    },
  );

  test("writes half a surrogate pair as the character that stands for it", () => {
    const cut = `https://shop.example/?utm_source=${"a".repeat(1_023)}${encodeURIComponent("😀")}`;
    expect(JSON.stringify(enrich(cut)).isWellFormed()).toBe(true);
  });
});

describe("referrer", () => {
  const page = "https://shop.example/";
  test.each([
    ["nothing", undefined, { channel: "direct" }],
    ["a search engine of any country", "https://www.google.co.uk/", { channel: "search", name: "Google" }],
    ["a search engine's short host", "https://google.de/", { channel: "search", name: "Google" }],
    ["the mail of the same company", "https://mail.google.com/mail/u/0", { channel: "email", name: "Google Mail" }],
    ["an assistant of the same company", "https://gemini.google.com/", { channel: "ai", name: "Gemini" }],
    ["a host that only ends alike", "https://notgoogle.com/", { channel: "referral" }],
    ["a host that begins alike", "https://google.evil.example.com/", { channel: "referral" }],
    ["a social network's subdomain", "https://l.facebook.com/", { channel: "social", name: "Facebook" }],
    ["an app", "android-app://com.google.android.gm", { channel: "email", name: "Google Mail" }],
    ["another site", "https://blog.example.org/post", { channel: "referral", host: "blog.example.org" }],
    ["our own site", "https://shop.example/cart", { channel: "internal", host: "shop.example" }],
    ["video", "https://youtu.be/x", { channel: "video", name: "YouTube" }],
  ])("of a visitor from %s", (_, referrerUrl, expected) => {
    expect(enrich(page, referrerUrl).referrer).toMatchObject(expected);
  });

  test.each([
    ["utm_medium=cpc", "https://www.google.com/", "paid-search"],
    ["gclid=x", "https://www.google.com/", "paid-search"],
    ["utm_medium=cpc", "https://www.facebook.com/", "paid-social"],
    ["fbclid=x", "https://www.facebook.com/", "social"],
    ["utm_medium=CPC", undefined, "paid"],
    ["utm_medium=email", "https://www.google.com/", "email"],
    ["utm_medium=affiliate", "https://blog.example.org/", "affiliate"],
    ["utm_source=flyer", undefined, "campaign"],
    ["utm_source=flyer&utm_medium=paper", undefined, "campaign"],
    ["utm_source=x", "https://x.com/", "social"],
  ])("with %s from %s is %s", (query, referrerUrl, channel) => {
    expect(enrich(`${page}?${query}`, referrerUrl)["referrer"]).toMatchObject({ channel });
  });
});
