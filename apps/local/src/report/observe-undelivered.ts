import type { ObjectStore } from "@millrace/aws-simulator";
import type { Topology } from "@millrace/topology";
import { gunzipSync } from "node:zlib";
import type { Baseline } from "./baseline.ts";
import { Sightings } from "./observations.ts";

interface UndeliveredLine {
  readonly enriched: { readonly event: { readonly source: string; readonly id: string } };
  readonly delivery: { readonly routes: readonly string[] };
}

/** Where a function of the stack is told to leave what its destinations do not take. */
const place = /^s3:\/\/([^/]+)\/(.+)$/;

/** What destinations did not take, by route: it waits in the lake for a redrive. */
export async function observeUndelivered(
  objectStore: ObjectStore,
  { functions }: Topology,
  { startedAtMs }: Baseline,
): Promise<ReadonlyMap<string, Sightings>> {
  const observed = new Map<string, Sightings>();
  for (const { environment } of functions) {
    const [, bucket, prefix] = place.exec(environment["UNDELIVERED_URL"] ?? "") ?? [];
    if (bucket === undefined || prefix === undefined) continue;
    for (const { key, lastModified } of await objectStore.list(bucket, `${prefix}/`)) {
      if (lastModified < startedAtMs) continue;
      const { bytes } = await objectStore.get(bucket, key);
      for (const text of gunzipSync(bytes).toString("utf8").trimEnd().split("\n")) {
        const { delivery, enriched } = JSON.parse(text) as UndeliveredLine;
        for (const route of delivery.routes) {
          const sightings = observed.get(route) ?? new Sightings();
          observed.set(route, sightings);
          sightings.add(JSON.stringify([enriched.event.source, enriched.event.id]), lastModified);
        }
      }
    }
  }
  return observed;
}
