import type { Kinesis, ProcessFunctionStats } from "@millrace/aws-simulator";
import type { CountName, HopFigures } from "@millrace/pipeline-source";
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

/** A hop of which everything is known: it runs on this machine. */
export interface KnownHop extends HopFigures {
  readonly in: number;
  readonly out: number;
  readonly backlog: number;
}

/** The words of a remark, in its order. Counts without one are figures of the console alone. */
const remarks: Readonly<Partial<Record<CountName, string>>> = {
  events: "events",
  invalid: "invalid",
  badRows: "bad rows",
  setAside: "set aside",
  copies: "copies",
  objects: "objects",
  rows: "rows",
  refusedLines: "lines refused",
  filesFailed: "files failed",
  undelivered: "undelivered",
  throttled: "records throttled",
  retries: "retries",
  errors: "errors",
  restarts: "restarts",
  processesLost: "processes lost",
  givenUp: "records given up",
};

/** How far every hop is, each in its own unit; events are counted by the functions, records by the streams. */
export function describeHops(sources: HopSources): readonly HopStatus[] {
  return measureHops(sources).map((hop) => ({ ...hop, ageMs: hop.ageMs, note: noteOf(hop) }));
}

function noteOf({ counts, exists }: HopFigures): string {
  const told = Object.entries(remarks).flatMap(([name, words]) => {
    const count = counts[name as CountName] ?? 0;
    return count > 0 ? [`${count} ${words}`] : [];
  });
  return [...(exists ? [] : ["no such destination"]), ...told].join(", ");
}

/** The figures of every hop. */
export function measureHops(sources: HopSources): readonly KnownHop[] {
  return [
    measureService(sources),
    ...sources.parts.mappings.map((mapping) => measureMapping(sources, mapping)),
    ...sources.parts.deliveries.map(({ settings, delivery, streamName }): KnownHop => {
      const stats = delivery.stats();
      return {
        name: settings.name,
        kind: "delivery",
        unit: "records",
        in: stats.recordsIn,
        out: stats.recordsDelivered,
        backlog: Math.max(0, stats.recordsIn - stats.recordsDelivered),
        ageMs: stats.dataFreshnessMs,
        counts: {
          objects: stats.objects,
          throttled: sources.kinesis.stats(streamName).throttledRecords,
          errors: stats.putErrors,
        },
        exists: true,
      };
    }),
    ...[...sources.parts.pipes].map(([name, pipe]): KnownHop => {
      const stats = pipe.stats();
      return {
        name,
        kind: "pipe",
        unit: "files",
        in: stats.notifications,
        out: stats.filesLoaded + stats.filesAlreadyLoaded + stats.filesSkipped + stats.filesFailed,
        backlog: stats.pending,
        ageMs: stats.latencyMs,
        counts: { rows: stats.rowsLoaded, refusedLines: stats.refusedLines, filesFailed: stats.filesFailed },
        exists: true,
      };
    }),
    ...measureDestinations(sources),
  ];
}

function measureService({ topology, kinesis, serviceRestarts }: HopSources): KnownHop {
  const { recordsIn, throttledRecords } = kinesis.stats(topology.pipelineStreams.raw);
  return {
    name: topology.service.name,
    kind: "service",
    unit: "records",
    in: recordsIn,
    out: recordsIn,
    backlog: 0,
    counts: { throttled: throttledRecords, restarts: serviceRestarts },
    exists: true,
  };
}

function measureMapping(
  { kinesis, parts, metrics }: HopSources,
  { settings, mapping, streamName }: HopSources["parts"]["mappings"][number],
): KnownHop {
  const stats = mapping.stats();
  const counted: Totals = metrics.of(settings.functionName);
  const ofFunction = parts.functions.get(settings.functionName)?.stats();
  const { recordsIn } = kinesis.stats(streamName);
  return {
    name: settings.functionName,
    kind: "function",
    unit: "records",
    in: recordsIn,
    out: stats.recordsProcessed,
    backlog: Math.max(0, recordsIn - stats.recordsProcessed - stats.discardedRecords),
    ageMs: stats.oldestRecordAgeMs,
    counts: {
      events: counted["eventsIn"],
      invalid: counted["eventsInvalid"],
      unknown: counted["eventsUnknown"],
      badRows: counted["badRows"],
      setAside: counted["eventsSetAside"],
      copies: counted["routeMatches"],
      duplicates: counted["duplicates"],
      undelivered: counted["undelivered"],
      throttled: counted["throttledAttempts"],
      retries: stats.retries,
      errors: stats.functionErrors,
      coldStarts: ofFunction?.coldStarts,
      processesLost: ofFunction?.exits,
      givenUp: stats.discardedRecords,
    } as HopFigures["counts"],
    exists: true,
  };
}

/** Every stream, queue and bus behind the router, and every destination of a route that has none. */
function measureDestinations({ topology, kinesis, services, metrics, destinations }: HopSources): readonly KnownHop[] {
  const own: readonly string[] = Object.values(topology.pipelineStreams);
  const streams = kinesis.streamNames().filter((name) => !own.includes(name));
  const isAt = (stream: string, destination: string): boolean =>
    stream === destination || stream.endsWith(`-${destination}`);
  const countsOf = (destination: string | undefined): Pick<HopFigures["counts"], "undelivered" | "duplicates"> => {
    const { undelivered = 0, duplicates = 0 } = destination === undefined ? {} : metrics.of(destination);
    return { undelivered, duplicates };
  };
  const arrived = (count: number) => ({ kind: "destination", in: count, out: count, backlog: 0 }) as const;
  const present = streams.map((name): KnownHop => {
    const { recordsIn, throttledRecords: throttled } = kinesis.stats(name);
    // The longest name that fits: `checkout-clicks` also ends in `clicks`.
    const [destination] = destinations.filter((each) => isAt(name, each)).sort((a, b) => b.length - a.length);
    const counts = { ...countsOf(destination), throttled };
    return { name, unit: "records", ...arrived(recordsIn), counts, exists: true };
  });
  const others = services.names().map((name): KnownHop => {
    const counts = countsOf(destinations.find((each) => isAt(name, each)));
    return { name, unit: "events", ...arrived(services.count(name)), counts, exists: true };
  });
  const names = [...streams, ...services.names()];
  const missing = destinations.filter((destination) => !names.some((name) => isAt(name, destination)));
  const absent = missing.map(
    (name): KnownHop => ({ name, unit: "records", ...arrived(0), counts: countsOf(name), exists: false }),
  );
  return [...present, ...others, ...absent];
}
