import { BrowserPage } from "./browser-page.ts";
import { EventClient } from "./client.ts";
import { type PlatformDefaults, resolveOptions } from "./options.ts";
import type { AnyEventData, Client, ClientOptions } from "./types.ts";

/** A body of this size, with its headers, leaves some of the budget of 64 KiB to others on the page. */
const pageDefaults: PlatformDefaults = { maxBatchBytes: 60_000, lingerMs: 1_000, maxConcurrentRequests: 1 };

/** Makes a client of a page: as that of `index.ts`, and what waits outlives the page in IndexedDB. */
export function createClient<Data extends object = AnyEventData>(options: ClientOptions<Data>): Client<Data> {
  const resolved = resolveOptions(options, pageDefaults);
  return new EventClient(resolved, new BrowserPage(resolved)) as Client<Data>;
}

export { InvalidOptionError } from "./errors.ts";
