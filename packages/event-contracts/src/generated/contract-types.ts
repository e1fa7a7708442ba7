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
  "commerce.cart-change": "https://millrace.example/schemas/events/commerce/cart-change/1-1-0.json",
  "commerce.product-view": "https://millrace.example/schemas/events/commerce/product-view/1-1-0.json",
  "commerce.purchase": "https://millrace.example/schemas/events/commerce/purchase/1-1-0.json",
  "custom.event": "https://millrace.example/schemas/events/custom/event/1-1-0.json",
  "inventory.stock-change": "https://millrace.example/schemas/events/inventory/stock-change/1-0-0.json",
  "newsletter.subscription": "https://millrace.example/schemas/events/newsletter/subscription/1-0-0.json",
  "page.view": "https://millrace.example/schemas/events/page/view/1-1-0.json",
  "search.click": "https://millrace.example/schemas/events/search/click/1-1-0.json",
  "search.query": "https://millrace.example/schemas/events/search/query/1-1-0.json",
} as const;

/** The newest version. */
export type NewestEnrichedEvent = EnrichedEventV1_1_2;

/** The newest version. */
export type NewestEnrichment = EnrichmentV1_0_1;

/** What enrichment writes: the event, masked, and everything known about it. */
export interface EnrichedEventV1 {
  /** The CloudEvent with its sensitive fields masked. */
  event: {
    /** Version of CloudEvents. */
    specversion: "1.0";
    /** Unique together with `source`. */
    id: string;
    /** URI reference of the producer. */
    source: string;
    /** `<domain>.<event>`; names the contract. */
    type: string;
    /** What the event is about; becomes the partition key. */
    subject?: string;
    /** `$id` of the schema `data` adheres to. */
    dataschema?: string;
    /** When it happened, in the form of RFC 3339. */
    time: string;
    /** Tenant the write key belongs to. */
    tenantid: string;
    /** When ingest took the event, in the form of RFC 3339. */
    receivedat: string;
    /** What happened, masked. */
    data?: unknown;
    [key: string]: unknown;
  };
  enrichment: EnrichmentV1;
  /** The verdict of the contract. An invalid or unknown event still flows. */
  validation: {
    /** `unknown`: there is no schema for this `type` or `dataschema`. */
    status: "valid" | "invalid" | "unknown";
    /** `$id` of the schema that was applied, null when unknown. */
    schema: string | null;
    /** All errors up to a limit; empty unless invalid. */
    errors: {
      /** JSON Pointer into the event, e.g. `/data/rank`. */
      path: string;
      /** JSON Schema keyword that failed, e.g. `minimum`. */
      keyword: string;
      /** What is wrong, for people. */
      message: string;
      /** What the schema asks for, e.g. `>= 1`. */
      expected?: unknown;
      /** What the event held, shortened; absent when masking changed it. */
      actual?: unknown;
    }[];
    /** How many errors there were, when more than `errors` holds. */
    errorCount?: number;
  };
  /** What was masked. */
  privacy: {
    /** What was masked and how, up to a limit. */
    masked: {
      /** JSON Pointer into the event, e.g. `/data/rank`. */
      path: string;
      /** Class of the annotation, e.g. `email`. */
      class: string;
      /** What was done. */
      action: "drop" | "mask" | "hmac" | "truncate" | "scan";
      /** Which key made the hash, so that keys can be rotated. */
      keyId?: string;
      /** The hash under the other live keys: joins events from before and after a rotation. */
      alternates?: {
        /** Another live key. */
        keyId: string;
        /** The value under that key. */
        value: string;
      }[];
    }[];
    /** How many fields there were, when more than `masked` lists. */
    maskedCount?: number;
  };
  /** Versions and times of each hop, by its name. */
  processing: {
    [key: string]: {
      /** Name of the processor. */
      name: string;
      /** Its version. */
      version: string;
      /** RFC 3339 with milliseconds. */
      at: string;
      [key: string]: unknown;
    };
  };
}

