import { createRandom, pick } from "./random.ts";

export const TYPES = [
  "page.view",
  "search.query",
  "search.click",
  "commerce.product-view",
  "commerce.cart-change",
  "commerce.purchase",
  "custom.event",
  "account.sign-in",
];
export const COUNTRIES = [
  "DE",
  "FR",
  "GB",
  "US",
  "CA",
  "JP",
  "BR",
  "IN",
  "NL",
  "SE",
  "ES",
  "IT",
  "PL",
  "AT",
  "CH",
  "DK",
];
export const CATEGORIES = [
  "shoes",
  "shirts",
  "books",
  "garden",
  "kitchen",
  "music",
  "toys",
  "phones",
  "bikes",
  "lamps",
];
const AGENTS = [
  "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
  "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
];

/** Names that routes and events draw from: 10,000 products, 2,000 queries, 500 pages, 3,000 users. */
export const product = (index: number): string => `p-${String(index % 10_000).padStart(5, "0")}`;
export const query = (index: number): string =>
  `${pick(createRandom(index), CATEGORIES)} ${(index * 7_919) % 2_000} cheap`;

/** Enriched events as JSON text, about 900 bytes each. */
export function createEvents(count: number, seed = 1): string[] {
  const random = createRandom(seed);
  const whole = (below: number): number => Math.floor(random() * below);
  return Array.from({ length: count }, (_, index) => {
    const category = pick(random, CATEGORIES);
    const country = pick(random, COUNTRIES);
    return JSON.stringify({
      event: {
        specversion: "1.0",
        id: `0199a${index.toString(16).padStart(7, "0")}-7c3e-8d21-9f01a2b3c4d5`,
        source: "https://shop.example/web",
        type: pick(random, TYPES),
        subject: `visitor-${whole(3_000)}`,
        time: "2026-03-01T12:00:00.000Z",
        tenantid: `tenant-${whole(50)}`,
        clientip: `10.${whole(256)}.${whole(256)}.0`,
        useragent: pick(random, AGENTS),
        data: {
          context: {
            pageUrl: `https://shop.example/${category}/page-${whole(500)}?utm_campaign=c${whole(200)}&ref=${whole(1_000)}`,
            sessionId: `s-${whole(100_000)}`,
            locale: `en-${country}`,
          },
          productId: product(whole(10_000)),
          query: query(whole(2_000)),
          price: whole(50_000) / 100,
          quantity: 1 + whole(5),
        },
      },
      enrichment: { geo: { country, city: `city-${whole(400)}` }, bot: { isBot: random() < 0.1 } },
      validation: {
        status: random() < 0.97 ? "valid" : "invalid",
        schema: "https://millrace.example/schemas/x/1-0-0.json",
        errors: [],
      },
      privacy: { masked: [] },
      processing: { enrichment: { name: "enrichment", version: "1.0.0", at: "2026-03-01T12:00:00.120Z" } },
    });
  });
}
