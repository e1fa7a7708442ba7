import type { EnrichedEvent } from "@millrace/event-contracts";
import type { PutRecords } from "@millrace/put-records";
import { loadRouteDocuments, type RouteDocument } from "@millrace/routes";
import { CopyWriter, type RouteSet } from "@millrace/routes/runtime";
import { join } from "node:path";
import { createRouterHandler } from "../src/index.ts";

/** The work that the bench and its quick form measure. */
export const EVENTS = 5_000;
const TYPES = ["page.view", "search.click", "commerce.product-view", "commerce.purchase", "custom.event"];

/** The documents of this repository. */
export const own = loadRouteDocuments(join(import.meta.dirname, "../../../schemas/routes"));

/** 1,000 routes. */
export const many: RouteDocument[] = Array.from({ length: 100 }, (_, application) => ({
  application: `app-${application}`,
  owner: "team",
  routes: Array.from({ length: 10 }, (__, route) => ({
    name: `route-${route}`,
    description: "Generated.",
    // An event is wanted by two of the ten routes of about one application in fifteen.
    pattern: {
      event: { type: [TYPES[route % TYPES.length] ?? ""], data: { productId: [{ prefix: `p-${application}` }] } },
      enrichment: { geo: { country: [{ "anything-but": ["US"] }] } },
    },
    destination: { stream: `app-${application}` },
    tests: [],
  })),
}));

function events(): string[] {
  return Array.from({ length: EVENTS }, (_, index) =>
    JSON.stringify({
      event: {
        specversion: "1.0",
        id: `0199a000-7c3e-7d21-9f01-${index.toString(16).padStart(12, "0")}`,
        source: "https://shop.example/web",
        type: TYPES[index % TYPES.length],
        subject: `visitor-${index % 900}`,
        time: "2026-03-01T12:00:00.000Z",
        tenantid: "shop",
        receivedat: "2026-03-01T12:00:00.050Z",
        clientip: "10.1.2.0",
        useragent: "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
        data: {
          context: { pageUrl: "https://shop.example/shoes?utm_campaign=spring", visitorId: "v" },
          productId: `p-${index % 500}`,
          total: 20,
        },
      },
      enrichment: {
        geo: { country: "DE", city: "Berlin" },
        bot: { isBot: false },
        page: { host: "shop.example", path: "/shoes" },
      },
      validation: {
        status: "valid",
        schema: "https://millrace.example/schemas/events/page/view/1-0-0.json",
        errors: [],
      },
      privacy: { masked: [] },
      processing: { enrichment: { name: "enrichment", version: "1.0.0", at: "2026-03-01T12:00:00.120Z" } },
    }),
  );
}

export const lines = events();
const batches = Array.from({ length: EVENTS / 500 }, (_, batch) => ({
  Records: lines.slice(batch * 500, (batch + 1) * 500).map((line, index) => ({
    eventID: `shardId-000000000000:${batch * 500 + index}`,
    eventSourceARN: "arn:aws:kinesis:eu-west-1:111122223333:stream/enriched",
    kinesis: {
      data: Buffer.from(`${line}\n`).toString("base64"),
      partitionKey: String(index),
      sequenceNumber: String(batch * 500 + index),
      approximateArrivalTimestamp: 1_772_366_400,
    },
  })),
}));

/** A destination that takes everything at once. */
const sink = {
  put: (records: readonly unknown[]) =>
    Promise.resolve(
      records.map(() => ({ status: "delivered", shardId: "s", sequenceNumber: "1", attempts: 1, isAmbiguous: false })),
    ),
} as unknown as PutRecords;

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

const hop = { name: "router", version: "0.1.0", at: "2026-03-01T12:00:00.300Z", routesVersion: "c3b0ded53524" };

/**
 * A lap of the floor, which no router can leave out: the record's base64 and UTF-8 are read, its event is parsed,
 * matched and projected, and each copy gets the router's note and becomes bytes. No batch, no record, no ledger, no
 * memory of copies, no telemetry, no partition key, and nothing is written anywhere.
 */
export function createFloor(set: RouteSet): () => void {
  return () => {
    const copies = new CopyWriter();
    for (const { Records } of batches) {
      for (const { kinesis } of Records) {
        const line = Buffer.from(kinesis.data, "base64").toString().slice(0, -1);
        const event = JSON.parse(line) as EnrichedEvent;
        for (const copy of set.route(event, line).copies) {
          Buffer.from(copies.line(event, line, copy, { ...hop, routes: copy.routes }));
        }
      }
    }
  };
}

/** A lap of the handler, from Lambda's batches to writers that take everything at once. */
export function createHandlerLap(set: RouteSet): () => Promise<void> {
  return async () => {
    // A fresh handler a lap: it remembers what it delivered, and would not do it again.
    const handler = createRouterHandler({
      routes: () => set,
      destination: () => sink,
      badRows: sink,
      undelivered: { put: () => Promise.resolve() },
      logger: silent,
    });
    for (const batch of batches) await handler(batch as never, { getRemainingTimeInMillis: () => 60_000 });
  };
}
