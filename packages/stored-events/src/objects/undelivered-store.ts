import { parseKeepingSpelling } from "@millrace/event-pattern";
import { asObject, readObject, StoredEvent, type TimeRange } from "../stored-event.ts";
import type { Store } from "../store.ts";
import { listPrefixes, objectPart, type ReadLine } from "./object-parts.ts";
import type { S3 } from "./open-s3.ts";
import { hourOfKey, timePrefixes } from "./time-prefixes.ts";

export const HOUR_MS = 3_600_000;

/** Enriched events that destinations did not take, in `undelivered/<application>/<destination>/date=…/hour=…/`. */
export function undeliveredStore(s3: S3, bucket: string, folder = "undelivered/"): Store {
  return {
    name: "undelivered",
    isSideBySide: false,
    async *parts(range) {
      for await (const application of s3.folders(bucket, folder)) {
        for await (const destination of s3.folders(bucket, application)) {
          for await (const object of listPrefixes(s3, bucket, timePrefixes(destination, range, 0))) {
            yield objectPart(s3, bucket, object, wholeHours(range), readUndeliveredLine);
          }
        }
      }
    },
    part: (key, range) => objectPart(s3, bucket, { key }, wholeHours(range), readUndeliveredLine),
  };
}

/** The hour of the folder is all that tells when. */
export const wholeHours = ({ fromMs, toMs }: TimeRange): TimeRange => ({
  fromMs: Math.floor(fromMs / HOUR_MS) * HOUR_MS,
  toMs,
});

const readUndeliveredLine: ReadLine = (text, { container, position, key }) => {
  const place = { store: "undelivered", container, position, atMs: hourOfKey(key) ?? 0, spanMs: HOUR_MS } as const;
  const row = readObject(text);
  const delivery = asObject(row?.["delivery"]);
  if (row === undefined || asObject(row["enriched"]) === undefined || delivery === undefined) {
    return [new StoredEvent(place, { form: "none", text })];
  }
  const routes = delivery["routes"];
  return [
    new StoredEvent(place, {
      form: "enriched",
      // Parsed once more for the digits of its numbers: a double may not hold them.
      text: JSON.stringify((parseKeepingSpelling(text) as { enriched: unknown }).enriched),
      delivery: {
        application: String(delivery["application"]),
        destination: String(delivery["stream"]),
        routes: Array.isArray(routes) ? routes.map(String) : [],
      },
    }),
  ];
};
