import type { Clock } from "./clock.ts";

/** Data of any event: the type parameter of a client without contracts. */
export type AnyEventData = Record<string, unknown>;

/** Attributes of an event beside `type` and `data`. Other names are CloudEvents extensions. */
export interface EventAttributes {
  /** UUIDv7 by default. With an id of your own, sending the event again is harmless: the same id is the same event. */
  readonly id?: string | undefined;
  /** URI reference of the producer; the client's `source` by default. */
  readonly source?: string | undefined;
  /** Subject of the event, e.g. a visitor's id: events of one subject keep together in the pipeline. */
  readonly subject?: string | undefined;
  /** When it happened; now by default. */
  readonly time?: string | Date | undefined;
  /** `$id` of the schema of `data`; that of `dataschemas` by default. */
  readonly dataschema?: string | undefined;
  /** W3C trace context. https://www.w3.org/TR/trace-context/#traceparent-header */
  readonly traceparent?: string | undefined;
  readonly [extension: string]: string | number | boolean | Date | undefined;
}

/** An event as it is sent: a CloudEvent. */
export interface SentEvent {
  readonly specversion: "1.0";
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly time: string;
  readonly data?: unknown;
  readonly [attribute: string]: unknown;
}

/** Every reason to drop an event. The README's table lists the same ones; a test compares them. */
export const dropReasons = ["queue-full", "expired", "too-large", "not-serializable", "refused", "closed"] as const;

/** One of the documented reasons. */
export type DropReason = (typeof dropReasons)[number];

/** An event that the client has given up. */
export interface Drop {
  readonly event: SentEvent;
  readonly reason: DropReason;
  /** With `refused`: the service's code, e.g. `source-not-allowed`. */
  readonly code?: string;
  /** For people: what was wrong. */
  readonly detail: string;
  /** An attempt got no answer, so that the service may have stored the event all the same. */
  readonly isAmbiguous: boolean;
}

/** An attempt whose events will be sent again. */
export interface Retry {
  /** Events that will be sent again. */
  readonly events: number;
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** The service's code, e.g. `overloaded`. */
  readonly code?: string;
  readonly detail: string;
  /** Attempts that failed one after the other. */
  readonly failures: number;
  readonly delayMs: number;
}

/** Options of {@link Client.flush} and {@link Client.close}. */
export interface WaitOptions {
  readonly timeoutMs?: number;
}

/** Options of `createClient`. */
export interface ClientOptions<Data extends object = AnyEventData> {
  /** Base URL of the event service, e.g. `https://events.shop.example`. */
  readonly url: string;
  /** In a page, a key of the kind `browser` or `app`: it can be read there. */
  readonly writeKey: string;
  /** URI reference of the producer, e.g. `https://shop.example/web`. */
  readonly source: string;
  /** `dataschema` by type: `newestSchemas` of `@millrace/event-contracts`. Without it the newest contract counts. */
  readonly dataschemas?: { readonly [T in keyof Data & string]?: string };
  /** Called for each event: attributes that all have, e.g. `subject`. Those given to `send` win. */
  readonly attributes?: () => EventAttributes;
  /** Events of one request. 500, which is also the most. */
  readonly maxBatchEvents?: number;
  /** Bytes of one request before gzip. 1 MiB; 60,000 in a browser, so that requests may outlive the page. */
  readonly maxBatchBytes?: number;
  /** How long an event waits for company. 100 ms; 1,000 in a browser. */
  readonly lingerMs?: number;
  /** Events that wait or are under way; beyond it the oldest is dropped. 10,000. */
  readonly maxQueueEvents?: number;
  /** Their bytes. 8 MiB. */
  readonly maxQueueBytes?: number;
  /** An event that is older is dropped. Seven days. */
  readonly maxAgeMs?: number;
  /** A request without answer is given up, and sent again. 30,000. */
  readonly requestTimeoutMs?: number;
  /** 4; 1 in a browser. */
  readonly maxConcurrentRequests?: number;
  /** Compress bodies that get smaller by it. `true`. */
  readonly gzip?: boolean;
  /** Keep events that wait in the browser's IndexedDB, so that they outlive the page. `true`. */
  readonly persist?: boolean;
  /** Called once for each event that the service has stored. */
  readonly onAccept?: (event: SentEvent) => unknown;
  /** Called once for each event that is given up. Warns on the console, once for each reason, by default. */
  readonly onDrop?: (drop: Drop) => unknown;
  /** Called for each attempt that failed. */
  readonly onRetry?: (retry: Retry) => unknown;
  /** Sends the requests; the platform's own by default. */
  readonly fetch?: typeof globalThis.fetch;
  readonly clock?: Clock;
  /** Uniform in [0, 1); spreads retries. */
  readonly random?: () => number;
}

/** Sends events. Its functions neither throw nor reject, and need no `this`. */
export interface Client<Data extends object = AnyEventData> {
  /**
   * Queues an event and returns its id. `onAccept` and `onDrop` tell its outcome.
   * @example client.send("search.click", { query: "shoes", rank: 3 }, { subject: "visitor-7" })
   */
  readonly send: <T extends keyof Data & string>(type: T, data: Data[T], attributes?: EventAttributes) => string;
  /**
   * Sends at once what waits. Resolves to `true` when every event sent before is stored or dropped, and to `false` when
   * that takes longer than `timeoutMs` (30,000).
   */
  readonly flush: (options?: WaitOptions) => Promise<boolean>;
  /**
   * Takes no more events and sends the waiting ones, for up to `timeoutMs` (10,000). Events that still wait then stay
   * in IndexedDB for the next page, or are dropped. Resolves like {@link flush}.
   */
  readonly close: (options?: WaitOptions) => Promise<boolean>;
}
