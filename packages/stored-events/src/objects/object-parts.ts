import { PlaceUnreadableError } from "../errors.ts";
import { LINES_PER_BATCH } from "../limits.ts";
import type { StoredPart } from "../store.ts";
import { comparePositions, type StoredEvent, type TimeRange } from "../stored-event.ts";
import type { ListedObject, S3 } from "./open-s3.ts";
import { containsText, readTextLines } from "./read-text-lines.ts";

/** Makes events of a line of an object: one, several for a line that holds a batch, none for a blank one. */
export type ReadLine = (
  text: string,
  line: { readonly container: string; readonly position: string; readonly key: string },
) => readonly StoredEvent[];

/** An object of NDJSON as a part; a line's position is its number, from 1. */
export function objectPart(
  s3: S3,
  bucket: string,
  { key, bytes, modifiedMs }: Pick<ListedObject, "key"> & Partial<ListedObject>,
  range: TimeRange,
  readLine: ReadLine,
): StoredPart {
  const container = `s3://${bucket}/${key}`;
  return {
    id: key,
    bytes,
    modifiedMs,
    async holds(text) {
      try {
        return await containsText(await s3.get(bucket, key), text);
      } catch (error) {
        throw PlaceUnreadableError.from(container, error);
      }
    },
    async *read(after = "") {
      let batch: StoredEvent[] = [];
      let line = 0;
      for await (const lines of linesOf(s3, bucket, key)) {
        for (const text of lines) {
          line += 1;
          if (text === "" || comparePositions(String(line), after.split(":")[0] ?? "") < 0) continue;
          for (const event of readLine(text, { container, position: String(line), key })) {
            const { position, atMs } = event.place;
            if (atMs < range.fromMs || atMs >= range.toMs) continue;
            if (after === "" || comparePositions(position, after) > 0) batch.push(event);
          }
          if (batch.length >= LINES_PER_BATCH) {
            yield batch;
            batch = [];
          }
        }
      }
      if (batch.length > 0) yield batch;
    },
  };
}

async function* linesOf(s3: S3, bucket: string, key: string): AsyncGenerator<string[]> {
  try {
    yield* readTextLines(await s3.get(bucket, key));
  } catch (error) {
    throw PlaceUnreadableError.from(`s3://${bucket}/${key}`, error);
  }
}

/** Objects below prefixes, one prefix after the other. */
export async function* listPrefixes(s3: S3, bucket: string, prefixes: Iterable<string>): AsyncGenerator<ListedObject> {
  for (const prefix of prefixes) {
    try {
      yield* s3.listObjects(bucket, prefix);
    } catch (error) {
      throw PlaceUnreadableError.from(`s3://${bucket}/${prefix}`, error);
    }
  }
}
