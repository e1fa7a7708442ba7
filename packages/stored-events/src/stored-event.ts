import { parseJson, revisionOf } from "@millrace/event-contracts";

/** A kind of place where events lie. */
export type StoreName = "raw" | "enriched" | "destination" | "lake" | "dead-letters" | "undelivered" | "bad-rows";

/** From an instant up to, and without, another; epoch milliseconds. */
export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * How an event is written: as ingest took it (`raw`), as enrichment wrote it (`enriched`), or not to be read (`none`):
 * bytes that are not UTF-8, a bad row without its key.
 */
export type EventForm = "raw" | "enriched" | "none";

export type JsonObject = Readonly<Record<string, unknown>>;

/** Where a line lies, to be found again. */
export interface StoredPlace {
  readonly store: StoreName;
  /** `<stream>/<shard>`, or `s3://bucket/key`. */
  readonly container: string;
  /** Where in its part; greater is later, as `comparePositions` compares. */
  readonly position: string;
  /**
   * When the place took it, epoch milliseconds: the arrival at a stream; of the lake, the time of its enrichment; of
   * undelivered events and bad rows, the hour of their folder.
   */
  readonly atMs: number;
  /** Within so long after `atMs` the place took it; absent where `atMs` is exact. */
  readonly spanMs?: number;
}

export interface StoredContent {
  readonly form: EventForm;
  /** JSON of the event alone, in its form; the line itself where it is not to be read. */
  readonly text: string;
  /** The bytes of a line that is not UTF-8. */
  readonly bytes?: Uint8Array;
  readonly badRow?: BadRowNote;
  readonly delivery?: DeliveryNote;
}

/** About a bad row. */
export interface BadRowNote {
  readonly kind: string;
  readonly message: string;
  /** Build that made it. */
  readonly version: string;
  /** Why its payload is no event to put back; absent when it is one. */
  readonly closed?: "no-key" | "no-payload" | "cut" | "several-lines" | "of-the-router";
}

/** About an event that a destination did not take. */
export interface DeliveryNote {
  readonly application: string;
  readonly destination: string;
  readonly routes: readonly string[];
}

/** Selections go by these. Members that an event does not have are undefined. */
export interface EventFacts {
  readonly id: string | undefined;
  readonly source: string | undefined;
  readonly type: string | undefined;
  readonly tenant: string | undefined;
  /** `valid`, `invalid` or `unknown`; undefined before enrichment. */
  readonly status: string | undefined;
  /** `$id` of the contract that decided, else the one that the event names. */
  readonly schema: string | undefined;
  readonly receivedAt: string | undefined;
  readonly replayedAt: string | undefined;
  /** As `revisionOf` writes it; without a status before enrichment. */
  readonly revision: string;
  /** Builds that made it. */
  readonly stamp: {
    readonly enrichment: string | undefined;
    readonly contracts: string | undefined;
    readonly router: string | undefined;
    readonly routes: string | undefined;
  };
}

/** One event in one place. The text is read when it is asked for, once. */
export class StoredEvent {
  readonly place: StoredPlace;
  readonly content: StoredContent;
  #value: JsonObject | undefined;
  #isRead = false;

  constructor(place: StoredPlace, content: StoredContent) {
    this.place = place;
    this.content = content;
  }

  /** The event as an object, in its form; undefined when its text is no JSON object. */
  get value(): JsonObject | undefined {
    if (!this.#isRead) {
      this.#value = this.content.form === "none" ? undefined : readObject(this.content.text);
      this.#isRead = true;
    }
    return this.#value;
  }

  /** The CloudEvent: the event itself, or the one in an enriched event. */
  get event(): JsonObject | undefined {
    const { value } = this;
    if (value === undefined || this.content.form === "raw") return value;
    return asObject(value["event"]);
  }

  get facts(): EventFacts {
    const { value, event = {} } = this;
    const isEnriched = this.content.form === "enriched";
    const validation = isEnriched ? asObject(value?.["validation"]) : undefined;
    const processing = isEnriched ? asObject(value?.["processing"]) : undefined;
    const enrichment = asObject(processing?.["enrichment"]);
    const router = asObject(processing?.["router"]);
    const status = textOf(validation?.["status"]);
    const copy = { event: event as { id: string; source: string } };
    return {
      id: textOf(event["id"]),
      source: textOf(event["source"]),
      type: textOf(event["type"]),
      tenant: textOf(event["tenantid"]),
      status,
      schema: textOf(validation?.["schema"]) ?? textOf(event["dataschema"]),
      receivedAt: textOf(event["receivedat"]),
      replayedAt: textOf(event["replayedat"]),
      // Counts of a million events do not ask for it.
      get revision() {
        return revisionOf(status === undefined ? copy : { ...copy, validation: { status } });
      },
      stamp: {
        enrichment: textOf(enrichment?.["version"]) ?? this.content.badRow?.version,
        contracts: textOf(enrichment?.["contracts"]),
        router: textOf(router?.["version"]),
        routes: textOf(router?.["routesVersion"]),
      },
    };
  }
}

/** Parses an object; undefined for any other text. */
export function readObject(text: string): JsonObject | undefined {
  try {
    return asObject(parseJson(text));
  } catch {
    return undefined;
  }
}

/** The value where it is a JSON object. */
export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/**
 * Compares positions of one part: numbers, of any length, joined by `:`.
 * @example comparePositions("9:0", "10:0") < 0 // true
 */
export function comparePositions(a: string, b: string): number {
  const [left, right] = [a.split(":"), b.split(":")];
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const [x = "", y = ""] = [left[at], right[at]];
    if (x !== y) return x.length - y.length || (x < y ? -1 : 1);
  }
  return 0;
}