/** What enrichment writes: the event, masked, and everything known about it. */
export interface EnrichedEventV1_0_1 {
  /** The CloudEvent with its sensitive fields masked. */
  event: {
    /** Version of CloudEvents. */
    specversion: "1.0";
    /** Unique together with `source`. */
    id: string;
    /** URI reference of the producer. */
    source: string;
    /** `<domain>.<event>`; names the contract. */
    type: string;
    /** What the event is about; becomes the partition key. */
    subject?: string;
    /** `$id` of the schema `data` adheres to. */
    dataschema?: string;
    /** When it happened, in the form of RFC 3339. */
    time: string;
    /** Tenant the write key belongs to. */
    tenantid: string;
    /** When ingest took the event, in the form of RFC 3339. */
    receivedat: string;
    /** What happened, masked. */
    data?: unknown;
    [key: string]: unknown;
  };
  enrichment: EnrichmentV1;
  /** The verdict of the contract. An invalid or unknown event still flows. */
  validation: {
    /** `unknown`: there is no schema for this `type` or `dataschema`. */
    status: "valid" | "invalid" | "unknown";
    /** `$id` of the schema that was applied, null when unknown. */
    schema: string | null;
    /** All errors up to a limit; empty unless invalid. */
    errors: {
      /** JSON Pointer into the event, e.g. `/data/rank`. */
      path: string;
      /** JSON Schema keyword that failed, e.g. `minimum`. */
      keyword: string;
      /** What is wrong, for people. */
      message: string;
      /** What the schema asks for, e.g. `>= 1`. */
      expected?: unknown;
      /** What the event held, shortened; absent when masking changed it. */
      actual?: unknown;
    }[];
    /** How many errors there were, when more than `errors` holds. */
    errorCount?: number;
  };
  /** What was masked. */
  privacy: {
    /** What was masked and how, up to a limit. */
    masked: {
      /** JSON Pointer into the event, e.g. `/data/rank`. */
      path: string;
      /** Class of the annotation, e.g. `email`. */
      class: string;
      /** What was done. */
      action: "drop" | "mask" | "hmac" | "truncate" | "scan";
      /** Which key made the hash, so that keys can be rotated. */
      keyId?: string;
      /** The hash under the other live keys: joins events from before and after a rotation. */
      alternates?: {
        /** Another live key. */
        keyId: string;
        /** The value under that key. */
        value: string;
      }[];
    }[];
    /** How many fields there were, when more than `masked` lists. */
    maskedCount?: number;
  };
  /** Versions and times of each hop, by its name. */
  processing: {
    [key: string]: {
      /** Name of the processor. */
      name: string;
      /** Its version. */
      version: string;
      /** RFC 3339 with milliseconds. */
      at: string;
      [key: string]: unknown;
    };
  };
  /** Where the event differs from what was sent, or holds what a typed column cannot; absent when nowhere. */
  fidelity?: {
    /** All places up to a limit. */
    notes: {
      /** JSON Pointer into the event, e.g. `/data/rank`. */
      path: string;
      /** `text-repaired`, `name-repaired`: half a surrogate pair, which no store holds, became U+FFFD; `number-out-of-range`: the digits are as sent, and a typed column shows NULL or 0. */
      kind: "text-repaired" | "name-repaired" | "number-out-of-range";
    }[];
    /** How many places there were, when more than `notes` lists. */
    noteCount?: number;
  };
}

