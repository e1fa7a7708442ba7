import { pino } from "pino";
import { createApp } from "../../src/app.ts";
import { type Clock, systemClock } from "@millrace/put-records";
import { createCors } from "../../src/cors.ts";
import { noPreviewer, type Previewer } from "../../src/dry-run/previewer.ts";
import { createEventService, type EventServiceOptions } from "../../src/event-service.ts";
import { Health } from "../../src/health.ts";
import { Admission } from "../../src/admission/admission.ts";
import { Breaker } from "../../src/admission/breaker.ts";
import { idleLoad, type Load } from "../../src/admission/load-watch.ts";
import { DEFAULT_MAX_BODY_BYTES, DEFAULT_MAX_IN_FLIGHT_REQUESTS } from "../../src/limits.ts";
import { createMetrics } from "../../src/metrics.ts";
import { type RunningServer, type ServerOptions, startServer } from "../../src/server.ts";
import { hashWriteKey, type WriteKeyConfig } from "../../src/write-keys.ts";
import { MemoryStream } from "./memory-stream.ts";

/** The key of the shop's web pages. */
export const shopKey = "shop-key-4f1d";
/** The key of a back end that passes on its clients' events. */
export const backendKey = "backend-key-77aa";
/** A key that may send one event, and another one in eleven days. */
export const meteredKey = "metered-key-2b6e";
/** A key that is no longer valid. */
export const revokedKey = "revoked-key-90c3";

/** The key of applications that send with SDKs of others. */
export const sdkKey = "sdk-key-90be";
/** The key of a back end that sends with RudderStack's SDK. */
export const rudderKey = "rudder-key-5a02";
/** The secret that signs the webhooks of {@link sdkKey}. */
export const webhookSecret = "webhook-secret-1c77";

export const writeKeys: readonly WriteKeyConfig[] = [
  {
    name: "sdks",
    sha256: hashWriteKey(sdkKey),
    tenantId: "shop",
    sources: ["https://sdks.example/*"],
    adapters: {
      segment: {},
      posthog: {},
      snowplow: { appIds: ["shop"] },
      otlp: {},
      github: { secrets: [webhookSecret] },
      stripe: { secrets: [webhookSecret] },
      "event-grid": {},
    },
  },
  {
    name: "rudderstack",
    sha256: hashWriteKey(rudderKey),
    tenantId: "shop",
    sources: ["https://rudder.example/*"],
    kind: "backend",
    adapters: { rudderstack: {} },
  },
  {
    name: "shop-web",
    sha256: hashWriteKey(shopKey),
    tenantId: "shop",
    sources: ["https://shop.example/*", "https://shop.example"],
  },
  {
    name: "backend",
    sha256: hashWriteKey(backendKey),
    tenantId: "shop",
    sources: ["*"],
    kind: "backend",
  },
  {
    name: "metered",
    sha256: hashWriteKey(meteredKey),
    tenantId: "shop",
    sources: ["*"],
    quotas: { eventsPerSecond: 1e-6, burstSeconds: 1 },
  },
  { name: "former", sha256: hashWriteKey(revokedKey), tenantId: "shop", sources: ["*"], revoked: true },
];

/** 2026-01-01T00:00:00.000Z */
export const receivedMs = Date.UTC(2026, 0, 1);
export const receivedAt = "2026-01-01T00:00:00.000Z";

/** Time that stands still, with real timers. */
export const stoppedClock: Clock = { ...systemClock, now: () => receivedMs };

export interface TestServiceOptions extends Partial<EventServiceOptions> {
  readonly maxBodyBytes?: number;
  readonly maxInFlightBytes?: number;
  readonly maxInFlightRequests?: number;
  readonly load?: Load;
  readonly previewer?: Previewer;
  readonly breaker?: Breaker;
  readonly corsOrigins?: readonly string[];
  readonly trustProxyHops?: number;
  readonly webhookOrigins?: readonly string[];
  readonly server?: Partial<ServerOptions>;
}

export interface TestService {
  readonly url: string;
  readonly port: number;
  readonly stream: MemoryStream;
  readonly health: Health;
  readonly admission: Admission;
  readonly server: RunningServer;
  /** Everything logged so far, as JSON lines. */
  readonly log: string[];
  metrics(): Promise<string>;
  close(): Promise<void>;
}

/** The event service over HTTP on a free port, with a stream in memory behind it. */
export async function startTestService(options: TestServiceOptions = {}): Promise<TestService> {
  const stream = new MemoryStream();
  const clock = options.clock ?? stoppedClock;
  const random = options.random ?? (() => 0);
  const health = new Health();
  const admission = new Admission({
    maxBytes: options.maxInFlightBytes ?? 67_108_864,
    maxRequests: options.maxInFlightRequests ?? DEFAULT_MAX_IN_FLIGHT_REQUESTS,
    clock,
    random,
    load: options.load ?? idleLoad,
    breaker: options.breaker ?? new Breaker(),
  });
  const metrics = createMetrics(admission, false);
  const log: string[] = [];
  const logger = pino({ level: "trace" }, { write: (line: string) => void log.push(line) });
  const service = createTestCore({ putRecords: stream, clock, random, ...options });
  const app = createApp({
    service,
    previewer: options.previewer ?? noPreviewer,
    clock,
    cors: createCors(options.corsOrigins ?? []),
    health,
    admission,
    metrics,
    logger,
    maxBodyBytes: options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES,
    trustProxyHops: options.trustProxyHops ?? 0,
    webhookOrigins: options.webhookOrigins ?? [],
  });
  const server = await startServer({
    listener: app,
    clock,
    health,
    port: 0,
    headersTimeoutMs: 10_000,
    requestTimeoutMs: 30_000,
    keepAliveTimeoutMs: 5_000,
    maxConnections: 1_000,
    ...options.server,
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    port: server.port,
    stream,
    health,
    admission,
    server,
    log,
    metrics: () => metrics.registry.metrics(),
    close: async () => {
      await server.drain({ noticeMs: 0, timeoutMs: 2_000, flush: async () => undefined });
    },
  };
}

/** The event service without HTTP; new ids are `id-1`, `id-2`, … */
export function createTestCore(options: Partial<EventServiceOptions> & Pick<EventServiceOptions, "putRecords">) {
  let ids = 0;
  return createEventService({
    writeKeys,
    clock: stoppedClock,
    random: () => 0,
    newId: () => `id-${++ids}`,
    ...options,
  });
}

/** An event that is accepted. */
export function anEvent(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    specversion: "1.0",
    id: "1",
    source: "https://shop.example/web",
    type: "search.click",
    subject: "visitor-7",
    time: "2025-12-31T23:59:59Z",
    data: { rank: 3 },
    ...overrides,
  };
}

/** Sends `body` to `/v1/events` with the shop's key. */
export async function post(
  service: Pick<TestService, "url">,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: Headers; json: Record<string, unknown> }> {
  const response = await fetch(`${service.url}/v1/events`, {
    method: "POST",
    headers: { authorization: `Bearer ${shopKey}`, "content-type": "application/json", ...headers },
    body,
  });
  return {
    status: response.status,
    headers: response.headers,
    json: (await response.json()) as Record<string, unknown>,
  };
}
