import type { KinesisStreamEvent } from "@millrace/aws-simulator";
import type { PrivacyKeySource } from "@millrace/enrichment";
import type { PrivacyKey } from "@millrace/privacy-keys";

/** Privacy keys as they are published, the active one first, and since when. */
export interface PublishedKeys {
  readonly atMs: number;
  readonly keys: readonly PrivacyKey[];
}

/** Watches which privacy key each batch of enrichment was to be masked with. */
export class KeysInUse {
  /** Keys that were taken although newer ones had been there for longer than it may take to find them. */
  readonly stale: string[] = [];
  /** Ids of active keys by raw record: one for each time that an environment had it. */
  readonly #ofRecord = new Map<string, Set<string>>();

  /** True if the key may mask a batch with the raw record. */
  mayMask(shardId: string, sequenceNumber: string, keyId: string): boolean {
    return this.#ofRecord.get(`${shardId}:${sequenceNumber}`)?.has(keyId) ?? false;
  }

  /**
   * The same source, watched. An environment reads its keys again while a batch goes on with those in force, so they
   * are at most `maxAgeMs` older than the batch before the last one.
   */
  watch(
    source: PrivacyKeySource,
    options: {
      readonly batch: () => KinesisStreamEvent | undefined;
      readonly now: () => number;
      readonly maxAgeMs: number;
      readonly published: readonly PublishedKeys[];
    },
  ): PrivacyKeySource {
    const began: number[] = [];
    return {
      take: async (waitMs) => {
        began.push(options.now());
        const keys = await source.take(waitMs);
        const active = keys?.[0]?.id;
        if (active === undefined) return keys;
        for (const { eventID } of options.batch()?.Records ?? []) this.#note(eventID, active);
        const sinceMs = (began.at(-3) ?? Number.NEGATIVE_INFINITY) - options.maxAgeMs;
        const inForce = options.published.findLastIndex(({ atMs }) => atMs <= sinceMs);
        const isAllowed = options.published.slice(Math.max(0, inForce)).some((each) => each.keys[0]?.id === active);
        if (!isAllowed) this.stale.push(`the key ${active} was taken long after newer ones had been published`);
        return keys;
      },
    };
  }

  #note(eventId: string, keyId: string): void {
    const known = this.#ofRecord.get(eventId);
    if (known === undefined) this.#ofRecord.set(eventId, new Set([keyId]));
    else known.add(keyId);
  }
}
