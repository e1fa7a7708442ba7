import type { Kinesis } from "@millrace/aws-simulator";
import { Sightings, type ValidationStatus } from "./observations.ts";

/** One line of one record of a stream. */
export interface StreamLine {
  readonly text: string;
  readonly arrivalMs: number;
}

/** Every line a stream holds. It reads beside the pipeline: no consumer's capacity is used and no iterator moves. */
export function* readLines(kinesis: Kinesis, streamName: string): Generator<StreamLine> {
  for (const { record } of kinesis.recordsOf(streamName)) {
    const text = new TextDecoder().decode(record.Data);
    for (const line of text.split("\n")) {
      if (line !== "") yield { text: line, arrivalMs: record.arrivalMs };
    }
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

/** What the enriched stream holds, with the verdict on each event. */
export function observeEnriched(kinesis: Kinesis, streamName: string): EnrichedSightings {
  const sightings = new Sightings();
  const statuses = new Map<string, ValidationStatus>();
  for (const { text, arrivalMs } of readLines(kinesis, streamName)) {
    const line = JSON.parse(text) as EnrichedLine;
    const identity = identityOf(line);
    sightings.add(identity, arrivalMs);
    statuses.set(identity, line.validation.status);
  }
  return { sightings, statuses };
}

/** The attributes of an event come first in what ingest writes, so they survive a payload that was cut. */
const attribute = (name: string): RegExp => new RegExp(`"${name}":("(?:[^"\\\\]|\\\\.)*")`);
const idAttribute = attribute("id");
const sourceAttribute = attribute("source");

/** What the bad-row stream holds, by the identity found in the original bytes. */
export function observeBadRows(kinesis: Kinesis, streamName: string): Sightings {
  const sightings = new Sightings();
  let nameless = 0;
  for (const { text, arrivalMs } of readLines(kinesis, streamName)) {
    const { payload } = JSON.parse(text) as { payload: string };
    const original = Buffer.from(payload, "base64").toString("utf8");
    const id = idAttribute.exec(original)?.[1];
    const source = sourceAttribute.exec(original)?.[1];
    nameless += 1;
    sightings.add(id === undefined || source === undefined ? `bad row ${nameless}` : `[${source},${id}]`, arrivalMs);
  }
  return sightings;
}
