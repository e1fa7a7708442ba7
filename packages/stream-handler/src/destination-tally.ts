import type { DestinationReport } from "./types.ts";

type Tally = { -readonly [key in keyof DestinationReport]: DestinationReport[key] };

/** Counts what went to each destination. */
export class DestinationTallies {
  readonly #tallies = new Map<string, Tally>();

  of(destination: string): Tally {
    let tally = this.#tallies.get(destination);
    if (tally === undefined) {
      tally = {
        outputs: 0,
        delivered: 0,
        remembered: 0,
        failed: 0,
        released: 0,
        diverted: 0,
        ambiguous: 0,
        retries: 0,
      };
      this.#tallies.set(destination, tally);
    }
    return tally;
  }

  get all(): ReadonlyMap<string, DestinationReport> {
    return this.#tallies;
  }
}
