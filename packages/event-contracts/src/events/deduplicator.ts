import { eventIdentity } from "../envelope/identity.ts";

/** Remembers the identities of events that were dealt with, up to a bound. */
export interface Deduplicator {
  /** The events that were not remembered, each once, in order. Remembers nothing. */
  unseen<E extends IdentifiedEvent>(events: readonly E[]): E[];
  /** Call it when the events *have been* dealt with; before, a retry after a failure would lose them. */
  remember(events: readonly IdentifiedEvent[]): void;
  readonly size: number;
}

export interface IdentifiedEvent {
  source: string;
  id: string;
}

export interface DeduplicatorOptions {
  /** Identities kept; the one remembered longest ago goes first. 100,000 by default, about 20 MB. */
  maxIdentities?: number;
}

/**
 * Leaves out events that come again. Streams deliver at least once: a producer's retry and a consumer's retry both
 * repeat events, mostly within minutes. It is bounded and lives in memory, so it thins duplicates out; a sink that must
 * have none needs `eventIdentity` as its key.
 * @example
 * const deduplicator = createDeduplicator();
 * const fresh = deduplicator.unseen(events); await store(fresh); deduplicator.remember(fresh);
 */
export function createDeduplicator({ maxIdentities = 100_000 }: DeduplicatorOptions = {}): Deduplicator {
  if (!Number.isInteger(maxIdentities) || maxIdentities < 1) {
    throw new TypeError(
      `Expected \`maxIdentities\` to be an integer from 1, got ${maxIdentities} (${typeof maxIdentities}).`,
    );
  }
  // A Set keeps the order of insertion.
  const identities = new Set<string>();
  return {
    unseen(events) {
      const here = new Set<string>();
      return events.filter((event) => {
        const identity = eventIdentity(event);
        if (identities.has(identity) || here.has(identity)) return false;
        here.add(identity);
        return true;
      });
    },
    remember(events) {
      for (const event of events) {
        const identity = eventIdentity(event);
        identities.delete(identity);
        identities.add(identity);
      }
      for (const oldest of identities) {
        if (identities.size <= maxIdentities) break;
        identities.delete(oldest);
      }
    },
    get size() {
      return identities.size;
    },
  };
}
