import { eventIdentity, partitionKeyOf, revisionOf } from "@millrace/event-contracts";
import { type Compression, packRecord } from "@millrace/packed-records";
import type { OutputWriter } from "@millrace/stream-handler";
import type { StoredEvent } from "@millrace/stored-events";
import { PUT_TIMEOUT_MS } from "../limits.ts";
import { markReplayed, marksOf, type ReplayedMark } from "./replayed-text.ts";
import type { PreparedEvent, SkipReason, Target } from "./target.ts";

export interface PipelineTargetOptions {
  readonly mark: ReplayedMark;
  readonly raw: { readonly stream: string; readonly writer: OutputWriter };
  /** For batches of the router that Lambda gave up on: their events are put back, in the form of the stream. */
  readonly enriched: { readonly stream: string; readonly writer: OutputWriter; readonly compression: Compression };
  /** The verdict of the present enrichment on a raw event; with it, only events that become valid are put. */
  readonly becomesValid?: ((text: string) => boolean) | undefined;
  readonly now: () => number;
}

const encoder = new TextEncoder();

/** The whole pipeline: raw events become later revisions on the raw stream, and go every way that a new one goes. */
export function createPipelineTarget(options: PipelineTargetOptions): Target {
  const { mark, raw, enriched, becomesValid, now } = options;
  const writers = new Map([raw, enriched].map(({ stream, writer }) => [stream, writer]));

  /** The stream that takes the event. */
  function streamFor({ content, value, event, place }: StoredEvent): { readonly stream: string } | SkipReason {
    if (value === undefined || event === undefined) return "unreadable";
    if (content.form !== "raw") return place.store === "dead-letters" ? enriched : "masked";
    // Where the clock of the stream is behind, copies of this replay come into its own range.
    if (event["replayedat"] === mark.replayedAt) return "of-this-replay";
    return becomesValid?.(content.text) === false ? "not-better" : raw;
  }

  return {
    name: becomesValid === undefined ? "pipeline" : "revalidation",
    streams: [
      { name: raw.stream, form: "raw" },
      { name: enriched.stream, form: "enriched" },
    ],
    prepare(stored) {
      const found = streamFor(stored);
      if (typeof found === "string") return found;
      const { content, event = {}, facts, place } = stored;
      if (content.form !== "raw") {
        const again = prepared(content.text, event, found.stream);
        return {
          ...again,
          data: packRecord(again.data, enriched.compression),
          key: copyKey(event, facts.status),
          originalAtMs: place.atMs,
        };
      }
      const replayed = { ...event, ...marksOf(event, mark) };
      return prepared(markReplayed(content.text, event, mark), replayed, found.stream);
    },
    weigh(stored) {
      const found = streamFor(stored);
      if (typeof found === "string") return found;
      const marked = stored.content.form === "raw" ? `,"replayedat":"${mark.replayedAt}"`.length : 0;
      return stored.content.text.length + marked + 1;
    },
    async put(events) {
      const deadline = now() + PUT_TIMEOUT_MS;
      const [first] = events;
      if (events.every(({ stream }) => stream === first?.stream)) {
        return (await writers.get(first?.stream ?? "")?.put(events, { deadline })) ?? [];
      }
      const deliveries = await Promise.all(
        [...writers].map(async ([stream, writer]) => {
          const own = events.filter((event) => event.stream === stream);
          const answers = await writer.put(own, { deadline });
          return own.map((event, index) => [event, answers[index]] as const);
        }),
      );
      const byEvent = new Map(deliveries.flat());
      return events.flatMap((event) => byEvent.get(event) ?? []);
    },
  };
}

/** The key that {@link copyKey} finds again on the stream. */
function prepared(text: string, event: Readonly<Record<string, unknown>>, stream: string): PreparedEvent {
  const { id, subject } = event;
  return {
    partitionKey: partitionKeyOf({
      subject: typeof subject === "string" ? subject : undefined,
      // Without an id it becomes a bad row, and needs a partition key all the same.
      id: typeof id === "string" && id !== "" ? id : "-",
    }),
    data: encoder.encode(`${text}\n`),
    key: copyKey(event),
    stream,
  };
}

/**
 * Tells the copies of events apart: identity, receipt and replay.
 * @param status of an enriched event: its revision has it
 */
export function copyKey(event: Readonly<Record<string, unknown>>, status?: string): string {
  const { id, source } = event;
  const copy = { event: { ...event, id: String(id), source: String(source) } };
  return `${eventIdentity(copy.event)} ${revisionOf(status === undefined ? copy : { ...copy, validation: { status } })}`;
}