/** The event as enrichment writes it: masked, with everything known about it. */
export interface EnrichedEventV1_1_0 {
  /** The CloudEvent with its sensitive fields masked. */
  event: {
    /** Version of CloudEvents. */
    specversion: "1.0";
    /** Unique together with `source`. */
    id: string;
    /** URI reference of the producer. */
    source: string;
    /** `<domain>.<event>`; names the contract. */
    type: string;
    /** The subject of the event; becomes the partition key. */
    subject?: string;
    /** `$id` of the schema `data` adheres to. */
    dataschema?: string;
    /** When it happened, in the form of RFC 3339. */
    time: string;
    /** Tenant the write key belongs to. */
    tenantid: string;
    /** When ingest took the event, in the form of RFC 3339. */
    receivedat: string;
    /** The sender's own number of this revision: a whole number up to 2147483647, or its digits as a text. Anything else counts as 0, as if absent; the greater one replaces the lesser. */
    revision?: unknown;
    /** When the event was put on the raw stream again, in the form of RFC 3339; absent when it comes from its sender. */
    replayedat?: string;
    /** The facts of the event, masked. */
    data?: unknown;
    [key: string]: unknown;
  };
  enrichment: EnrichmentV1;
  /** The verdict of the contract. An invalid or unknown event still flows. */
  validation: {
    /** `unknown`: there is no schema for this `type` or `dataschema`. */
    status: "valid" | "invalid" | "unknown";
    /** `$id` of the schema that was applied, null when unknown. */
    schema: string | null;
    /** All errors up to a limit; empty unless invalid. */
    errors: {
      /** JSON Pointer into the event, e.g. `/data/rank`. */
      path: string;
      /** JSON Schema keyword that failed, e.g. `minimum`. */
      keyword: string;
      /** The fault, for people. */
      message: string;
      /** The demand of the schema, e.g. `>= 1`. */
      expected?: unknown;
      /** The value in the event, shortened; absent when masking changed it. */
      actual?: unknown;
    }[];
    /** How many errors there were, when more than `errors` holds. */
    errorCount?: number;
  };
  /** The fields that were masked. */
  privacy: {
    /** Each masked field with its treatment, up to a limit. */
    masked: {
      /** JSON Pointer into the event, e.g. `/data/rank`. */
      path: string;
      /** Class of the annotation, e.g. `email`. */
      class: string;
      /** The treatment of the value. */
      action: "drop" | "mask" | "hmac" | "truncate" | "scan";
      /** Which key made the hash, so that keys can be rotated. */
      keyId?: string;
      /** The hash under the other live keys: joins events from before and after a rotation. */
      alternates?: {
        /** Another live key. */
        keyId: string;
        /** The value under that key. */
        value: string;
      }[];
    }[];
    /** How many fields there were, when more than `masked` lists. */
    maskedCount?: number;
  };
  /** Versions and times of each hop, by its name. */
  processing: {
    [key: string]: {
      /** Name of the processor. */
      name: string;
      /** Its version. */
      version: string;
      /** RFC 3339 with milliseconds. */
      at: string;
      [key: string]: unknown;
    };
  };
  /** Where the event differs from what was sent, or holds what a typed column cannot; absent when nowhere. */
  fidelity?: {
    /** All places up to a limit. */
    notes: {
      /** JSON Pointer into the event, e.g. `/data/rank`. */
      path: string;
      /** `text-repaired`, `name-repaired`: half a surrogate pair, which no store holds, became U+FFFD; `number-out-of-range`: the digits are as sent, and a typed column shows NULL or 0. */
      kind: "text-repaired" | "name-repaired" | "number-out-of-range";
    }[];
    /** How many places there were, when more than `notes` lists. */
    noteCount?: number;
  };
}

