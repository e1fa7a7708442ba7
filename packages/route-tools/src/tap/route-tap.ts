import { compileRoutes, type RouteDocument } from "@millrace/routes";
import { loadRoutes, type RoutedEvent } from "@millrace/routes/runtime";

/** Copies that one route would have delivered since it was last asked. */
export interface TapCount {
  readonly route: string;
  /** Events whose pattern holds. */
  readonly matched: number;
  /** Of those, the ones that the sample leaves in. */
  readonly delivered: number;
  /** Bytes of the copies, as JSON. */
  readonly bytes: number;
  /** Some copies, as they would be delivered. */
  readonly samples: readonly object[];
}

interface Tally {
  matched: number;
  delivered: number;
  bytes: number;
  readonly samples: object[];
}

/** Asks a candidate document about live events; nothing is delivered. */
export class RouteTap {
  readonly #routes: ReturnType<typeof loadRoutes>;
  readonly #samples: number;
  readonly #tallies = new Map<string, Tally>();
  #events = 0;

  /** @param samples copies that are kept for each route between two answers */
  constructor(document: RouteDocument, samples: number) {
    this.#routes = loadRoutes(compileRoutes([document]));
    this.#samples = samples;
    this.#reset();
  }

  /** @param text the event's JSON, by whose digits numbers are compared */
  add(event: RoutedEvent, text: string): void {
    this.#events += 1;
    const { matched, copies } = this.#routes.route(event, text);
    for (const route of matched) this.#count(route, (tally) => (tally.matched += 1));
    for (const copy of copies) {
      const bytes = Buffer.byteLength(JSON.stringify(copy.event));
      for (const route of copy.routes) {
        this.#count(route, (tally) => {
          tally.delivered += 1;
          tally.bytes += bytes;
          if (tally.samples.length < this.#samples) tally.samples.push(copy.event);
        });
      }
    }
  }

  /** The counts since the last call. */
  take(): { readonly events: number; readonly routes: readonly TapCount[] } {
    const taken = { events: this.#events, routes: [...this.#tallies].map(([route, tally]) => ({ route, ...tally })) };
    this.#reset();
    return taken;
  }

  #count(route: string, change: (tally: Tally) => void): void {
    const tally = this.#tallies.get(route);
    if (tally !== undefined) change(tally);
  }

  #reset(): void {
    this.#events = 0;
    for (const id of this.#routes.routeIds) this.#tallies.set(id, { matched: 0, delivered: 0, bytes: 0, samples: [] });
  }
}
