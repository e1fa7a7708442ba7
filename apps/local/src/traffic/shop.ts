/**
 * The shop the sample traffic visits: its products, its visitors' browsers, where they come from.
 * Every entry carries the labels a person would give it, so that expectations need no parser.
 */

export interface Product {
  readonly productId: string;
  readonly name: string;
  readonly category: string;
  readonly price: number;
  readonly currency: string;
}

const product = (productId: string, name: string, category: string, price: number): Product => ({
  productId,
  name,
  category,
  price,
  currency: "EUR",
});

export const products: readonly Product[] = [
  product("SKU-1001", "Trail Running Shoe", "shoes", 119.95),
  product("SKU-1002", "City Sneaker", "shoes", 89),
  product("SKU-1003", "Hiking Boot Mid", "shoes", 164.5),
  product("SKU-2001", "Merino Base Layer", "clothing", 74.9),
  product("SKU-2002", "Rain Jacket 2.5L", "clothing", 199),
  product("SKU-2003", "Down Vest", "clothing", 139.99),
  product("SKU-3001", "Carbon Trekking Poles", "equipment", 129),
  product("SKU-3002", "Two-Person Tent", "equipment", 349),
  product("SKU-3003", "Sleeping Bag −5 °C", "equipment", 219.5),
  product("SKU-4001", "Espresso à emporter", "food", 3.2),
  product("SKU-4002", "Energy Bar – 12 pack", "food", 24.6),
  product("SKU-5001", "GPS Watch", "electronics", 429),
];

export const queries: readonly string[] = [
  "trail shoes",
  "rain jacket women",
  "zelt 2 personen",
  "chaussures randonnée",
  "gps watch",
  "merino",
  "camping stove",
  "登山靴",
];

export interface Browser {
  readonly userAgent: string;
  readonly browser: string;
  readonly os: string;
  readonly device: "desktop" | "mobile" | "tablet";
  readonly isBot: boolean;
}

const browser = (name: string, os: string, device: Browser["device"], userAgent: string, isBot = false): Browser => ({
  userAgent,
  browser: name,
  os,
  device,
  isBot,
});

export const browsers: readonly Browser[] = [
  browser(
    "Chrome",
    "Windows",
    "desktop",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
  ),
  browser(
    "Chrome",
    "macOS",
    "desktop",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
  ),
  browser(
    "Safari",
    "macOS",
    "desktop",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4 Safari/605.1.15",
  ),
  browser("Firefox", "Linux", "desktop", "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0"),
  browser(
    "Edge",
    "Windows",
    "desktop",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0",
  ),
  browser(
    "Safari",
    "iOS",
    "mobile",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
  ),
  browser(
    "Chrome",
    "Android",
    "mobile",
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36",
  ),
  browser(
    "Samsung Internet",
    "Android",
    "mobile",
    "Mozilla/5.0 (Linux; Android 14; SAMSUNG SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36",
  ),
  browser(
    "Safari",
    "iOS",
    "tablet",
    "Mozilla/5.0 (iPad; CPU OS 17_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.7 Mobile/15E148 Safari/604.1",
  ),
];

export const crawlers: readonly Browser[] = [
  browser("Googlebot", "", "desktop", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", true),
  browser("bingbot", "", "desktop", "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", true),
];

export interface Origin {
  readonly referrerUrl?: string;
  readonly landingQuery: string;
  readonly utm?: { readonly source: string; readonly medium: string; readonly campaign: string };
}

const campaign = (
  referrerUrl: string | undefined,
  source: string,
  medium: string,
  name: string,
  extra = "",
): Origin => ({
  ...(referrerUrl === undefined ? {} : { referrerUrl }),
  landingQuery: `?utm_source=${source}&utm_medium=${medium}&utm_campaign=${encodeURIComponent(name)}${extra}`,
  utm: { source, medium, campaign: name },
});

export const origins: readonly Origin[] = [
  { landingQuery: "" },
  { landingQuery: "", referrerUrl: "https://www.google.com/" },
  { landingQuery: "", referrerUrl: "https://duckduckgo.com/" },
  { landingQuery: "", referrerUrl: "https://www.facebook.com/" },
  { landingQuery: "", referrerUrl: "https://blog.outdoor.example/best-tents-2026" },
  campaign("https://www.google.com/", "google", "cpc", "autumn sale", "&gclid=EAIaIQobChMI7-sample"),
  campaign(undefined, "newsletter", "email", "weekly-2026-47"),
  campaign("https://www.instagram.com/", "instagram", "social", "boots-launch"),
];

/** Public-looking addresses from ranges that geo databases know, and from documentation ranges that they do not. */
export const addressPrefixes: readonly string[] = [
  "81.2.69.",
  "85.214.132.",
  "91.198.174.",
  "151.101.1.",
  "8.8.8.",
  "203.0.113.",
  "2a00:1450:4001:80b::",
  "2001:db8:85a3::",
];

export const locales: readonly string[] = ["en-GB", "de-DE", "fr-FR", "fr-CA", "ja-JP"];