/** The event as enrichment writes it: masked, with everything known about it. */
export interface EnrichedEventV1_1_1 {
  /** The CloudEvent with its sensitive fields masked. */
  event: {
    /** Version of CloudEvents. */
    specversion: "1.0";
    /** Unique together with `source`. */
    id: string;
    /** URI reference of the producer. */
    source: string;
    /** `<domain>.<event>`; names the contract. */
    type: string;
    /** The subject of the event; becomes the partition key. */
    subject?: string;
    /** `$id` of the schema `data` adheres to. */
    dataschema?: string;
    /** When it happened, in the form of RFC 3339. */
    time: string;
    /** Tenant the write key belongs to. */
    tenantid: string;
    /** When ingest took the event, in the form of RFC 3339. */
    receivedat: string;
    /** The sender's own number of this revision: a whole number up to 2147483647, or its digits as a text. Anything else counts as 0, as if absent; the greater one replaces the lesser. */
    revision?: unknown;
    /** When the event was put on the raw stream again, in the form of RFC 3339; absent when it comes from its sender. */
    replayedat?: string;
    /** The facts of the event, masked. */
    data?: unknown;
    [key: string]: unknown;
  };
  enrichment: EnrichmentV1_0_1;
  /** The verdict of the contract. An invalid or unknown event still flows. */
  validation: {
    /** `unknown`: there is no schema for this `type` or `dataschema`. */
    status: "valid" | "invalid" | "unknown";
    /** `$id` of the schema that was applied, null when unknown. */
    schema: string | null;
    /** All errors up to a limit; empty unless invalid. */
    errors: {
      /** JSON Pointer into the event, e.g. `/data/rank`. */
      path: string;
      /** JSON Schema keyword that failed, e.g. `minimum`. */
      keyword: string;
      /** The fault, for people. */
      message: string;
      /** The demand of the schema, e.g. `>= 1`. */
      expected?: unknown;
      /** The value in the event, shortened; absent when masking changed it. */
      actual?: unknown;
    }[];
    /** How many errors there were, when more than `errors` holds. */
    errorCount?: number;
  };
  /** The fields that were masked. */
  privacy: {
    /** Each masked field with its treatment, up to a limit. */
    masked: {
      /** JSON Pointer into the event, e.g. `/data/rank`. */
      path: string;
      /** Class of the annotation, e.g. `email`. */
      class: string;
      /** The treatment of the value. */
      action: "drop" | "mask" | "hmac" | "truncate" | "scan";
      /** Which key made the hash, so that keys can be rotated. */
      keyId?: string;
      /** The hash under the other live keys: joins events from before and after a rotation. */
      alternates?: {
        /** Another live key. */
        keyId: string;
        /** The value under that key. */
        value: string;
      }[];
    }[];
    /** How many fields there were, when more than `masked` lists. */
    maskedCount?: number;
  };
  /** Versions and times of each hop, by its name. */
  processing: {
    [key: string]: {
      /** Name of the processor. */
      name: string;
      /** Its version. */
      version: string;
      /** RFC 3339 with milliseconds. */
      at: string;
      [key: string]: unknown;
    };
  };
  /** Where the event differs from what was sent, or holds what a typed column cannot; absent when nowhere. */
  fidelity?: {
    /** All places up to a limit. */
    notes: {
      /** JSON Pointer into the event, e.g. `/data/rank`. */
      path: string;
      /** `text-repaired`, `name-repaired`: half a surrogate pair, which no store holds, became U+FFFD; `number-out-of-range`: the digits are as sent, and a typed column shows NULL or 0. */
      kind: "text-repaired" | "name-repaired" | "number-out-of-range";
    }[];
    /** How many places there were, when more than `notes` lists. */
    noteCount?: number;
  };
}

