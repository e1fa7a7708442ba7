// Generated from schemas/ by `pnpm schemas render`; do not edit.

/** `data` by event type, as a source sends it: the newest version. */
export interface EventDataByType {
  "commerce.cart-change": CommerceCartChangeDataV1;
  "commerce.product-view": CommerceProductViewDataV1;
  "commerce.purchase": CommercePurchaseDataV1;
  "custom.event": CustomEventDataV1;
  "inventory.stock-change": InventoryStockChangeDataV1;
  "newsletter.subscription": NewsletterSubscriptionDataV1;
  "page.view": PageViewDataV1;
  "search.click": SearchClickDataV1;
  "search.query": SearchQueryDataV1;
}

/** `data` by event type, as a consumer sees it: masked, in any MODEL that may still be on the way. */
export interface MaskedEventDataByType {
  "commerce.cart-change": MaskedCommerceCartChangeDataV1;
  "commerce.product-view": MaskedCommerceProductViewDataV1;
  "commerce.purchase": MaskedCommercePurchaseDataV1;
  "custom.event": MaskedCustomEventDataV1;
  "inventory.stock-change": MaskedInventoryStockChangeDataV1;
  "newsletter.subscription": MaskedNewsletterSubscriptionDataV1;
  "page.view": MaskedPageViewDataV1;
  "search.click": MaskedSearchClickDataV1;
  "search.query": MaskedSearchQueryDataV1;
}

/** `$id` of the newest schema by event type. */
export const newestSchemas = {
  "commerce.cart-change": "https://millrace.example/schemas/events/commerce/cart-change/1-0-0.json",
  "commerce.product-view": "https://millrace.example/schemas/events/commerce/product-view/1-0-0.json",
  "commerce.purchase": "https://millrace.example/schemas/events/commerce/purchase/1-0-0.json",
  "custom.event": "https://millrace.example/schemas/events/custom/event/1-0-0.json",
  "inventory.stock-change": "https://millrace.example/schemas/events/inventory/stock-change/1-0-0.json",
  "newsletter.subscription": "https://millrace.example/schemas/events/newsletter/subscription/1-0-0.json",
  "page.view": "https://millrace.example/schemas/events/page/view/1-0-0.json",
  "search.click": "https://millrace.example/schemas/events/search/click/1-0-0.json",
  "search.query": "https://millrace.example/schemas/events/search/query/1-0-0.json",
} as const;

/** A visitor put products into the cart or took them out. */
export interface CommerceCartChangeDataV1 {
  context: ContextV1;
  /** Cart. */
  cartId: string;
  /** What was done. */
  change: "add" | "remove";
  product: ProductV1;
  /** How many were added or removed. */
  quantity: number;
}

/** A visitor looked at a product. */
export interface CommerceProductViewDataV1 {
  context: ContextV1;
  product: ProductV1;
  /** Search the visitor came from. */
  queryId?: string;
}

/** A visitor placed an order. */
export interface CommercePurchaseDataV1 {
  context: ContextV1;
  /** Order. */
  orderId: string;
  /** What the buyer paid in all. */
  total: number;
  /** Currency of `total`. */
  currency: string;
  /** What was bought. */
  items: {
    product: ProductV1;
    /** How many. */
    quantity: number;
  }[];
  /** Who bought. */
  customer?: {
    /** Name of the buyer. Sensitive: mask. */
    name: string;
    /** E-mail address of the buyer. Sensitive: hmac. */
    email: string;
    /** Telephone number of the buyer. Sensitive: mask. */
    phone?: string;
    /** Number of the card that was charged. Should not be sent at all. Sensitive: mask. */
    cardNumber?: string;
    /** Where the goods go. Sensitive: drop. */
    address?: {
      /** Street and number. */
      street: string;
      /** City. */
      city: string;
      /** ISO 3166-1 alpha-2 code. */
      country: string;
    };
    /** Postal code of the address; its first characters tell the region. Sensitive: truncate. */
    postalCode?: string;
  };
}

/** What has no contract of its own yet. */
export interface CustomEventDataV1 {
  context?: ContextV1;
  /** Name the source chose. */
  name: string;
  /** Anything; open on purpose, and therefore scanned for sensitive values. Sensitive: scan. */
  properties: {
    [key: string]: unknown;
  };
}

