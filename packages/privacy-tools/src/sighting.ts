import { asObject, readObject } from "@millrace/stored-events";

/** One stored copy of an event of the person. */
export interface Sighting {
  readonly source: string | undefined;
  readonly id: string | undefined;
  readonly type: string | undefined;
  /** Time at which ingest took the event, else its own time, both as written in the event. */
  readonly at: string | undefined;
  /** `valid`, `invalid`, `unknown`; `raw` before enrichment; `unreadable` where no parser reads it. */
  readonly status: string;
  /** The event as it is stored there. A bad row's is what was sealed. */
  readonly text: string;
  /** Where a bad row came from: it has no identity. */
  readonly origin?: BadRowOrigin;
}

/** The record, and the place in it, that a bad row is about. */
export interface BadRowOrigin {
  readonly stream: string;
  readonly shardId: string;
  readonly sequenceNumber: string;
  readonly index: number;
}

/** Says which event a line is; the line is a raw or an enriched event, or what a destination got of one. */
export function sightingOf(text: string, origin?: BadRowOrigin): Sighting {
  const value = readObject(text);
  const event = asObject(value?.["event"]) ?? value ?? {};
  const status = asObject(value?.["validation"])?.["status"];
  return {
    source: textOf(event["source"]),
    id: textOf(event["id"]),
    type: textOf(event["type"]),
    at: textOf(event["receivedat"]) ?? textOf(event["time"]),
    status: textOf(status) ?? (value === undefined ? "unreadable" : asObject(value["event"]) ? "delivered" : "raw"),
    text,
    ...(origin === undefined ? {} : { origin }),
  };
}

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
