import type { StreamSize } from "@millrace/capacity";

/** How often, and when first, an event was seen in one place. */
export interface Sighting {
  count: number;
  readonly firstAtMs: number;
}

/** Sightings of one place by identity. */
export class Sightings {
  readonly #byIdentity = new Map<string, Sighting>();
  #total = 0;

  /** Arrival of the youngest event that the place no longer holds; 0 when it holds all. */
  readonly forgottenMs: number;

  constructor(forgottenMs = 0) {
    this.forgottenMs = forgottenMs;
  }

  add(identity: string, atMs: number): void {
    this.#total += 1;
    const known = this.#byIdentity.get(identity);
    if (known === undefined) this.#byIdentity.set(identity, { count: 1, firstAtMs: atMs });
    else known.count += 1;
  }

  get(identity: string): Sighting | undefined {
    return this.#byIdentity.get(identity);
  }

  /** Copies seen, repeated ones included. */
  get total(): number {
    return this.#total;
  }

  get distinct(): number {
    return this.#byIdentity.size;
  }

  identities(): Iterable<string> {
    return this.#byIdentity.keys();
  }
}

export type ValidationStatus = "valid" | "invalid" | "unknown";

/** Observations of independent readers of the streams and the warehouse. */
export interface Observations {
  readonly raw: Sightings;
  readonly enriched: Sightings;
  readonly statuses: ReadonlyMap<string, ValidationStatus>;
  readonly badRows: Sightings;
  /** By `<application>/<route>`. */
  readonly routes: ReadonlyMap<string, Sightings>;
  /** Records that a stream refused because a shard had taken its share, by stream. Their senders sent them again. */
  readonly throttled: Readonly<Record<string, number>>;
  /** By stream. */
  readonly streams: Readonly<Record<string, StreamSize>>;
  /** Events that a stream did not take, by route. */
  readonly undelivered: ReadonlyMap<string, Sightings>;
  readonly warehouse: WarehouseObservation;
  /** Addresses of objects that are no whole gzip. */
  readonly unreadable: readonly string[];
}

/** A line that the warehouse's loader refused. */
export interface RefusedLine {
  readonly fileName: string;
  readonly lineNumber: number;
  readonly reason: string;
}

/** One landing table beside the objects that its pipe loads. */
export interface Landing {
  readonly table: string;
  /** Lines of all objects below the pipe's prefix, counted in the objects themselves. */
  readonly lines: number;
  readonly rows: number;
  readonly refused: readonly RefusedLine[];
  /** Rows beyond the first of an identity. */
  readonly duplicates: number;
}

export interface WarehouseObservation {
  /** Rows of the table as loaded. */
  readonly rows: number;
  /** Rows of the dedupe view, by identity: more than one copy of an identity is a doubled event. */
  readonly view: Sightings;
  /** Every landing table. */
  readonly landings: readonly Landing[];
}
