import type { OutputWriter } from "@millrace/stream-handler";
import { identityOf } from "../identity.ts";

/** The outcome that the writer of a queue or bus gave for one event. */
interface EntryOutcome {
  readonly isDelivered: boolean;
  /** The event may lie there more often than was confirmed, or although it was not. */
  readonly isDoubtful: boolean;
}

/** Keeps what writers of queues and buses said of each event, and which puts an end of their process cut off. */
export class EntryDeliveries {
  readonly #outcomes = new Map<string, EntryOutcome[]>();
  readonly #open = new Map<string, number>();

  /** The same writer, watched. */
  watch(writer: OutputWriter, destination: string): OutputWriter {
    return {
      put: async (records, options) => {
        const keys = records.map(({ data }) => `${destination} ${identityOfRecord(data)}`);
        for (const key of keys) this.#open.set(key, (this.#open.get(key) ?? 0) + 1);
        const deliveries = await writer.put(records, options);
        for (const [index, key] of keys.entries()) {
          this.#open.set(key, (this.#open.get(key) ?? 1) - 1);
          const delivery = deliveries[index];
          if (delivery === undefined) continue;
          const outcome = { isDelivered: delivery.status === "delivered", isDoubtful: delivery.isAmbiguous };
          const known = this.#outcomes.get(key);
          if (known === undefined) this.#outcomes.set(key, [outcome]);
          else known.push(outcome);
        }
        return deliveries;
      },
    };
  }

  /** How often an event was confirmed, and whether it may lie there more often. */
  of(destination: string, identity: string): { readonly confirmed: number; readonly isDoubtful: boolean } {
    const key = `${destination} ${identity}`;
    const outcomes = this.#outcomes.get(key) ?? [];
    return {
      confirmed: outcomes.filter(({ isDelivered }) => isDelivered).length,
      isDoubtful: (this.#open.get(key) ?? 0) > 0 || outcomes.some(({ isDoubtful }) => isDoubtful),
    };
  }

  /** Every event that was handed over for a destination. */
  identitiesOf(destination: string): string[] {
    const keys = new Set([...this.#outcomes.keys(), ...this.#open.keys()]);
    return [...keys].filter((key) => key.startsWith(`${destination} `)).map((key) => key.slice(destination.length + 1));
  }
}

function identityOfRecord(data: Uint8Array): string {
  const { event } = JSON.parse(new TextDecoder().decode(data)) as { event: { id: string; source: string } };
  return identityOf(event);
}
