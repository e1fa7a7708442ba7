import { VirtualClock } from "@millrace/aws-simulator";
import { EventClient } from "../../src/client.ts";
import type { ClientOptions, Drop, Retry } from "../../src/index.ts";
import { resolveOptions } from "../../src/options.ts";
import type { Page } from "../../src/page.ts";
import { FakeService } from "./fake-service.ts";

/** A client of a fake service under a virtual clock. Its jitter is half of the longest delay. */
export function setUp(options: Partial<ClientOptions> = {}, page?: Page) {
  const clock = new VirtualClock();
  const service = new FakeService();
  const accepted: string[] = [];
  const drops: Drop[] = [];
  const retries: Retry[] = [];
  const all: ClientOptions = {
    url: "https://events.shop.example",
    writeKey: "key-1",
    source: "https://shop.example/web",
    // Compression runs on threads, which a virtual clock does not wait for.
    gzip: false,
    clock,
    random: () => 0.5,
    fetch: service.fetch,
    onAccept: ({ id }) => accepted.push(id),
    onDrop: (drop) => drops.push(drop),
    onRetry: (retry) => retries.push(retry),
    ...options,
  };
  const defaults = { maxBatchBytes: 60_000, lingerMs: 1_000, maxConcurrentRequests: 1 };
  const client = new EventClient(resolveOptions(all, defaults), page);
  return { clock, service, client, accepted, drops, retries, startedAt: clock.now() };
}
