import type { Kinesis, ProcessFunctionStats } from "@millrace/aws-simulator";
import type { Assembly, AssembledFunction, LocalTopology } from "@millrace/topology";
import type { DestinationServices } from "../runtime/destination-services.ts";
import type { MetricTotals, Totals } from "./metric-totals.ts";
import type { HopStatus } from "./status-lines.ts";

/** A running pipeline as its status is read. */
export interface HopSources {
  readonly topology: LocalTopology;
  readonly kinesis: Kinesis;
  /** Queues and buses. */
  readonly services: Pick<DestinationServices, "names" | "count">;
  readonly parts: Assembly<AssembledFunction & { stats(): ProcessFunctionStats }>;
  readonly metrics: MetricTotals;
  /** Restarts of the event service. */
  readonly serviceRestarts: number;
  /** Names of the destinations as route documents have them. */
  readonly destinations: readonly string[];
}

/** How far every hop is, each in its own unit; events are counted by the functions, records by the streams. */
export function describeHops(sources: HopSources): readonly HopStatus[] {
  return [
    describeService(sources),
    ...sources.parts.mappings.map((mapping) => describeMapping(sources, mapping)),
    ...sources.parts.deliveries.map(({ settings, delivery, streamName }) => {
      const stats = delivery.stats();
      return {
        name: settings.name,
        unit: "records",
        in: stats.recordsIn,
        out: stats.recordsDelivered,
        ageMs: stats.dataFreshnessMs,
        note: notes([
          [stats.objects, "objects"],
          [sources.kinesis.stats(streamName).throttledRecords, "records throttled"],
        ]),
      };
    }),
    ...[...sources.parts.pipes].map(([name, pipe]) => {
      const stats = pipe.stats();
      return {
        name,
        unit: "files",
        in: stats.notifications,
        out: stats.filesLoaded + stats.filesAlreadyLoaded + stats.filesSkipped + stats.filesFailed,
        ageMs: stats.latencyMs,
        note: notes([
          [stats.rowsLoaded, "rows"],
          [stats.refusedLines, "lines refused"],
          [stats.filesFailed, "files failed"],
        ]),
      };
    }),
    ...describeDestinations(sources),
  ];
}

function describeService({ topology, kinesis, serviceRestarts }: HopSources): HopStatus {
  const { recordsIn, throttledRecords } = kinesis.stats(topology.pipelineStreams.raw);
  return {
    name: topology.service.name,
    unit: "records",
    in: recordsIn,
    out: recordsIn,
    ageMs: undefined,
    note: notes([
      [throttledRecords, "records throttled"],
      [serviceRestarts, "restarts"],
    ]),
  };
}

function describeMapping(
  { kinesis, parts, metrics }: HopSources,
  { settings, mapping, streamName }: HopSources["parts"]["mappings"][number],
): HopStatus {
  const stats = mapping.stats();
  const counted: Totals = metrics.of(settings.functionName);
  return {
    name: settings.functionName,
    unit: "records",
    in: kinesis.stats(streamName).recordsIn,
    out: stats.recordsProcessed,
    ageMs: stats.oldestRecordAgeMs,
    note: notes([
      [counted["eventsIn"], "events"],
      [counted["eventsInvalid"], "invalid"],
      [counted["badRows"], "bad rows"],
      [counted["routeMatches"], "copies"],
      [counted["undelivered"], "undelivered"],
      [stats.retries, "retries"],
      [stats.functionErrors, "errors"],
      [parts.functions.get(settings.functionName)?.stats().exits, "processes lost"],
      [stats.discardedRecords, "records given up"],
    ]),
  };
}

/** Every stream, queue and bus behind the router, and every destination of a route that has none. */
function describeDestinations({
  topology,
  kinesis,
  services,
  metrics,
  destinations,
}: HopSources): readonly HopStatus[] {
  const own: readonly string[] = Object.values(topology.pipelineStreams);
  const streams = kinesis.streamNames().filter((name) => !own.includes(name));
  const isAt = (stream: string, destination: string): boolean =>
    stream === destination || stream.endsWith(`-${destination}`);
  const undelivered = (destination: string | undefined): number | undefined =>
    destination === undefined ? undefined : metrics.of(destination)["undelivered"];
  const present = streams.map((name) => {
    const { recordsIn, throttledRecords } = kinesis.stats(name);
    // The longest name that fits: `checkout-clicks` ends in `clicks` as well.
    const [destination] = destinations.filter((each) => isAt(name, each)).sort((a, b) => b.length - a.length);
    return {
      name,
      unit: "records",
      in: recordsIn,
      out: recordsIn,
      ageMs: undefined,
      note: notes([
        [undelivered(destination), "undelivered"],
        [throttledRecords, "records throttled"],
      ]),
    };
  });
  const others = services.names().map((name) => ({
    name,
    unit: "events",
    in: services.count(name),
    out: services.count(name),
    ageMs: undefined,
    note: notes([[undelivered(destinations.find((each) => isAt(name, each))), "undelivered"]]),
  }));
  const names = [...streams, ...services.names()];
  const missing = destinations.filter((destination) => !names.some((name) => isAt(name, destination)));
  const absent = missing.map((name) => ({
    name,
    unit: "records",
    in: 0,
    out: 0,
    ageMs: undefined,
    note: ["no such destination", notes([[undelivered(name), "undelivered"]])].filter((note) => note !== "").join(", "),
  }));
  return [...present, ...others, ...absent];
}

function notes(counts: readonly (readonly [count: number | undefined, what: string])[]): string {
  return counts
    .filter(([count]) => count !== undefined && count > 0)
    .map(([count, what]) => `${String(count)} ${what}`)
    .join(", ");
}
