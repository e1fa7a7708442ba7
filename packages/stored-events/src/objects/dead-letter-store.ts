import { Buffer } from "node:buffer";
import { linesOfRecord } from "../streams/record-lines.ts";
import type { Store } from "../store.ts";
import { asObject, type EventForm, readObject, StoredEvent } from "../stored-event.ts";
import { listPrefixes, objectPart, type ReadLine } from "./object-parts.ts";
import type { S3 } from "./open-s3.ts";
import { dayFolders } from "./time-prefixes.ts";

/** Below it Lambda makes `<mapping>/<shard>/YYYY/MM/DD/`. */
const folder = "aws/lambda/";
const DAY_MS = 86_400_000;

/**
 * Batches that Lambda gave up on, each an object: records of the raw or the enriched stream, by their arrival there.
 * @param rawStream name of the raw stream: which form the events of a batch have
 * @param keptMs how long after its arrival a record may be given up: the longest retention
 * @see https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
 */
export function deadLetterStore(s3: S3, bucket: string, rawStream: string, keptMs = 7 * DAY_MS): Store {
  const readLine: ReadLine = (text, line) => readBatch(text, line, rawStream);
  return {
    name: "dead-letters",
    isSideBySide: false,
    async *parts(range) {
      const days = [...dayFolders({ fromMs: range.fromMs, toMs: range.toMs + keptMs })];
      for await (const mapping of s3.folders(bucket, folder)) {
        for await (const shard of s3.folders(bucket, mapping)) {
          const prefixes = days.map((day) => shard + day);
          for await (const object of listPrefixes(s3, bucket, prefixes)) {
            yield objectPart(s3, bucket, object, range, readLine);
          }
        }
      }
    },
    part: (key, range) => objectPart(s3, bucket, { key }, range, readLine),
  };
}

interface BatchRecord {
  readonly eventSourceARN?: string;
  readonly kinesis: { readonly data: string; readonly approximateArrivalTimestamp: number };
}

/** The object is one line. A line that is no batch is kept as one that cannot be read. */
function readBatch(
  text: string,
  { container, position }: Parameters<ReadLine>[1],
  rawStream: string,
): readonly StoredEvent[] {
  const batch = readObject(text);
  const payload = typeof batch?.["payload"] === "string" ? readObject(batch["payload"]) : undefined;
  const records = payload?.["Records"];
  const at = Date.parse(String(batch?.["timestamp"]));
  if (!Array.isArray(records)) {
    const place = { store: "dead-letters", container, position, atMs: Number.isNaN(at) ? 0 : at } as const;
    return [new StoredEvent(place, { form: "none", text })];
  }
  const info = asObject(batch?.["KinesisBatchInfo"]);
  return (records as readonly BatchRecord[]).flatMap(({ eventSourceARN, kinesis }, record) => {
    const stream = String(eventSourceARN ?? info?.["streamArn"])
      .split("/")
      .at(-1);
    const form: EventForm = stream === rawStream ? "raw" : "enriched";
    const atMs = Math.round(kinesis.approximateArrivalTimestamp * 1_000);
    const place = { store: "dead-letters", container, position: `${position}:${record}`, atMs } as const;
    return linesOfRecord(Buffer.from(kinesis.data, "base64"), form, place);
  });
}