/** The event as enrichment writes it: masked, with everything known about it. */
export interface EnrichedEventV1_1_2 {
  /** The CloudEvent with its sensitive fields masked. */
  event: {
    /** Version of CloudEvents. */
    specversion: "1.0";
    /** Unique together with `source`. */
    id: string;
    /** URI reference of the producer. */
    source: string;
    /** `<domain>.<event>`; names the contract. */
    type: string;
    /** The subject of the event; becomes the partition key. */
    subject?: string;
    /** `$id` of the schema `data` adheres to. */
    dataschema?: string;
    /** When it happened, in the form of RFC 3339. */
    time: string;
    /** Tenant the write key belongs to. */
    tenantid: string;
    /** When ingest took the event, in the form of RFC 3339. */
    receivedat: string;
    /** The sender's own number of this revision: a whole number up to 2147483647, or its digits as a text. Anything else counts as 0, as if absent; the greater one replaces the lesser. */
    revision?: unknown;
    /** When the event was put on the raw stream again, in the form of RFC 3339; absent when it comes from its sender. */
    replayedat?: string;
    /** The facts of the event, masked. */
    data?: unknown;
    [key: string]: unknown;
  };
  enrichment: EnrichmentV1_0_1;
  /** The verdict of the contract. An invalid or unknown event still flows. */
  validation: {
    /** `unknown`: there is no schema for this `type` or `dataschema`. */
    status: "valid" | "invalid" | "unknown";
    /** `$id` of the schema that was applied, null when unknown. */
    schema: string | null;
    /** All errors up to a limit; empty unless invalid. */
    errors: {
      /** JSON Pointer into the event, e.g. `/data/rank`. */
      path: string;
      /** JSON Schema keyword that failed, e.g. `minimum`. */
      keyword: string;
      /** The fault, for people. */
      message: string;
      /** The demand of the schema, e.g. `>= 1`. */
      expected?: unknown;
      /** The value in the event, shortened; absent when masking changed it. */
      actual?: unknown;
    }[];
    /** How many errors there were, when more than `errors` holds. */
    errorCount?: number;
  };
  /** The fields that were masked. */
  privacy: {
    /** Each masked field with its treatment, up to a limit. */
    masked: {
      /** JSON Pointer into the event, e.g. `/data/rank`; of an addition into the enriched event, e.g. `/enrichment/product/buyer`. */
      path: string;
      /** Class of the annotation, e.g. `email`. */
      class: string;
      /** The treatment of the value. */
      action: "drop" | "mask" | "hmac" | "truncate" | "scan";
      /** Which key made the hash, so that keys can be rotated. */
      keyId?: string;
      /** The hash under the other live keys: joins events from before and after a rotation. */
      alternates?: {
        /** Another live key. */
        keyId: string;
        /** The value under that key. */
        value: string;
      }[];
    }[];
    /** How many fields there were, when more than `masked` lists. */
    maskedCount?: number;
  };
  /** Versions and times of each hop, by its name. */
  processing: {
    [key: string]: {
      /** Name of the processor. */
      name: string;
      /** Its version. */
      version: string;
      /** RFC 3339 with milliseconds. */
      at: string;
      [key: string]: unknown;
    };
  };
  /** Where the event differs from what was sent, or holds what a typed column cannot; absent when nowhere. */
  fidelity?: {
    /** All places up to a limit. */
    notes: {
      /** JSON Pointer into the event, e.g. `/data/rank`. */
      path: string;
      /** `text-repaired`, `name-repaired`: half a surrogate pair, which no store holds, became U+FFFD; `number-out-of-range`: the digits are as sent, and a typed column shows NULL or 0. */
      kind: "text-repaired" | "name-repaired" | "number-out-of-range";
    }[];
    /** How many places there were, when more than `notes` lists. */
    noteCount?: number;
  };
}

