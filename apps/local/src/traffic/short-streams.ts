import { createRandom } from "@millrace/aws-simulator/random";
import type { LocalTopology } from "@millrace/topology";
import type { ExpectedRoute } from "../report/expected-routes.ts";
import { createRouteOracle } from "../report/route-oracle.ts";
import { ENRICHED_EVENT_BYTES, RAW_EVENT_BYTES, sampleMix } from "./sample-mix.ts";
import { planTraffic } from "./traffic-plan.ts";

/** Limits of a shard in one second. https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
const SHARD_BYTES_PER_SECOND = 1024 * 1024;
const SHARD_RECORDS_PER_SECOND = 1_000;
/** Events of the plan that show what share of them goes where. */
const PLANNED_EVENTS = 2_000;

/**
 * Says of every stream that cannot carry the sample traffic at a rate what it takes and how many shards it would need.
 * @param rate events a second
 */
export function findShortStreams(
  { streams, pipelineStreams }: Pick<LocalTopology, "streams" | "pipelineStreams">,
  rate: number,
  routes: readonly ExpectedRoute[],
): string[] {
  const shares = shareOfStreams(routes);
  return streams.flatMap(({ name, shardCount }) => {
    if (shardCount === undefined) return [];
    // The inner streams pack many small events into one record; a destination gets one event a record.
    const eventBytes = name === pipelineStreams.raw ? RAW_EVENT_BYTES : ENRICHED_EVENT_BYTES;
    const isInner = name === pipelineStreams.raw || name === pipelineStreams.enriched;
    const share = isInner ? 1 : shareOf(name, shares);
    const eventsPerShard = isInner
      ? SHARD_BYTES_PER_SECOND / eventBytes
      : Math.min(SHARD_BYTES_PER_SECOND / eventBytes, SHARD_RECORDS_PER_SECOND);
    const needed = Math.ceil((rate * share) / eventsPerShard);
    if (needed <= shardCount) return [];
    const carried = Math.floor((shardCount * eventsPerShard) / share);
    return [
      `${name} has ${shardCount} shards, which carry ${carried} events a second of sample traffic, not ${rate}: ` +
        `what exceeds that waits. Set ${needed} in infra/src/environments/local.ts, or a lower --rate.`,
    ];
  });
}

/** A stream's physical name ends with the name that route documents have. */
function shareOf(name: string, shares: ReadonlyMap<string, number>): number {
  const [longest] = [...shares]
    .filter(([stream]) => name === stream || name.endsWith(`-${stream}`))
    .sort(([left], [right]) => right.length - left.length);
  return longest?.[1] ?? 0;
}

/** The share of the sample events that each destination gets. */
function shareOfStreams(routes: readonly ExpectedRoute[]): ReadonlyMap<string, number> {
  const streamOf = new Map(routes.map(({ name, destination }) => [name, destination]));
  const oracle = createRouteOracle(routes);
  const copies = new Map<string, number>();
  let events = 0;
  for (const sending of planTraffic({ ...sampleMix(0), random: createRandom("short streams") })) {
    if (events >= PLANNED_EVENTS) break;
    if (sending.kind === "stray") continue;
    for (const event of sending.events) {
      events += 1;
      const reached = new Set(oracle(event, sending.visitor).map((route) => streamOf.get(route) ?? ""));
      for (const stream of reached) copies.set(stream, (copies.get(stream) ?? 0) + 1);
    }
  }
  return new Map([...copies].map(([stream, count]) => [stream, count / events]));
}
