import { SEEN_IDENTITIES, SEEN_IDENTITY_MS } from "./limits.ts";

interface Sighting {
  /** Where the event was read: shard, sequence number and line. Rarely more than one. */
  readonly places: string[];
  readonly firstAtMs: number;
}

/**
 * Remembers which events were read lately, and where. An event at another place than before is a copy that was made
 * further up, by a producer that was not sure or by a worker that died; the same place again is the same record,
 * delivered again.
 */
export class SeenIdentities {
  /** In the order of their first sighting. */
  readonly #sightings = new Map<string, Sighting>();

  /** True the first time an event is read at a second place, a third, and so on. */
  isCopy(identity: string, place: string, nowMs: number): boolean {
    const known = this.#sightings.get(identity);
    if (known !== undefined && nowMs - known.firstAtMs < SEEN_IDENTITY_MS) {
      if (known.places.includes(place)) return false;
      known.places.push(place);
      return true;
    }
    this.#sightings.delete(identity);
    this.#sightings.set(identity, { places: [place], firstAtMs: nowMs });
    if (this.#sightings.size > SEEN_IDENTITIES) {
      const [oldest = ""] = this.#sightings.keys();
      this.#sightings.delete(oldest);
    }
    return false;
  }
}