/** What enrichment adds to an event, one property per enrichment. */
export interface EnrichmentV1 {
  /** What can be said of the client's address once it is truncated. */
  client?: {
    /** Version of the Internet Protocol. */
    ipVersion: 4 | 6;
    /** Whether the address says anything about the place of the client. */
    isPublic: boolean;
  };
  /** Where the client is, as precisely as the options ask for. Never coordinates: they single out a household. */
  geo?: {
    /** ISO 3166-1 alpha-2. */
    country: string;
    /** ISO 3166-2, e.g. `GB-SCT`. */
    region?: string;
    /** Name in English. */
    city?: string;
  };
  /** The network the client is in. */
  network?: {
    /** Autonomous system number. */
    number: number;
    /** Who runs it. */
    organization?: string;
  };
  /** Browser, system and device as the `User-Agent` header tells them. */
  userAgent?: {
    /** Browser. */
    browser?: {
      /** Name, e.g. `Safari`. */
      name: string;
      /** Version, e.g. `17.5`. */
      version?: string;
    };
    /** Operating system. */
    os?: {
      /** Name, e.g. `Safari`. */
      name: string;
      /** Version, e.g. `17.5`. */
      version?: string;
    };
    /** Device. */
    device?: {
      /** E.g. `mobile`, `tablet`, `desktop`. */
      type?: string;
      /** E.g. `Apple`. */
      vendor?: string;
      /** E.g. `iPhone`. */
      model?: string;
    };
  };
  /** Whether a program made the event. */
  bot?: {
    /** Whether a program and not a person made the event. */
    isBot: boolean;
    /** What told: the user agent, its absence, or the network. */
    reason?: "user-agent" | "no-user-agent" | "network";
    /** The part of the user agent that told. */
    match?: string;
  };
  /** The parts of the page's address. The query stays on the event: what of it counts, `campaign` takes. */
  page?: {
    /** Scheme. */
    scheme: "http" | "https";
    /** Host, without the port. */
    host: string;
    /** Port, unless it is the scheme's own. */
    port?: number;
    /** Path, cut. */
    path: string;
    /** Fragment without `#`, cut. */
    fragment?: string;
  };
  /** What the page's address says about the campaign that led to it. */
  campaign?: {
    /** `utm_source`. */
    source?: string;
    /** `utm_medium`. */
    medium?: string;
    /** `utm_campaign`. */
    name?: string;
    /** `utm_term`. */
    term?: string;
    /** `utm_content`. */
    content?: string;
    /** `utm_id`. */
    id?: string;
    /** Parameter that carries a click id. Not the id: it is of one person's click. */
    clickIdParameter?: string;
    /** Network that sets that parameter, e.g. `google-ads`. */
    clickNetwork?: string;
  };
  /** Where the visitor came from. */
  referrer?: {
    /** How the visitor came: `search`, `social`, `email`, `paid-search`, `referral`, `internal`, `direct`, …; the rules and options name them. */
    channel: string;
    /** The referring site when a rule knows it, e.g. `Google`. */
    name?: string;
    /** Host of the referring address. */
    host?: string;
  };
  /** When the event happened, by our clock as far as that can be told. */
  clock?: {
    /** RFC 3339 with milliseconds, never after the receipt. */
    derivedTime: string;
    /** `client`: the client's time is plausible as it is; `corrected`: moved by the skew of its clock; `receipt`: it cannot be right, so the time of receipt stands in. */
    basis: "client" | "corrected" | "receipt";
    /** How far the client's clock is behind ours, where it is known: positive when it is slow. */
    skewMs?: number;
  };
  /** Enrichments that could not do their work. */
  notes?: {
    /** Name of the enrichment. */
    enrichment: string;
    /** Why it added nothing; never a value of the event. */
    message: string;
  }[];
}

