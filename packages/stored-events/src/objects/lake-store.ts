import { LONGEST_BUFFERING_MS, LONGEST_INVOCATION_MS } from "../limits.ts";
import type { Store } from "../store.ts";
import { asObject, readObject, StoredEvent } from "../stored-event.ts";
import { listPrefixes, objectPart, type ReadLine } from "./object-parts.ts";
import type { S3 } from "./open-s3.ts";
import { hourOfKey, timePrefixes } from "./time-prefixes.ts";

/** Enriched events in the lake, as Firehose left them: by the time of their enrichment. */
export function lakeStore(s3: S3, bucket: string, folder = "enriched/"): Store {
  return {
    name: "lake",
    isSideBySide: false,
    async *parts(range) {
      // An event is enriched first and arrives at the stream then, by which Firehose chooses the folder.
      const toMs = range.toMs + LONGEST_INVOCATION_MS;
      const prefixes = timePrefixes(folder, { ...range, toMs }, LONGEST_BUFFERING_MS);
      for await (const object of listPrefixes(s3, bucket, prefixes)) {
        yield objectPart(s3, bucket, object, range, readEnrichedLine);
      }
    },
    part: (key, range) => objectPart(s3, bucket, { key }, range, readEnrichedLine),
  };
}

const readEnrichedLine: ReadLine = (text, { container, position, key }) => {
  const at = timeOfEnrichment(text) ?? hourOfKey(key) ?? 0;
  return [new StoredEvent({ store: "lake", container, position, atMs: at }, { form: "enriched", text })];
};

const before = ',"processing":';

/** Enrichment writes `processing` last, so that a line out of the range need not be parsed. */
function timeOfEnrichment(text: string): number | undefined {
  const start = text.lastIndexOf(before);
  const processing = start === -1 ? undefined : readObject(text.slice(start + before.length, -1));
  const at = asObject(processing?.["enrichment"])?.["at"];
  const ms = typeof at === "string" ? Date.parse(at) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}
