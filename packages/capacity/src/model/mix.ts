import { CapacityError } from "../errors.ts";
import { packed, perEvent, type StreamSize } from "./stream-size.ts";
import sample from "./sample-mix.json" with { type: "json" };

/** Kind of events of a traffic: sizes and shares. */
export interface Mix {
  /** Origin of the sizes, for readers of the result. */
  readonly from: string;
  /** One event on its way through each kind of stream. */
  readonly raw: StreamSize;
  readonly enriched: StreamSize;
  readonly destination: StreamSize;
  readonly badRow: StreamSize;
  /** Bad rows for an event that is accepted. */
  readonly badRowShare: number;
  /** Copies for an event, by the name that a route document gives a destination; absent without a measurement. */
  readonly shares: Readonly<Record<string, number>> | undefined;
}

/** The part of a report of `pnpm start … --report` that has sizes. */
export interface MeasuredSizes {
  readonly accepted: number;
  readonly badRows: number;
  /** By physical name; reports of an older `start` have none. */
  readonly streams?: Readonly<Record<string, StreamSize>>;
}

/** The prefix of every physical name on the laptop, whose reports are read. */
const LOCAL_PREFIX = "millrace-local-";
const innerStreams: ReadonlySet<string> = new Set(["raw", "enriched", "bad-rows"]);

/**
 * Reads the sizes of a run.
 *
 * @throws CapacityError when the report has no sizes: it is of an older `start`, or of a run without events
 */
export function mixOf({ accepted, badRows, streams }: MeasuredSizes, from: string): Mix {
  const named = new Map(Object.entries(streams ?? {}).map(([name, size]) => [name.replace(LOCAL_PREFIX, ""), size]));
  const sizeOf = (name: string): StreamSize => {
    const size = named.get(name);
    if (size === undefined || size.events === 0) {
      throw new CapacityError(
        `${from}: has no events of the stream ${name}; make it by "pnpm start --events 10000 --exit --report <file>"`,
      );
    }
    return perEvent(size);
  };
  const destinations = [...named].filter(([name]) => !innerStreams.has(name));
  const enriched = sizeOf("enriched");
  const busy = destinations.filter(([, { events }]) => events > 0);
  const sum = (field: keyof StreamSize): number => busy.reduce((total, [, size]) => total + size[field], 0);
  return {
    from,
    raw: sizeOf("raw"),
    enriched,
    destination:
      busy.length === 0
        ? packed(enriched.lineBytes, 1)
        : perEvent({
            records: sum("records"),
            events: sum("events"),
            bytes: sum("bytes"),
            lineBytes: sum("lineBytes"),
            payloadUnits: sum("payloadUnits"),
            onDemandBytes: sum("onDemandBytes"),
            firehoseBytes: sum("firehoseBytes"),
          }),
    // Without any, one is as a bad row of the sample traffic: about the size of two enriched events.
    badRow: badRows === 0 ? packed(2 * enriched.lineBytes, 1) : sizeOf("bad-rows"),
    badRowShare: badRows / accepted,
    shares: Object.fromEntries(destinations.map(([name, { events }]) => [name, events / accepted])),
  };
}

/** The sample traffic of `pnpm start`; its routes say nothing of an environment's, so it has no shares. */
export const sampleMix: Mix = { ...mixOf(sample, `the sample traffic of ${sample.measuredAt}`), shares: undefined };

/** The same events, so many in each record of the inner streams. */
export function withRecordsOf(mix: Mix, eventsPerRecord: number): Mix {
  return {
    ...mix,
    from: `${mix.from}, ${eventsPerRecord} event${eventsPerRecord === 1 ? "" : "s"} a record`,
    raw: packed(mix.raw.bytes, eventsPerRecord),
    enriched: packed(mix.enriched.lineBytes, eventsPerRecord),
  };
}
