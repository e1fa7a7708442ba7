import {
  type EnrichedEvent,
  erasureNoticeType,
  ERASURE_REVISION,
  eventIdentity,
  partitionKeyOf,
} from "@millrace/event-contracts";
import type { CompiledDestination, RouteSet } from "@millrace/routes/runtime";
import { systemClock } from "@millrace/put-records";
import { asObject, readObject } from "@millrace/stored-events";
import type { Sighting } from "../sighting.ts";
import type { ErasureDocument } from "./ledger.ts";

/** Takes notices for one destination. */
export interface NoticeWriter {
  put(
    records: readonly { readonly partitionKey: string; readonly data: Uint8Array }[],
    options: { readonly deadline: number },
  ): Promise<readonly { readonly status: string }[]>;
}

/** Where events of the person may have gone. */
export interface Destinations {
  /** The present routes. */
  readonly routes: RouteSet;
  open(destination: CompiledDestination): NoticeWriter;
}

/** A notice that its destination has not taken yet: the identity of an event, and nothing else of it. */
export interface OpenNotice {
  readonly destination: string;
  readonly source: string;
  readonly id: string;
}

/** A notice with its partition key: that of the event's own records where it is known. */
interface KeyedNotice extends OpenNotice {
  readonly partitionKey: string;
}

const noticeSchema = "https://millrace.example/schemas/envelope/erasure-notice/1-0-0.json";
const NOTICES_PER_PUT = 100;
const PUT_TIMEOUT_MS = 30_000;
const encoder = new TextEncoder();

/** Tells destinations to forget events: each event once a run, before the copy by which it is known goes. */
export class Notices {
  /** Destinations that an operator declared gone: they get no notice. */
  readonly #gone: ReadonlySet<string>;
  /** Those that were not taken: another run tries them again. */
  readonly open: OpenNotice[] = [];
  /** Taken, by destination. */
  readonly counts: Record<string, number>;
  readonly #destinations: Destinations;
  readonly #about: { readonly erasure: string; readonly askedAt: string };
  readonly #told = new Set<string>();
  readonly #writers = new Map<string, NoticeWriter>();

  constructor(
    destinations: Destinations,
    about: { readonly erasure: string; readonly askedAt: string },
    { told, gone = [] }: Pick<ErasureDocument, "told" | "gone">,
  ) {
    this.#gone = new Set(gone.map(({ destination }) => destination));
    this.#destinations = destinations;
    this.#about = about;
    this.counts = told;
  }

  /**
   * Tells every destination that a copy was for, by the present routes.
   * @param destination of the stream in which the copies lie, where they lie in one
   */
  async tell(copies: readonly Sighting[], destination?: string): Promise<void> {
    const wanted = copies.flatMap((copy) => this.#noticesFor(copy, destination));
    await this.#put(wanted);
  }

  /** Tries the notices that an earlier run could not deliver. A notice stays open also when no route leads there. */
  async tellAgain(notices: readonly OpenNotice[]): Promise<void> {
    const isKnown = ({ destination }: OpenNotice) => this.#writerOf(destination) !== undefined;
    this.open.push(...notices.filter((notice) => !isKnown(notice)));
    await this.#put(notices.filter(isKnown).map((notice) => ({ ...notice, partitionKey: notice.id })));
  }

  #noticesFor({ text }: Sighting, stream: string | undefined): readonly KeyedNotice[] {
    const value = readObject(text);
    const event = asObject(value?.["event"]);
    const { source, id, subject } = event ?? {};
    // An event that was never enriched went nowhere.
    if (typeof source !== "string" || typeof id !== "string") return [];
    const keyed = (key: unknown) => partitionKeyOf({ subject: typeof key === "string" ? key : undefined, id });
    if (stream !== undefined) return [{ destination: stream, source, id, partitionKey: keyed(subject) }];
    if (asObject(value?.["validation"]) === undefined) return [];
    const { copies } = this.#destinations.routes.route(value as unknown as EnrichedEvent, text);
    return copies.map(({ destination, partitionKey }) => {
      return { destination: destination.name, source, id, partitionKey: keyed(partitionKey ?? subject) };
    });
  }

  async #put(notices: readonly KeyedNotice[]): Promise<void> {
    const untold = notices.filter((notice) => {
      if (this.#gone.has(notice.destination)) return false;
      const key = `${notice.destination} ${eventIdentity(notice)}`;
      const isNew = !this.#told.has(key);
      this.#told.add(key);
      return isNew;
    });
    const byDestination = Map.groupBy(untold, ({ destination }) => destination);
    for (const [name, own] of byDestination) {
      for (let start = 0; start < own.length; start += NOTICES_PER_PUT) {
        await this.#putTo(name, own.slice(start, start + NOTICES_PER_PUT));
      }
    }
  }

  async #putTo(name: string, notices: readonly KeyedNotice[]): Promise<void> {
    const writer = this.#writerOf(name);
    // A stream without a route: its consumers are gone, or its owner tells them.
    if (writer === undefined) return;
    const records = notices.map(({ partitionKey, source, id }) => {
      return { partitionKey, data: encoder.encode(`${JSON.stringify(this.#notice(source, id))}\n`) };
    });
    const deliveries = await writer.put(records, { deadline: systemClock.now() + PUT_TIMEOUT_MS });
    for (const [index, { destination, source, id }] of notices.entries()) {
      if (deliveries[index]?.status === "delivered") this.counts[name] = (this.counts[name] ?? 0) + 1;
      else this.open.push({ destination, source, id });
    }
  }

  #writerOf(name: string): NoticeWriter | undefined {
    const known = this.#writers.get(name);
    if (known !== undefined) return known;
    const destination = this.#destinations.routes.destinations.find((each) => each.name === name);
    if (destination === undefined) return undefined;
    const writer = this.#destinations.open(destination);
    this.#writers.set(name, writer);
    return writer;
  }

  #notice(source: string, id: string): object {
    const { erasure, askedAt } = this.#about;
    const times = { time: askedAt, receivedat: askedAt, erasedat: askedAt };
    return {
      event: {
        ...{ specversion: "1.0", id, source, type: erasureNoticeType, ...times, revision: ERASURE_REVISION },
        data: { erasure },
      },
      validation: { status: "valid", schema: noticeSchema, errors: [] },
      processing: { router: { name: "privacy", at: new Date(systemClock.now()).toISOString() } },
    };
  }
}
