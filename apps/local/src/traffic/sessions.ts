import {
  addressPrefixes,
  type Browser,
  browsers,
  crawlers,
  locales,
  type Origin,
  origins,
  type Product,
  products,
  queries,
} from "./shop.ts";

/** Numbers in [0, 1), the same for the same seed. */
export type Random = () => number;

/** An event before it is sent: CloudEvent attributes without `time`, which the sender sets. */
export interface DraftEvent {
  readonly specversion: "1.0";
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  readonly data: Record<string, unknown>;
}

/** Who sends: the headers a browser or a service would add. */
export interface Visitor {
  readonly visitorId: string;
  readonly browser: Browser;
  readonly origin: Origin;
  readonly address: string;
}

/** One event of one visitor's session. */
export interface SessionStep {
  readonly visitor: Visitor;
  readonly event: DraftEvent;
}

export const shopOrigin = "https://shop.example";
export const webSource = "https://shop.example/web";

export function pick<T>(random: Random, list: readonly T[]): T {
  const chosen = list[Math.floor(random() * list.length)];
  if (chosen === undefined) throw new RangeError("Expected a list with at least one element to pick from.");
  return chosen;
}

export function randomUuid(random: Random): string {
  const hex = (digits: number): string =>
    Math.floor(random() * 16 ** digits)
      .toString(16)
      .padStart(digits, "0");
  return `${hex(8)}-${hex(4)}-4${hex(3)}-${pick(random, ["8", "9", "a", "b"])}${hex(3)}-${hex(6)}${hex(6)}`;
}

function createVisitor(random: Random): Visitor {
  const isCrawler = random() < 0.05;
  const prefix = pick(random, addressPrefixes);
  const host = 1 + Math.floor(random() * 250);
  return {
    visitorId: `v-${randomUuid(random).slice(0, 13)}`,
    browser: pick(random, isCrawler ? crawlers : browsers),
    origin: pick(random, origins),
    address: prefix.includes(":") ? `${prefix}${host.toString(16)}` : `${prefix}${host}`,
  };
}

/**
 * The events of one visitor, in order: landing page, then searches, clicks, product views, cart changes and sometimes a
 * purchase. Crawlers only view pages.
 */
export function* createSession(random: Random): Generator<SessionStep> {
  const visitor = createVisitor(random);
  const sessionId = `s-${randomUuid(random).slice(0, 13)}`;
  const locale = pick(random, locales);
  const account = random() < 0.3 ? { userId: `u-${Math.floor(random() * 5000)}` } : {};
  let lastPage = visitor.origin.referrerUrl;

  function step(type: string, path: string, title: string, details: Record<string, unknown>): SessionStep {
    const pageUrl = `${shopOrigin}${path}`;
    const context = {
      pageUrl,
      pageTitle: title,
      ...(lastPage === undefined ? {} : { referrerUrl: lastPage }),
      sessionId,
      visitorId: visitor.visitorId,
      ...account,
      locale,
    };
    lastPage = pageUrl;
    const id = randomUuid(random);
    return {
      visitor,
      event: {
        specversion: "1.0",
        id,
        source: webSource,
        type,
        subject: visitor.visitorId,
        data: { context, ...details },
      },
    };
  }

  yield step("page.view", `/${visitor.origin.landingQuery}`, "Outdoor shop", {
    loadTimeMs: Math.round(200 + random() * 2500),
  });
  if (visitor.browser.isBot) {
    for (const seen of products.slice(0, 1 + Math.floor(random() * 4))) {
      yield step("page.view", `/p/${seen.productId}`, seen.name, {});
    }
    return;
  }
  const searches = 1 + Math.floor(random() * 2);
  for (let search = 0; search < searches; search += 1) {
    const query = pick(random, queries);
    const queryId = randomUuid(random);
    const path = `/search?q=${encodeURIComponent(query)}`;
    yield step("search.query", path, `Results for ${query}`, {
      queryId,
      query,
      resultCount: Math.floor(random() * 80),
    });
    const clicks = Math.floor(random() * 3);
    for (let click = 0; click < clicks; click += 1) {
      const clicked = pick(random, products);
      const rank = 1 + Math.floor(random() * 20);
      yield step("search.click", path, `Results for ${query}`, { queryId, query, productId: clicked.productId, rank });
      yield step("commerce.product-view", `/p/${clicked.productId}`, clicked.name, { product: clicked, queryId });
      if (random() < 0.5) yield* shop(random, clicked, step);
    }
  }
}

function* shop(
  random: Random,
  chosen: Product,
  step: (type: string, path: string, title: string, details: Record<string, unknown>) => SessionStep,
): Generator<SessionStep> {
  const cartId = randomUuid(random);
  const quantity = 1 + Math.floor(random() * 3);
  yield step("commerce.cart-change", "/cart", "Cart", { cartId, change: "add", product: chosen, quantity });
  if (random() < 0.2) {
    yield step("commerce.cart-change", "/cart", "Cart", { cartId, change: "remove", product: chosen, quantity: 1 });
  }
  if (random() < 0.5) {
    const customerNumber = Math.floor(random() * 5000);
    yield step("commerce.purchase", "/checkout/done", "Thank you", {
      orderId: `o-${randomUuid(random).slice(0, 8)}`,
      total: Math.round(chosen.price * quantity * 100) / 100,
      currency: chosen.currency,
      items: [{ product: chosen, quantity }],
      customer: { name: `Customer ${customerNumber}`, email: `customer.${customerNumber}@mail.example` },
    });
  }
}
