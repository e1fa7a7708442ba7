import type { Entry } from "./entry.ts";
import { IndexedDbStore } from "./indexed-db-store.ts";
import { KEEPALIVE_BUDGET_BYTES } from "./limits.ts";
import type { ResolvedOptions } from "./options.ts";
import type { Page, PageListener } from "./page.ts";

/** Bytes of requests under way that may outlive the page, of all clients on it. */
let reservedBytes = 0;

/** The page that a client lives in. In a worker there are no moments of leaving, and the rest is the same. */
export class BrowserPage implements Page {
  readonly hasKeepalive = typeof Request === "function" && "keepalive" in Request.prototype;
  readonly #store: IndexedDbStore | undefined;
  #listener: PageListener | undefined;
  readonly #listening = new AbortController();

  constructor({ url, writeKey, persist, clock }: ResolvedOptions) {
    // Events that were queued for one key must not be sent with another.
    if (!persist) return;
    this.#store = new IndexedDbStore(`${url} ${writeKey}`, clock, (entries) => this.#listener?.adopt(entries));
  }

  start(listener: PageListener): void {
    this.#listener = listener;
    const { signal } = this.#listening;
    const on = (name: string, callback: (event: Event) => void): void => {
      globalThis.addEventListener(name, callback, { signal });
    };
    on("online", () => {
      listener.wake();
      void this.#store?.adopt();
    });
    // The last moment that a phone tells of; it bubbles up from the document.
    on("visibilitychange", () => {
      if (document.visibilityState === "hidden") listener.leave();
    });
    on("pagehide", () => {
      listener.leave();
      if (!this.isKeeping()) return;
      listener.abandon();
      this.#store?.release();
    });
    on("pageshow", (event) => {
      // Back from the cache of whole pages.
      if ((event as PageTransitionEvent).persisted) void this.#store?.open();
    });
    void this.#store?.open();
  }

  stop(): void {
    this.#listening.abort();
    this.#store?.release();
  }

  isOnline(): boolean {
    return navigator.onLine;
  }

  isKeeping(): boolean {
    return this.#store?.isOpen === true;
  }

  keep(entry: Entry): void {
    this.#store?.put(entry);
  }

  forget(key: string): void {
    this.#store?.delete(key);
  }

  keepaliveBytes(): number {
    return KEEPALIVE_BUDGET_BYTES - reservedBytes;
  }

  reserve(bytes: number): boolean {
    if (bytes > this.keepaliveBytes()) return false;
    reservedBytes += bytes;
    return true;
  }

  release(bytes: number): void {
    reservedBytes -= bytes;
  }

  beacon(url: string, text: string): boolean {
    return navigator.sendBeacon(url, text);
  }
}
