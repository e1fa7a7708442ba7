import type { Clock } from "./clock.ts";
import { createEntry, type Entry } from "./entry.ts";
import { ORPHAN_AGE_MS } from "./limits.ts";
import { newId } from "./new-id.ts";

const databaseName = "millrace-client";
const storeName = "events";
const ownerPrefix = `${databaseName} page `;

/** A row: an event, and the page that sends it. */
interface Row {
  readonly key: string;
  readonly queue: string;
  /** Of the page: it holds the Web Lock of this name for as long as it lives. */
  readonly owner: string;
  readonly text: string;
  readonly createdAtMs: number;
}

/**
 * Events that outlive their page. Each row belongs to the page that wrote it, which sends it and takes it out. Rows of
 * a page that is gone are taken over by one that waits for its lock, or by the next that opens. Nothing here throws or
 * rejects: without a database, events are in memory only.
 */
export class IndexedDbStore {
  readonly #queue: string;
  readonly #clock: Clock;
  readonly #onAdopt: (entries: readonly Entry[]) => void;
  #owner = "";
  #database: IDBDatabase | undefined;
  #releaseLock: (() => void) | undefined;
  /** Ends the waiting for other pages' locks. */
  #watching = new AbortController();
  readonly #watched = new Set<string>();
  /** Rows to write, and keys to delete (`undefined`), until the next transaction. */
  #changes = new Map<string, Row | undefined>();
  /** The database could not be opened, or is closed. */
  #isShut = false;

  /**
   * @param queue names what may be sent together: one service, one key
   * @param onAdopt hears of entries that this page has taken over, the oldest first
   */
  constructor(queue: string, clock: Clock, onAdopt: (entries: readonly Entry[]) => void) {
    this.#queue = queue;
    this.#clock = clock;
    this.#onAdopt = onAdopt;
  }

  get isOpen(): boolean {
    return this.#database !== undefined;
  }

  /** Opens the database, and takes over what pages that are gone have left. */
  async open(): Promise<void> {
    this.#isShut = false;
    this.#owner = ownerPrefix + newId(this.#clock.now());
    this.#watching = new AbortController();
    this.#watched.clear();
    try {
      await this.#holdLock();
      this.#database = await openDatabase();
    } catch {
      this.#close();
      return;
    }
    // Another page wants a later version, or the user clears the site's data.
    this.#database.onversionchange = () => this.#close();
    this.#database.onclose = () => this.#close();
    this.#write();
    await this.adopt();
  }

  /** Takes over the rows of pages that are gone. */
  async adopt(): Promise<void> {
    try {
      const locks = lockManager();
      if (locks === undefined) {
        const olderMs = this.#clock.now() - ORPHAN_AGE_MS;
        await this.#takeOver(({ createdAtMs }) => createdAtMs < olderMs);
        return;
      }
      // One page at a time: who comes second must see the lock of the first.
      await locks.request(`${databaseName} adopt`, async () => {
        const { held = [] } = await locks.query();
        const owners = new Set(held.map(({ name = "" }) => name));
        for (const owner of owners) this.#watch(owner, locks);
        await this.#takeOver(({ owner }) => !owners.has(owner));
      });
    } catch {
      // The rows stay for the next page.
    }
  }

  /** Waits until another page is gone: of a page that has just ended, the lock may still be there. */
  #watch(owner: string, locks: LockManager): void {
    if (!owner.startsWith(ownerPrefix) || owner === this.#owner || this.#watched.has(owner)) return;
    this.#watched.add(owner);
    const { signal } = this.#watching;
    locks
      .request(owner, { signal }, () => undefined)
      .then(() => this.adopt())
      .catch(() => undefined);
  }

  put({ key, text, createdAtMs }: Entry): void {
    this.#change(key, { key, queue: this.#queue, owner: this.#owner, text, createdAtMs });
  }

  delete(key: string): void {
    this.#change(key, undefined);
  }

  /** Lets others take over the rows of this page. */
  release(): void {
    this.#write();
    this.#close();
    this.#watching.abort();
    this.#releaseLock?.();
  }

  #close(): void {
    this.#database?.close();
    this.#database = undefined;
    this.#isShut = true;
    this.#changes.clear();
  }

  #change(key: string, row: Row | undefined): void {
    if (this.#isShut) return;
    // One transaction for all changes of a turn.
    if (this.#changes.size === 0) queueMicrotask(() => this.#write());
    this.#changes.set(key, row);
  }

  #write(): void {
    if (this.#database === undefined || this.#changes.size === 0) return;
    try {
      const transaction = this.#database.transaction(storeName, "readwrite", { durability: "relaxed" });
      const store = transaction.objectStore(storeName);
      for (const [key, row] of this.#changes) {
        if (row === undefined) store.delete(key);
        else store.put(row);
      }
      // A transaction that waits for its page to commit it is undone when the page goes.
      (transaction as Partial<IDBTransaction>).commit?.();
    } catch {
      // The database was closed under us: the events are still in memory.
    }
    this.#changes = new Map();
  }

  #holdLock(): Promise<void> {
    const locks = lockManager();
    if (locks === undefined) return Promise.resolve();
    return new Promise((resolve, reject) => {
      locks
        .request(this.#owner, () => {
          resolve();
          return new Promise<void>((release) => {
            this.#releaseLock = release;
          });
        })
        .catch(reject);
    });
  }

  #takeOver(isOrphan: (row: Row) => boolean): Promise<void> {
    const database = this.#database;
    if (database === undefined) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const entries: Entry[] = [];
      const transaction = database.transaction(storeName, "readwrite");
      const store = transaction.objectStore(storeName);
      const query = store.index("queue").getAll(this.#queue);
      query.onsuccess = () => {
        // Rows of a queue come in the order of their keys.
        for (const row of query.result as Row[]) {
          if (row.owner === this.#owner || !isOrphan(row)) continue;
          store.put({ ...row, owner: this.#owner });
          entries.push(createEntry(row.key, row.text, row.createdAtMs, true));
        }
      };
      transaction.oncomplete = () => {
        resolve();
        if (entries.length > 0) this.#onAdopt(entries);
      };
      transaction.onabort = reject;
    });
  }
}

/** Absent in older browsers and on pages without TLS. */
function lockManager(): LockManager | undefined {
  return (navigator as { readonly locks?: LockManager }).locks;
}

function openDatabase(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(databaseName, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(storeName, { keyPath: "key" }).createIndex("queue", "queue");
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = reject;
    request.onblocked = reject;
  });
}
