import type { EnrichedEvent } from "@millrace/event-contracts";
import { compileRoutes, type RouteDocument } from "@millrace/routes";
import { CopyWriter, hasRouterHop, loadRoutes, type RouterHop } from "@millrace/routes/runtime";

/** Copies that one route would have delivered since it was last asked, a second. */
export interface TapRate {
  readonly route: string;
  /** Events whose pattern holds. */
  readonly matched: number;
  /** Of those, the ones that the sample leaves in. */
  readonly delivered: number;
  /** Bytes of the copies, as the router writes them. */
  readonly bytes: number;
  /** Some of the copies, as they would be delivered. */
  readonly samples: readonly string[];
}

interface Tally {
  matched: number;
  delivered: number;
  bytes: number;
  readonly samples: string[];
}

/** Asks a candidate document about live events as the router would; nothing is delivered. */
export class RouteTap {
  readonly #routes: ReturnType<typeof loadRoutes>;
  readonly #copies = new CopyWriter();
  readonly #samples: number;
  readonly #now: () => number;
  readonly #tallies = new Map<string, Tally>();
  #events = 0;
  #sinceMs: number;

  /**
   * @param samples copies that are kept for each route between two answers
   * @param now milliseconds since 1970
   */
  constructor(document: RouteDocument, samples: number, now: () => number) {
    this.#routes = loadRoutes(compileRoutes([document]));
    this.#samples = samples;
    this.#now = now;
    this.#sinceMs = now();
    this.#reset();
  }

  /** @param text the event's JSON, by whose digits numbers are compared */
  add(event: EnrichedEvent, text: string): void {
    if (event.event.canary === true || hasRouterHop(event)) return;
    this.#events += 1;
    const { matched, copies } = this.#routes.route(event, text);
    for (const route of matched) this.#count(route, (tally) => (tally.matched += 1));
    for (const copy of copies) {
      const line = this.#copies.line(event, text, copy, this.#hop(copy.routes));
      for (const route of copy.routes) {
        this.#count(route, (tally) => {
          tally.delivered += 1;
          tally.bytes += Buffer.byteLength(line);
          if (tally.samples.length < this.#samples) tally.samples.push(line.trimEnd());
        });
      }
    }
  }

  /** The rates since the last call. `events` are those that the router asks its routes about. */
  take(): { readonly events: number; readonly routes: readonly TapRate[] } {
    const seconds = (this.#now() - this.#sinceMs) / 1_000;
    const routes = [...this.#tallies].map(([route, { matched, delivered, bytes, samples }]) => ({
      route,
      matched: matched / seconds,
      delivered: delivered / seconds,
      bytes: bytes / seconds,
      samples,
    }));
    const events = this.#events / seconds;
    this.#reset();
    return { events, routes };
  }

  #hop(routes: readonly string[]): RouterHop {
    const at = new Date(this.#now()).toISOString();
    return { name: "router", version: "candidate", at, routesVersion: this.#routes.version, routes };
  }

  #count(route: string, change: (tally: Tally) => void): void {
    const tally = this.#tallies.get(route);
    if (tally !== undefined) change(tally);
  }

  #reset(): void {
    this.#events = 0;
    this.#sinceMs = this.#now();
    for (const id of this.#routes.routeIds) this.#tallies.set(id, { matched: 0, delivered: 0, bytes: 0, samples: [] });
  }
}
