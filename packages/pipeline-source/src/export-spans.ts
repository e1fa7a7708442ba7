import { createHash } from "node:crypto";
import type { ExplainedEvent, ExplainedId, Place } from "./explain-event.ts";

/** A span in OTLP's JSON: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: 1 | 4 | 5;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly Attribute[];
  readonly status?: { readonly code: 2; readonly message: string };
}

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue: string };
}

/** Body of a request to a collector's `/v1/traces`. */
export interface TracesData {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly { readonly scope: { readonly name: string }; readonly spans: readonly Span[] }[];
  }[];
}

/** Kinds of spans: internal, producer, consumer. */
const [internal, producer, consumer] = [1, 4, 5] as const;

/**
 * The hops of explained events as spans, from the times that their copies carry. A trace is the one of the sender's
 * `traceparent`; without one its id is made of source and id, so that it is the same each time.
 */
export function exportSpans({ id, events }: ExplainedId): TracesData {
  const spans = events.flatMap((event) => spansOf(id, event));
  const attributes = attributesOf({ "service.name": "millrace" });
  return { resourceSpans: [{ resource: { attributes }, scopeSpans: [{ scope: { name: "millrace" }, spans }] }] };
}

function spansOf(id: string, { source, accepted, enriched, badRows, routes, rows }: ExplainedEvent): readonly Span[] {
  const first = accepted[0];
  const begin = first?.receivedAt ?? first?.arrivedAt ?? enriched[0]?.at;
  if (begin === undefined) return [];
  const [, sentTrace, sentSpan] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-/.exec(first?.traceparent ?? "") ?? [];
  const traceId = sentTrace ?? digest(32, source, id);
  const spanIdOf = (...parts: readonly unknown[]): string => digest(16, traceId, source, id, ...parts);
  const rootId = spanIdOf("event");
  const ends: string[] = [begin];
  const span = (
    name: string,
    kind: Span["kind"],
    from: string,
    until: string,
    about: Attributes,
    error?: string,
  ): Span => {
    ends.push(until);
    return {
      traceId,
      spanId: spanIdOf(name, until, JSON.stringify(about)),
      parentSpanId: rootId,
      name,
      kind,
      startTimeUnixNano: nanosOf(from),
      // Clocks of two machines may differ; a span that ends before it begins is refused.
      endTimeUnixNano: nanosOf(until < from ? from : until),
      attributes: attributesOf(about),
      ...(error === undefined ? {} : { status: { code: 2, message: error } }),
    };
  };
  const place = ({ streamName, shardId, sequenceNumber }: Place) => ({ streamName, shardId, sequenceNumber });
  const inRaw = first?.arrivedAt ?? begin;
  const children = [
    ...accepted.map((copy) =>
      span("accept", producer, copy.replayedAt ?? copy.receivedAt ?? begin, copy.arrivedAt, {
        ...place(copy),
        tenant: copy.tenant,
        replayedAt: copy.replayedAt,
      }),
    ),
    ...badRows.map((row) => span("bad row", consumer, inRaw, row.arrivedAt, { version: row.version }, row.message)),
    ...enriched.map((copy) => {
      const { status, schema, version, revision } = copy;
      const about = { ...place(copy), status, schema: schema ?? undefined, version, revision };
      return span("enrich", consumer, lastBefore(accepted, copy.at) ?? inRaw, copy.arrivedAt, about);
    }),
    ...routes.flatMap(({ route, destination, places, verdict, reason }) => {
      const from = enriched[0]?.arrivedAt ?? begin;
      if (verdict === "undelivered") return [span(`deliver ${destination}`, producer, from, from, { route }, reason)];
      return places.map((copy) => {
        const about = { route, ...place(copy) };
        return span(
          `deliver ${destination}`,
          producer,
          lastBefore(enriched, copy.arrivedAt) ?? from,
          copy.arrivedAt,
          about,
        );
      });
    }),
    ...rows.flatMap(({ object, line, loadedAt }) =>
      loadedAt === undefined
        ? []
        : [span("load", consumer, lastBefore(enriched, loadedAt) ?? begin, loadedAt, { object, line: String(line) })],
    ),
  ];
  const until = ends.reduce((latest, end) => (end > latest ? end : latest));
  const root: Span = {
    traceId,
    spanId: rootId,
    ...(sentSpan === undefined ? {} : { parentSpanId: sentSpan }),
    name: enriched[0]?.type ?? "event",
    kind: internal,
    startTimeUnixNano: nanosOf(begin),
    endTimeUnixNano: nanosOf(until),
    attributes: attributesOf({ "cloudevents.event_id": id, "cloudevents.event_source": source }),
  };
  return [root, ...children];
}

/** When the latest of the copies arrived that was there by then. */
function lastBefore(copies: readonly { readonly arrivedAt: string }[], at: string): string | undefined {
  return copies.findLast(({ arrivedAt }) => arrivedAt <= at)?.arrivedAt;
}

type Attributes = Readonly<Record<string, string | undefined>>;

const attributesOf = (about: Attributes): readonly Attribute[] =>
  Object.entries(about).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: { stringValue: value } }],
  );

const digest = (digits: number, ...parts: readonly unknown[]): string =>
  createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, digits);

/** All times have milliseconds. */
const nanosOf = (at: string): string => `${Date.parse(at)}000000`;