/** A warehouse counted, received or shipped goods. Sent by the warehouse service; written by hand, as any team may. */
export interface InventoryStockChangeDataV1 {
  /** Stock keeping unit. */
  productId: string;
  /** Warehouse, e.g. `BER01`. */
  site: string;
  /** Pieces added; negative when taken out. */
  change: number;
  /** Pieces after the change. */
  stock: number;
  /** Why it changed. */
  reason: {
    /** Kind of reason. */
    kind: "receipt";
    /** Supplier. */
    supplier: string;
  } | {
    /** Kind of reason. */
    kind: "shipment";
    /** Order. */
    orderId: string;
  } | {
    /** Kind of reason. */
    kind: "count";
    /** Employee. Sensitive: hmac. */
    countedBy: string;
  };
  /** Day the stock was last counted. */
  countedOn?: string;
  /** Pieces by storage bin. */
  bins?: {
    [key: string]: unknown;
  };
}

/** Somebody subscribed to a newsletter or left it. */
export interface NewsletterSubscriptionDataV1 {
  context: ContextV1;
  /** Mailing list. */
  list: string;
  /** What was done. */
  action: "subscribe" | "unsubscribe";
  /** Address that gets the newsletter. Sensitive: hmac. */
  email: string;
  /** Topics chosen; all when absent. */
  topics?: string[];
}

/** A visitor opened a page. */
export interface PageViewDataV1 {
  context: ContextV1;
  /** Navigation start to load event, milliseconds. */
  loadTimeMs?: number;
}

/** A visitor clicked on a search result. */
export interface SearchClickDataV1 {
  context: ContextV1;
  /** `queryId` of the search the result was in. */
  queryId: string;
  /** What the visitor had searched for. Sensitive: scan. */
  query: string;
  /** Product clicked. */
  productId: string;
  /** Position in the results over all pages, from 1. */
  rank: number;
}

/** A visitor searched and was given results. */
export interface SearchQueryDataV1 {
  context: ContextV1;
  /** Identifies this answer; clicks on its results carry it. */
  queryId: string;
  /** What the visitor searched for. Sensitive: scan. */
  query: string;
  /** Results found in all. */
  resultCount: number;
  /** Page of results, from 1. */
  page?: number;
  /** Filters set. */
  filters?: string[];
}

/** Where and by whom: the fields every event of a visitor has. */
export interface ContextV1 {
  /** Address of the page the event happened on, with its query. Sensitive: scan. */
  pageUrl: string;
  /** Title of the page. */
  pageTitle?: string;
  /** Address of the page the visitor came from. Sensitive: scan. */
  referrerUrl?: string;
  /** Session of the visitor; ends after 30 minutes of silence. */
  sessionId: string;
  /** Browser or device, kept over sessions. */
  visitorId: string;
  /** Account of the visitor when signed in. Sensitive: hmac. */
  userId?: string;
  /** E-mail address of the visitor when known. Sensitive: hmac. */
  email?: string;
  /** Size of the screen. */
  screen?: {
    /** CSS pixels. */
    width: number;
    /** CSS pixels. */
    height: number;
  };
  /** BCP 47 language tag, e.g. `en-GB`. */
  locale?: string;
  /** IANA name, e.g. `Europe/Berlin`. */
  timezone?: string;
}

/** A product as the shop showed it when the event happened. */
export interface ProductV1 {
  /** Stock keeping unit. */
  productId: string;
  /** Name as shown. */
  name: string;
  /** Category path, levels separated by `/`. */
  category: string;
  /** Price of one, as shown. */
  price: number;
  /** Currency of the price. */
  currency: string;
}

/** A visitor put products into the cart or took them out. */
export interface MaskedCommerceCartChangeDataV1 {
  context: MaskedContextV1;
  /** Cart. */
  cartId: string;
  /** What was done. */
  change: "add" | "remove";
  product: MaskedProductV1;
  /** How many were added or removed. */
  quantity: number;
}

/** A visitor looked at a product. */
export interface MaskedCommerceProductViewDataV1 {
  context: MaskedContextV1;
  product: MaskedProductV1;
  /** Search the visitor came from. */
  queryId?: string;
}

/** A visitor placed an order. */
export interface MaskedCommercePurchaseDataV1 {
  context: MaskedContextV1;
  /** Order. */
  orderId: string;
  /** What the buyer paid in all. */
  total: number;
  /** Currency of `total`. */
  currency: string;
  /** What was bought. */
  items: {
    product: MaskedProductV1;
    /** How many. */
    quantity: number;
  }[];
  /** Who bought. */
  customer?: {
    /** Name of the buyer. Sensitive: mask. */
    name: string;
    /** E-mail address of the buyer. Sensitive: hmac. */
    email: string;
    /** Telephone number of the buyer. Sensitive: mask. */
    phone?: string;
    /** Number of the card that was charged. Should not be sent at all. Sensitive: mask. */
    cardNumber?: string;
    /** Postal code of the address; its first characters tell the region. Sensitive: truncate. */
    postalCode?: string;
  };
}

