import { Buffer } from "node:buffer";
import { DescribeStreamSummaryCommand, type KinesisClient, paginateListStreams } from "@aws-sdk/client-kinesis";
import { type StoredPart, streamStore } from "@millrace/stored-events";
import { StoreError } from "./errors.ts";
import { badRowLines, clearLines, type Examined, type Format, maskedLines } from "./objects/formats.ts";
import type { Person } from "./person/person.ts";
import type { Environment } from "./place.ts";

/** A stream that can hold events of a person, and how its lines are read. */
export interface StreamPlace {
  readonly store: "raw stream" | "enriched stream" | "bad-row stream" | "destination";
  readonly stream: string;
  readonly format: Format;
}

/** A line of a stream in which the person is. */
export interface StreamSighting extends Pick<Examined, "sightings" | "unreadable"> {
  /** `<stream>/<shard>` */
  readonly container: string;
  readonly arrivalMs: number;
}

/** Every stream of the environment: its own three, and those it delivers to. */
export async function streamPlaces({ place, kinesis }: Environment): Promise<readonly StreamPlace[]> {
  const [raw, enriched, badRows] = place.pipelineStreams;
  const own: Record<string, Pick<StreamPlace, "store" | "format">> = {
    [String(raw)]: { store: "raw stream", format: clearLines },
    [String(enriched)]: { store: "enriched stream", format: maskedLines },
    [String(badRows)]: { store: "bad-row stream", format: badRowLines },
  };
  const names: string[] = [];
  try {
    for await (const { StreamNames = [] } of paginateListStreams({ client: kinesis }, {})) {
      names.push(...StreamNames.filter((name) => Object.hasOwn(own, name) || name.startsWith(place.streamPrefix)));
    }
  } catch (error) {
    throw failure("The streams cannot be listed", error);
  }
  return names.map((stream) => ({ stream, ...(own[stream] ?? { store: "destination", format: maskedLines }) }));
}

/** Milliseconds for which a stream keeps a record. */
export async function retentionMs(kinesis: KinesisClient, stream: string): Promise<number> {
  try {
    const { StreamDescriptionSummary } = await kinesis.send(new DescribeStreamSummaryCommand({ StreamName: stream }));
    return (StreamDescriptionSummary?.RetentionPeriodHours ?? 0) * 3_600_000;
  } catch (error) {
    throw failure(`The stream ${stream} cannot be described`, error);
  }
}

/**
 * Every line of a stream in which the person is, up to now. Shards are read side by side: each has its own rate.
 * @param onSeen called with each line, or with a bad row that cannot be opened
 */
export async function lookIntoStream(
  { kinesis, keys, now }: Environment,
  { stream, format }: StreamPlace,
  person: Person,
  onSeen: (seen: StreamSighting) => void,
): Promise<void> {
  // Which form its events have is ours to say: the reader only takes records apart.
  const store = streamStore({ kinesis, stream, name: "destination" });
  const shards: Promise<void>[] = [];
  for await (const part of store.parts({ fromMs: 0, toMs: now() })) shards.push(readShard(part));
  await Promise.all(shards);

  async function readShard(part: StoredPart): Promise<void> {
    for await (const events of part.read()) {
      for (const { content, place } of events) {
        const line = content.bytes === undefined ? Buffer.from(content.text) : Buffer.from(content.bytes);
        const { sightings, unreadable } = format(line, person, keys);
        if (sightings.length + unreadable > 0) {
          onSeen({ sightings, unreadable, container: place.container, arrivalMs: place.atMs });
        }
      }
    }
  }
}

function failure(what: string, cause: unknown): StoreError {
  const { name, message } = cause as Error;
  return new StoreError(`${what}: ${name}: ${message}. Check credentials, region and rights.`, { cause });
}
