import type { CloudEvent } from "./cloud-event.ts";

/** A CloudEvent as ingest wrote it on the raw stream: `data` untouched, extension attributes added. */
export interface RawEvent<T extends string = string, D = unknown> extends CloudEvent<T, D> {
  /** As sent, else the time of receipt. RFC 3339. */
  time: string;
  /** The tenant the write key belongs to. */
  tenantid: string;
  /** When ingest took the event, RFC 3339 with milliseconds. */
  receivedat: string;
  /** The sender's own number of this revision, a whole number, as a text when sent in binary mode; absent is 0. */
  revision?: unknown;
  /** When the event was put on the raw stream again, RFC 3339; absent when it comes from its sender. */
  replayedat?: string;
  /** Ingest sets it on the events of a canary's key; absent on every other event. */
  canary?: boolean;
  /** IP address of the client; truncated by enrichment after the geographical look-up. */
  clientip?: string;
  useragent?: string;
  referer?: string;
  origin?: string;
  /** W3C trace context of the request. */
  traceparent?: string;
}
