import { DrillError } from "../../errors.ts";
import type { EnvironmentDrill } from "../environment-drill.ts";
import type { Stage } from "./stage.ts";

const deliveries = ["enriched", "bad_rows"].map((id) => `aws_kinesis_firehose_delivery_stream.${id}_delivery`);
const readers = [
  ...deliveries,
  "aws_s3_bucket_notification.warehouse_lake_notification",
  "aws_lambda_event_source_mapping.router_mapping",
];
const mapping = "aws_lambda_event_source_mapping.enrichment_mapping";

/** Resources that let events in → the readers that have to exist before. */
const order: Readonly<Record<string, readonly string[]>> = {
  [mapping]: readers,
  "kubernetes_deployment_v1.ingest": [...readers, mapping],
  "kubernetes_ingress_v1.ingest_ingress": [...readers, mapping],
};

/** Readers that start at LATEST miss what was written before them: asks Terraform's own graph what waits for what. */
export const readerPositions: Stage = {
  name: "reader positions",
  async run(drill) {
    const missing = await missingReaders(drill);
    if (missing.length > 0) throw new DrillError(missing.join("\n"));
    return "events are let in only after every reader of them";
  },
};

/** One line for each reader that Terraform does not wait for. */
export async function missingReaders(drill: EnvironmentDrill): Promise<readonly string[]> {
  const edges = new Map<string, string[]>();
  for (const [, from = "", to = ""] of (await drill.output("graph")).matchAll(/"([\w.-]+)" -> "([\w.-]+)"/g)) {
    edges.set(from, [...(edges.get(from) ?? []), to]);
  }
  return Object.entries(order).flatMap(([address, needed]) => {
    const before = reachable(edges, address);
    return needed.filter((reader) => !before.has(reader)).map((reader) => `${address} does not wait for ${reader}.`);
  });
}

function reachable(edges: ReadonlyMap<string, readonly string[]>, start: string): ReadonlySet<string> {
  const found = new Set<string>();
  const left = [start];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    for (const dependency of edges.get(next) ?? []) {
      if (!found.has(dependency)) left.push(dependency);
      found.add(dependency);
    }
  }
  return found;
}