/** All that enrichment adds to an event, one property per enrichment. */
export interface EnrichmentV1_0_1 {
  /** Whether a program made the event. */
  bot?: {
    /** Whether a program and not a person made the event. */
    isBot: boolean;
    /** Tells why: the user agent, its absence, or the network. */
    reason?: "user-agent" | "no-user-agent" | "network";
    /** The part of the user agent that told. */
    match?: string;
  };
  /** The campaign that led to the page, as the page's address tells it. */
  campaign?: {
    /** `utm_source`. */
    source?: string;
    /** `utm_medium`. */
    medium?: string;
    /** `utm_campaign`. */
    name?: string;
    /** `utm_term`. */
    term?: string;
    /** `utm_content`. */
    content?: string;
    /** `utm_id`. */
    id?: string;
    /** Parameter that carries a click id. Not the id: it is of one person's click. */
    clickIdParameter?: string;
    /** Network that sets that parameter, e.g. `google-ads`. */
    clickNetwork?: string;
  };
  /** All that can be said of the client's address once it is truncated. */
  client?: {
    /** Version of the Internet Protocol. */
    ipVersion: 4 | 6;
    /** Whether the address says anything about the place of the client. */
    isPublic: boolean;
  };
  /** When the event happened, by our clock as far as that can be told. */
  clock?: {
    /** RFC 3339 with milliseconds, never after the receipt. */
    derivedTime: string;
    /** `client`: the client's time is plausible as it is; `corrected`: moved by the skew of its clock; `receipt`: it cannot be right, so the time of receipt stands in. */
    basis: "client" | "corrected" | "receipt";
    /** How far the client's clock is behind ours, where it is known: positive when it is slow. */
    skewMs?: number;
  };
  /** Where the client is, as precisely as the options ask for. Never coordinates: they single out a household. */
  geo?: {
    /** ISO 3166-1 alpha-2. */
    country: string;
    /** ISO 3166-2, e.g. `GB-SCT`. */
    region?: string;
    /** Name in English. */
    city?: string;
  };
  /** The network the client is in. */
  network?: {
    /** Autonomous system number. */
    number: number;
    /** Who runs it. */
    organization?: string;
  };
  /** The parts of the page's address. The query stays on the event: what of it counts, `campaign` takes. */
  page?: {
    /** Scheme. */
    scheme: "http" | "https";
    /** Host, without the port. */
    host: string;
    /** Port, unless it is the scheme's own. */
    port?: number;
    /** Path, cut. */
    path: string;
    /** Fragment without `#`, cut. */
    fragment?: string;
  };
  /** Where the visitor came from. */
  referrer?: {
    /** How the visitor came: `search`, `social`, `email`, `paid-search`, `referral`, `internal`, `direct`, …; the rules and options name them. */
    channel: string;
    /** The referring site when a rule knows it, e.g. `Google`. */
    name?: string;
    /** Host of the referring address. */
    host?: string;
  };
  /** Browser, system and device as the `User-Agent` header tells them. */
  userAgent?: {
    /** Browser. */
    browser?: {
      /** Name, e.g. `Safari`. */
      name: string;
      /** Version, e.g. `17.5`. */
      version?: string;
    };
    /** Operating system. */
    os?: {
      /** Name, e.g. `Safari`. */
      name: string;
      /** Version, e.g. `17.5`. */
      version?: string;
    };
    /** Device. */
    device?: {
      /** E.g. `mobile`, `tablet`, `desktop`. */
      type?: string;
      /** E.g. `Apple`. */
      vendor?: string;
      /** E.g. `iPhone`. */
      model?: string;
    };
    /** Where it was not the `User-Agent` header that told: the browser's client hints. */
    basis?: "client-hints";
  };
  /** Enrichments that could not do their work. */
  notes?: {
    /** Name of the enrichment. */
    enrichment: string;
    /** Why it added nothing; never a value of the event. */
    message: string;
  }[];
}

/** A visitor put products into the cart or took them out. */
export interface CommerceCartChangeDataV1 {
  context: ContextV1_1_0;
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
  context: ContextV1_1_0;
  product: ProductV1;
  /** Search the visitor came from. */
  queryId?: string;
}

/** A visitor placed an order. */
export interface CommercePurchaseDataV1 {
  context: ContextV1_1_0;
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
  context?: ContextV1_1_0;
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
  context: ContextV1_1_0;
  /** Navigation start to load event, milliseconds. */
  loadTimeMs?: number;
}

