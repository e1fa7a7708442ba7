import type { Entry } from "./entry.ts";

/** Parts of a client that only a page has: a store that outlives it, and the moments of its life. */
export interface Page {
  /** Starts listening, and hands over what earlier pages left. */
  start(listener: PageListener): void;
  stop(): void;
  isOnline(): boolean;
  /** True if entries outlive the page. */
  isKeeping(): boolean;
  /** Writes an entry to the store. */
  keep(entry: Entry): void;
  /** Takes a settled entry out of the store. */
  forget(key: string): void;
  /** Bytes left of the budget for requests that may outlive the page. */
  keepaliveBytes(): number;
  /** True if `fetch` knows `keepalive`. */
  readonly hasKeepalive: boolean;
  /** Takes bytes from that budget; `false` when there are too few. */
  reserve(bytes: number): boolean;
  release(bytes: number): void;
  /** Hands a body to the browser, which sends it and tells nothing. */
  beacon(url: string, text: string): boolean;
}

/** The client, as a page sees it. */
export interface PageListener {
  /** Takes entries of pages that are gone. */
  adopt(entries: readonly Entry[]): void;
  /** The page may end: sends what it can. */
  leave(): void;
  /** The page is frozen or gone, and others may take over its entries: forgets those that wait. */
  abandon(): void;
  /** The network is back. */
  wake(): void;
}
