import { eventIdentity } from "@millrace/event-contracts";
import { type CompiledRoutes, type EventCopy, loadRoutes, type RoutedEvent } from "@millrace/routes/runtime";
import type { KindName } from "@millrace/destinations/kinds";
import { FieldCollector } from "./field-collector.ts";
import { LoadMeter, sizeDestination, type Sizing } from "./stream-load.ts";

/** The effect of a change of the documents on one route. */
export interface RouteDiff {
  readonly route: string;
  readonly change: "added" | "removed" | "changed" | "same";
  readonly before: number;
  readonly after: number;
  /** Events only the new route gets, and only the old one got. */
  readonly gained: number;
  readonly lost: number;
  readonly gainedIds: readonly string[];
  readonly lostIds: readonly string[];
}

/** Its effect on one stream, queue or bus. */
export interface StreamDiff {
  readonly stream: string;
  readonly kind: KindName;
  readonly application: string;
  /** Dotted fields that the stream did not get before. */
  readonly newFields: readonly string[];
  readonly before: Sizing | undefined;
  readonly after: Sizing | undefined;
}

export interface RoutesDiff {
  /** Distinct ones. */
  readonly events: number;
  /** Left out: another event had the same identity, as a lake holds what was delivered twice. */
  readonly copies: number;
  readonly seconds: number;
  readonly unmatchedBefore: number;
  readonly unmatchedAfter: number;
  readonly routes: readonly RouteDiff[];
  readonly streams: readonly StreamDiff[];
}

export interface DiffOptions {
  /** Events a second in production; without it the rate is taken from the events' own times. */
  readonly ratePerSecond?: number | undefined;
  /** Default 2: twice the average. */
  readonly headroom?: number | undefined;
  /** Sample ids shown of each kind. Default 5. */
  readonly samples?: number | undefined;
}

/** Routes real events through the old and the new documents and tells the difference; nothing is delivered. */
export class RoutesDiffer {
  readonly #before: Side;
  readonly #after: Side;
  readonly #options: DiffOptions;
  readonly #routes = new Map<string, Tally>();
  readonly #identities = new Set<string>();
  #events = 0;
  #copies = 0;
  #firstAt = Number.POSITIVE_INFINITY;
  #lastAt = Number.NEGATIVE_INFINITY;

  constructor(before: CompiledRoutes, after: CompiledRoutes, options: DiffOptions = {}) {
    this.#before = new Side(before);
    this.#after = new Side(after);
    this.#options = options;
    for (const id of [...this.#before.routeIds, ...this.#after.routeIds]) this.#routes.set(id, new Tally());
  }

  /** Counts one event; one without an identity is left out and answered with false. */
  add(event: Readonly<Record<string, unknown>>): boolean {
    const inner = event["event"] as Readonly<Record<string, unknown>> | undefined;
    if (typeof inner?.["id"] !== "string" || typeof inner["source"] !== "string") return false;
    const routed = event as unknown as RoutedEvent;
    const identity = eventIdentity(routed.event);
    if (this.#identities.has(identity)) {
      this.#copies += 1;
      return true;
    }
    this.#identities.add(identity);
    this.#events += 1;
    this.#seeTime(inner["receivedat"] ?? inner["time"]);
    const before = this.#before.route(routed);
    const after = this.#after.route(routed);
    for (const id of new Set([...before, ...after])) {
      this.#routes.get(id)?.add(before.has(id), after.has(id), identity, this.#options.samples ?? 5);
    }
    return true;
  }

  result(): RoutesDiff {
    const seconds = this.#seconds();
    const headroom = this.#options.headroom ?? 2;
    return {
      events: this.#events,
      copies: this.#copies,
      seconds,
      unmatchedBefore: this.#before.unmatched,
      unmatchedAfter: this.#after.unmatched,
      routes: [...this.#routes].map(([route, tally]) =>
        tally.result(route, this.#before.has(route), this.#after.has(route)),
      ),
      streams: this.#streams(seconds, headroom),
    };
  }

  #streams(seconds: number, headroom: number): StreamDiff[] {
    const names = new Set([...this.#before.streams.keys(), ...this.#after.streams.keys()]);
    return [...names].sort().map((stream) => {
      const before = this.#before.streams.get(stream);
      const after = this.#after.streams.get(stream);
      const size = (side: typeof before): Sizing | undefined =>
        side && sizeDestination(side.kind, side.load, seconds, headroom);
      return {
        stream,
        kind: (after ?? before)?.kind ?? "kinesis",
        application: (after ?? before)?.application ?? "",
        newFields: after?.fields.notIn(before?.fields) ?? [],
        before: size(before),
        after: size(after),
      };
    });
  }

  #seconds(): number {
    const { ratePerSecond } = this.#options;
    if (ratePerSecond !== undefined) return Math.max(this.#events, 1) / ratePerSecond;
    return Math.max(1, (this.#lastAt - this.#firstAt) / 1_000 || 1);
  }

  #seeTime(text: unknown): void {
    const at = typeof text === "string" ? Date.parse(text) : Number.NaN;
    if (Number.isNaN(at)) return;
    this.#firstAt = Math.min(this.#firstAt, at);
    this.#lastAt = Math.max(this.#lastAt, at);
  }
}

/** One version of the documents and what it delivered. */
class Side {
  readonly streams = new Map<
    string,
    { application: string; kind: KindName; load: LoadMeter; fields: FieldCollector }
  >();
  unmatched = 0;
  readonly routeIds: readonly string[];
  readonly #route: (event: RoutedEvent) => { matched: readonly string[]; copies: readonly EventCopy[] };

  constructor(compiled: CompiledRoutes) {
    const set = loadRoutes(compiled);
    this.routeIds = set.routeIds;
    this.#route = (event) => set.route(event);
    for (const { name, application, kind } of compiled.destinations) {
      this.streams.set(name, { application, kind, load: new LoadMeter(), fields: new FieldCollector() });
    }
  }

  has(route: string): boolean {
    return this.routeIds.includes(route);
  }

  /** The routes the event is delivered for. */
  route(event: RoutedEvent): ReadonlySet<string> {
    const { matched, copies } = this.#route(event);
    if (matched.length === 0) this.unmatched += 1;
    const delivered = new Set<string>();
    for (const copy of copies) {
      const stream = this.streams.get(copy.destination.name);
      stream?.load.add(Buffer.byteLength(JSON.stringify(copy.event)) + 1);
      stream?.fields.add(copy.event);
      for (const route of copy.routes) delivered.add(route);
    }
    return delivered;
  }
}

class Tally {
  #before = 0;
  #after = 0;
  #gained = 0;
  #lost = 0;
  readonly #gainedIds: string[] = [];
  readonly #lostIds: string[] = [];

  add(isBefore: boolean, isAfter: boolean, identity: string, samples: number): void {
    if (isBefore) this.#before += 1;
    if (isAfter) this.#after += 1;
    if (isAfter && !isBefore) {
      this.#gained += 1;
      if (this.#gainedIds.length < samples) this.#gainedIds.push(identity);
    } else if (isBefore && !isAfter) {
      this.#lost += 1;
      if (this.#lostIds.length < samples) this.#lostIds.push(identity);
    }
  }

  result(route: string, wasThere: boolean, isThere: boolean): RouteDiff {
    const isSame = this.#gained === 0 && this.#lost === 0;
    return {
      route,
      change: !wasThere ? "added" : !isThere ? "removed" : isSame ? "same" : "changed",
      before: this.#before,
      after: this.#after,
      gained: this.#gained,
      lost: this.#lost,
      gainedIds: this.#gainedIds,
      lostIds: this.#lostIds,
    };
  }
}
