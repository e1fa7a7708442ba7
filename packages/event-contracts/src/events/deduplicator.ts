import { eventIdentity } from "../envelope/identity.ts";
import { type EventCopy, revisionOf } from "../envelope/revision.ts";

/** Remembers which revision of an event was dealt with, up to a bound of events. */
export interface Deduplicator {
  /**
   * The copies to deal with, in order: of each event the latest revision, unless that one or a later one is remembered.
   * Remembers nothing.
   */
  unseen<E extends EventCopy>(copies: readonly E[]): E[];
  /** True if an earlier revision of the event is remembered: the copy then corrects an event that was dealt with. */
  isCorrection(copy: EventCopy): boolean;
  /** Call it when the copies *have been* dealt with; before, a retry after a failure would lose them. */
  remember(copies: readonly EventCopy[]): void;
  readonly size: number;
}

/** Options of the deduplicator. */
export interface DeduplicatorOptions {
  /** Events kept; the one remembered longest ago goes first. 100,000 by default, about 30 MB. */
  maxIdentities?: number;
}

/**
 * Leaves out events that come again, and lets their corrections through. Streams deliver at least once: a producer's
 * retry and a consumer's retry both repeat events, mostly within minutes. The deduplicator is bounded and lives in
 * memory, so it only thins duplicates out. A sink that must have none needs `eventIdentity` as its key and `revisionOf`
 * beside it.
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
  // A Map keeps the order of insertion.
  const revisions = new Map<string, string>();
  return {
    unseen(copies) {
      const latest = new Map<string, { readonly copy: unknown; readonly revision: string }>();
      for (const copy of copies) {
        const identity = eventIdentity(copy.event);
        const revision = revisionOf(copy);
        const known = latest.get(identity)?.revision ?? revisions.get(identity);
        if (known === undefined || revision > known) latest.set(identity, { copy, revision });
      }
      const kept = new Set([...latest.values()].map(({ copy }) => copy));
      return copies.filter((copy) => kept.delete(copy));
    },
    isCorrection(copy) {
      const known = revisions.get(eventIdentity(copy.event));
      return known !== undefined && revisionOf(copy) > known;
    },
    remember(copies) {
      for (const copy of copies) {
        const identity = eventIdentity(copy.event);
        const revision = revisionOf(copy);
        const known = revisions.get(identity) ?? revision;
        revisions.delete(identity);
        revisions.set(identity, known > revision ? known : revision);
      }
      for (const oldest of revisions.keys()) {
        if (revisions.size <= maxIdentities) break;
        revisions.delete(oldest);
      }
    },
    get size() {
      return revisions.size;
    },
  };
}