/** A visitor clicked on a search result. */
export interface SearchClickDataV1 {
  context: ContextV1_1_0;
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
  context: ContextV1_1_0;
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
export interface ContextV1_1_0 {
  /** Address of the page the event happened on, with its query. Sensitive: scan. */
  pageUrl: string;
  /** Title of the page. */
  pageTitle?: string;
  /** Address of the page the visitor came from, or of the app: `android-app://com.google.android.gm/`. Sensitive: scan. */
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
  /** Client hints, as `navigator.userAgentData.getHighEntropyValues()` gives them. */
  clientHints?: {
    /** Names of the browser, with the part of its version that does not single out. */
    brands?: {
      /** Name, e.g. `Google Chrome`. */
      brand: string;
      /** E.g. `131`. */
      version: string;
    }[];
    /** The same with whole versions. */
    fullVersionList?: {
      /** Name, e.g. `Google Chrome`. */
      brand: string;
      /** E.g. `131`. */
      version: string;
    }[];
    /** Whether the browser asks for pages for a telephone. */
    mobile?: boolean;
    /** Operating system, e.g. `Windows`. */
    platform?: string;
    /** Its version; `13.0.0` and above is Windows 11. */
    platformVersion?: string;
    /** Model of the device, e.g. `Pixel 9`; empty where there is none. */
    model?: string;
    /** Architecture of the processor, e.g. `arm`. */
    architecture?: string;
    /** Its bits, e.g. `64`. */
    bitness?: string;
    /** Whether a 32-bit browser runs on a 64-bit Windows. */
    wow64?: boolean;
    /** Forms of the device. */
    formFactors?: string[];
    /** Whole version of the browser, of before `fullVersionList`. */
    uaFullVersion?: string;
  };
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

/** A visitor put products into the cart or took them out. */
export interface MaskedCommerceCartChangeDataV1 {
  context: MaskedContextV1_1_0;
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
  context: MaskedContextV1_1_0;
  product: MaskedProductV1;
  /** Search the visitor came from. */
  queryId?: string;
}

/** A visitor placed an order. */
export interface MaskedCommercePurchaseDataV1 {
  context: MaskedContextV1_1_0;
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
  context?: MaskedContextV1_1_0;
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
  context: MaskedContextV1_1_0;
  /** Navigation start to load event, milliseconds. */
  loadTimeMs?: number;
}

/** A visitor clicked on a search result. */
export interface MaskedSearchClickDataV1 {
  context: MaskedContextV1_1_0;
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
  context: MaskedContextV1_1_0;
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
export interface MaskedContextV1_1_0 {
  /** Address of the page the event happened on, with its query. Sensitive: scan. */
  pageUrl: string;
  /** Title of the page. */
  pageTitle?: string;
  /** Address of the page the visitor came from, or of the app: `android-app://com.google.android.gm/`. Sensitive: scan. */
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
  /** Client hints, as `navigator.userAgentData.getHighEntropyValues()` gives them. */
  clientHints?: {
    /** Names of the browser, with the part of its version that does not single out. */
    brands?: {
      /** Name, e.g. `Google Chrome`. */
      brand: string;
      /** E.g. `131`. */
      version: string;
    }[];
    /** The same with whole versions. */
    fullVersionList?: {
      /** Name, e.g. `Google Chrome`. */
      brand: string;
      /** E.g. `131`. */
      version: string;
    }[];
    /** Whether the browser asks for pages for a telephone. */
    mobile?: boolean;
    /** Operating system, e.g. `Windows`. */
    platform?: string;
    /** Its version; `13.0.0` and above is Windows 11. */
    platformVersion?: string;
    /** Model of the device, e.g. `Pixel 9`; empty where there is none. */
    model?: string;
    /** Architecture of the processor, e.g. `arm`. */
    architecture?: string;
    /** Its bits, e.g. `64`. */
    bitness?: string;
    /** Whether a 32-bit browser runs on a 64-bit Windows. */
    wow64?: boolean;
    /** Forms of the device. */
    formFactors?: string[];
    /** Whole version of the browser, of before `fullVersionList`. */
    uaFullVersion?: string;
  };
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
