import type { Kinesis } from "@millrace/aws-simulator";
import { StreamMeter, type StreamSize } from "@millrace/capacity";
import { linesOfData } from "@millrace/packed-records";
import type { Baseline } from "./baseline.ts";
import { Sightings, type ValidationStatus } from "./observations.ts";

/** One line of one record of a stream. */
export interface StreamLine {
  readonly text: string;
  readonly arrivalMs: number;
}

/**
 * Every line of this run in a stream. It reads beside the pipeline: no consumer's capacity is used and no iterator
 * moves.
 */
export function* readLines(kinesis: Kinesis, streamName: string, { streams }: Baseline): Generator<StreamLine> {
  for (const { record } of kinesis.readRecords(streamName, streams.get(streamName))) {
    for (const line of linesOfData(record.Data).toString("utf8").split("\n")) {
      if (line !== "") yield { text: line, arrivalMs: record.arrivalMs };
    }
  }
}

/** Records, events and what is billed for them, of each stream this run wrote to. */
export function measureStreams(kinesis: Kinesis, baseline: Baseline): Record<string, StreamSize> {
  return Object.fromEntries(
    kinesis.streamNames().map((name) => {
      const meter = new StreamMeter();
      for (const { record } of kinesis.readRecords(name, baseline.streams.get(name))) {
        const lines = linesOfData(record.Data);
        meter.add(record.Data.length, Math.max(1, lines.filter((byte) => byte === LINE_FEED).length), lines.length);
      }
      return [name, meter.size];
    }),
  );
}

const LINE_FEED = 0x0a;

/** Content of the raw stream; lines that are no events are stray records, which become bad rows. */
export function observeRaw(kinesis: Kinesis, streamName: string, baseline: Baseline): Sightings {
  const sightings = new Sightings(baseline.forgottenMs);
  for (const { text, arrivalMs } of readLines(kinesis, streamName, baseline)) {
    const identity = readIdentity(text);
    if (identity !== undefined) sightings.add(identity, arrivalMs);
  }
  return sightings;
}

function readIdentity(text: string): string | undefined {
  try {
    const { source, id } = JSON.parse(text) as { readonly source: string; readonly id: string };
    return JSON.stringify([source, id]);
  } catch {
    return undefined;
  }
}

interface EnrichedLine {
  readonly event: { readonly source: string; readonly id: string };
  readonly validation: { readonly status: ValidationStatus };
}

const identityOf = ({ event }: EnrichedLine): string => JSON.stringify([event.source, event.id]);

export interface EnrichedSightings {
  readonly sightings: Sightings;
  readonly statuses: ReadonlyMap<string, ValidationStatus>;
}

/** Reads the events of the enriched stream, with the verdict on each. */
export function observeEnriched(kinesis: Kinesis, streamName: string, baseline: Baseline): EnrichedSightings {
  const sightings = new Sightings(baseline.forgottenMs);
  const statuses = new Map<string, ValidationStatus>();
  for (const { text, arrivalMs } of readLines(kinesis, streamName, baseline)) {
    const line = JSON.parse(text) as EnrichedLine;
    const identity = identityOf(line);
    sightings.add(identity, arrivalMs);
    statuses.set(identity, line.validation.status);
  }
  return { sightings, statuses };
}

interface BadRowLine {
  readonly origin: { readonly shardId: string; readonly sequenceNumber: string };
}

/** Reads the bad rows of the stream, by the place of the original record: their bytes are sealed. */
export function observeBadRows(kinesis: Kinesis, streamName: string, baseline: Baseline): Sightings {
  const sightings = new Sightings(baseline.forgottenMs);
  for (const { text, arrivalMs } of readLines(kinesis, streamName, baseline)) {
    const { origin } = JSON.parse(text) as BadRowLine;
    sightings.add(JSON.stringify([origin.shardId, origin.sequenceNumber]), arrivalMs);
  }
  return sightings;
}
