import type { ObjectStore } from "@millrace/aws-simulator";
import type { Topology } from "@millrace/topology";
import type { Baseline } from "./baseline.ts";
import { linesOfObject } from "./object-lines.ts";
import { Sightings } from "./observations.ts";

interface UndeliveredLine {
  readonly enriched: { readonly event: { readonly source: string; readonly id: string } };
  readonly delivery: { readonly routes: readonly string[] };
}

/** Where a function of the stack is told to leave what its destinations do not take. */
const place = /^s3:\/\/([^/]+)\/(.+)$/;

/** A line of the lake that holds an undelivered event. */
export interface StoredLine {
  readonly bucket: string;
  readonly key: string;
  /** When its object was stored, in epoch milliseconds. */
  readonly lastModified: number;
  readonly text: string;
}

/**
 * Every line that functions of the stack left for what destinations did not take, in objects stored since then.
 * @param unreadable gets the address of each object that is no whole gzip
 */
export async function* undeliveredLines(
  objectStore: ObjectStore,
  { functions }: Pick<Topology, "functions">,
  unreadable: string[],
  sinceMs = 0,
): AsyncGenerator<StoredLine> {
  for (const { environment } of functions) {
    const [, bucket, prefix] = place.exec(environment["UNDELIVERED_URL"] ?? "") ?? [];
    if (bucket === undefined || prefix === undefined) continue;
    for (const { key, lastModified } of await objectStore.list(bucket, `${prefix}/`)) {
      if (lastModified < sinceMs) continue;
      const { bytes } = await objectStore.get(bucket, key);
      const lines = linesOfObject(key, bytes);
      if (lines === undefined) unreadable.push(`s3://${bucket}/${key}`);
      for (const text of lines ?? []) yield { bucket, key, lastModified, text };
    }
  }
}

/** Undelivered events by route: they wait in the lake for a redrive. */
export async function observeUndelivered(
  objectStore: ObjectStore,
  topology: Topology,
  { startedAtMs }: Baseline,
  unreadable: string[],
): Promise<ReadonlyMap<string, Sightings>> {
  const observed = new Map<string, Sightings>();
  for await (const { text, lastModified } of undeliveredLines(objectStore, topology, unreadable, startedAtMs)) {
    const { delivery, enriched } = JSON.parse(text) as UndeliveredLine;
    for (const route of delivery.routes) {
      const sightings = observed.get(route) ?? new Sightings();
      observed.set(route, sightings);
      sightings.add(JSON.stringify([enriched.event.source, enriched.event.id]), lastModified);
    }
  }
  return observed;
}
