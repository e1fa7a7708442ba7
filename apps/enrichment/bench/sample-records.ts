import { Buffer } from "node:buffer";

const agents = [
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
  "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
  "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
];

/** A source of numbers in [0,1) that gives the same ones every run (mulberry32). */
export function createSampleRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const id = (prefix: string, number: number) => `${prefix}-${number.toString(36).padStart(8, "0")}`;

/**
 * Clicks of shoppers as ingest writes them, one record each: `visitors` people with an address, a browser and a few
 * pages each, so that inputs repeat as they do in traffic.
 */
export function createSampleRecords(
  count: number,
  options: { visitors?: number; seed?: number; typeOf?: (index: number) => string } = {},
): Uint8Array[] {
  const { visitors = 2_000, seed = 7, typeOf = () => "search.click" } = options;
  const random = createSampleRandom(seed);
  const pick = (limit: number) => Math.floor(random() * limit);
  return Array.from({ length: count }, (_, index) => {
    const visitor = pick(visitors);
    const query = ["running shoes", "tent", "wool socks", "rain jacket", "headlamp"][pick(5)] ?? "tent";
    const event = {
      specversion: "1.0",
      id: `0193${index.toString(16).padStart(8, "0")}-7a2b-7c3d-8e4f-0a1b2c3d4e5f`,
      source: "https://shop.example/web",
      type: typeOf(index),
      subject: id("v", visitor),
      time: new Date(1_763_600_000_000 + index * 7).toISOString(),
      data: {
        context: {
          pageUrl: `https://shop.example/search?q=${query.replace(" ", "+")}&page=${pick(4)}${visitor % 3 === 0 ? "&utm_source=newsletter&utm_medium=email&utm_campaign=winter" : ""}`,
          referrerUrl: visitor % 2 === 0 ? "https://www.google.com/" : "https://shop.example/",
          pageTitle: `Results for ${query}`,
          sessionId: id("s", visitor * 3 + pick(3)),
          visitorId: id("v", visitor),
          ...(visitor % 4 === 0 ? { userId: id("u", visitor) } : {}),
          screen: { width: 1920, height: 1080 },
          locale: "en-GB",
          timezone: "Europe/London",
        },
        queryId: id("q", pick(100_000)),
        query,
        productId: id("p", pick(20_000)),
        rank: 1 + pick(40),
      },
      tenantid: "shop",
      receivedat: new Date(1_763_600_000_120 + index * 7).toISOString(),
      clientip: `81.${(visitor >> 8) % 200}.${visitor % 256}.${(visitor * 7) % 256}`,
      useragent: agents[visitor % agents.length],
      origin: "https://shop.example",
      referer: "https://shop.example/search",
      // Unlike the rest of a request, never seen before.
      traceparent: `00-0af7651916cd43dd8448eb21${index.toString(16).padStart(8, "0")}-b7ad6b71${pick(2 ** 32)
        .toString(16)
        .padStart(8, "0")}-01`,
    };
    return Buffer.from(`${JSON.stringify(event)}\n`);
  });
}
