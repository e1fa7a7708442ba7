import { EventClient } from "./client.ts";
import { type PlatformDefaults, resolveOptions } from "./options.ts";
import type { AnyEventData, Client, ClientOptions } from "./types.ts";

const processDefaults: PlatformDefaults = { maxBatchBytes: 1_048_576, lingerMs: 100, maxConcurrentRequests: 4 };

/**
 * Makes a client that keeps what waits in memory: for Node, workers and other runtimes with `fetch`. Bundlers for
 * browsers take the one of `browser.ts` in its place.
 * @typeParam Data data by event type, e.g. `EventDataByType` of `@millrace/event-contracts`; any by default.
 * @throws InvalidOptionError
 * @example
 * const client = createClient({ url: "https://events.shop.example", writeKey: "…", source: "/orders" });
 * client.send("order.placed", { total: 12 });
 */
export function createClient<Data extends object = AnyEventData>(options: ClientOptions<Data>): Client<Data> {
  return new EventClient(resolveOptions(options, processDefaults)) as Client<Data>;
}

export type { Clock } from "./clock.ts";
export { InvalidOptionError } from "./errors.ts";
export type {
  AnyEventData,
  Client,
  ClientOptions,
  Drop,
  DropReason,
  EventAttributes,
  Retry,
  SentEvent,
  WaitOptions,
} from "./types.ts";