/** What has no contract of its own yet. */
export interface MaskedCustomEventDataV1 {
  context?: MaskedContextV1;
  /** Name the source chose. */
  name: string;
  /** Anything; open on purpose, and therefore scanned for sensitive values. Sensitive: scan. */
  properties: {
    [key: string]: unknown;
  };
}

/** A warehouse counted, received or shipped goods. Sent by the warehouse service; written by hand, as any team may. */
export interface MaskedInventoryStockChangeDataV1 {
  /** Stock keeping unit. */
  productId: string;
  /** Warehouse, e.g. `BER01`. */
  site: string;
  /** Pieces added; negative when taken out. */
  change: number;
  /** Pieces after the change. */
  stock: number;
  /** Why it changed. */
  reason: {
    /** Kind of reason. */
    kind: "receipt";
    /** Supplier. */
    supplier: string;
  } | {
    /** Kind of reason. */
    kind: "shipment";
    /** Order. */
    orderId: string;
  } | {
    /** Kind of reason. */
    kind: "count";
    /** Employee. Sensitive: hmac. */
    countedBy: string;
  };
  /** Day the stock was last counted. */
  countedOn?: string;
  /** Pieces by storage bin. */
  bins?: {
    [key: string]: unknown;
  };
}

/** Somebody subscribed to a newsletter or left it. */
export interface MaskedNewsletterSubscriptionDataV1 {
  context: MaskedContextV1;
  /** Mailing list. */
  list: string;
  /** What was done. */
  action: "subscribe" | "unsubscribe";
  /** Address that gets the newsletter. Sensitive: hmac. */
  email: string;
  /** Topics chosen; all when absent. */
  topics?: string[];
}

/** A visitor opened a page. */
export interface MaskedPageViewDataV1 {
  context: MaskedContextV1;
  /** Navigation start to load event, milliseconds. */
  loadTimeMs?: number;
}

/** A visitor clicked on a search result. */
export interface MaskedSearchClickDataV1 {
  context: MaskedContextV1;
  /** `queryId` of the search the result was in. */
  queryId: string;
  /** What the visitor had searched for. Sensitive: scan. */
  query: string;
  /** Product clicked. */
  productId: string;
  /** Position in the results over all pages, from 1. */
  rank: number;
}

/** A visitor searched and was given results. */
export interface MaskedSearchQueryDataV1 {
  context: MaskedContextV1;
  /** Identifies this answer; clicks on its results carry it. */
  queryId: string;
  /** What the visitor searched for. Sensitive: scan. */
  query: string;
  /** Results found in all. */
  resultCount: number;
  /** Page of results, from 1. */
  page?: number;
  /** Filters set. */
  filters?: string[];
}

/** Where and by whom: the fields every event of a visitor has. */
export interface MaskedContextV1 {
  /** Address of the page the event happened on, with its query. Sensitive: scan. */
  pageUrl: string;
  /** Title of the page. */
  pageTitle?: string;
  /** Address of the page the visitor came from. Sensitive: scan. */
  referrerUrl?: string;
  /** Session of the visitor; ends after 30 minutes of silence. */
  sessionId: string;
  /** Browser or device, kept over sessions. */
  visitorId: string;
  /** Account of the visitor when signed in. Sensitive: hmac. */
  userId?: string;
  /** E-mail address of the visitor when known. Sensitive: hmac. */
  email?: string;
  /** Size of the screen. */
  screen?: {
    /** CSS pixels. */
    width: number;
    /** CSS pixels. */
    height: number;
  };
  /** BCP 47 language tag, e.g. `en-GB`. */
  locale?: string;
  /** IANA name, e.g. `Europe/Berlin`. */
  timezone?: string;
}

/** A product as the shop showed it when the event happened. */
export interface MaskedProductV1 {
  /** Stock keeping unit. */
  productId: string;
  /** Name as shown. */
  name: string;
  /** Category path, levels separated by `/`. */
  category: string;
  /** Price of one, as shown. */
  price: number;
  /** Currency of the price. */
  currency: string;
}
