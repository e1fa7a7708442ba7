import { destinationKinds } from "@millrace/destinations/kinds";
import { counters, distributions, fieldsOnly, metricsOfService } from "@millrace/telemetry";
import { HOURS_PER_MONTH, prices, SECONDS_PER_MONTH } from "../prices.ts";
import type { Plant, PlantStream } from "../stack/plant.ts";
import { EVENTS_PER_REQUEST, LAKE_BYTES_PER_EVENT, METRIC_LINE_BYTES } from "./costs-of-work.ts";
import { workOf } from "./functions.ts";
import type { Mix } from "./mix.ts";
import { shardsBefore, trafficOf } from "./traffic.ts";

/** A part of the bill, in dollars a month. */
export interface BillLine {
  readonly part: string;
  readonly dollars: number;
}

export interface Bill {
  readonly lines: readonly BillLine[];
  readonly dollarsPerMonth: number;
  readonly dollarsPerMillion: number;
}

/** How the streams of an account are billed. */
export type StreamMode = "as deployed" | "provisioned" | "on-demand Standard" | "on-demand Advantage";

/**
 * Returns the list price of a deployment at a steady rate. A load above the deployment's shards is billed all the same:
 * resize it first. The warehouse's queries, traffic between zones and the cluster's control plane are left out.
 */
export function billOf(plant: Plant, mix: Mix, eventsPerSecond: number, mode: StreamMode = "as deployed"): Bill {
  const events = eventsPerSecond * SECONDS_PER_MONTH;
  const firehoseBytes = mix.enriched.firehoseBytes + mix.badRowShare * mix.badRow.firehoseBytes;
  const lakeBytes = mix.enriched.bytes < mix.enriched.lineBytes ? mix.enriched.bytes : LAKE_BYTES_PER_EVENT;
  // Text is billed as it is unpacked.
  const landedBytes = mix.enriched.lineBytes + mix.badRowShare * mix.badRow.bytes;
  const works = plant.functions.map((settings) =>
    workOf(settings, shardsBefore(settings, plant), mix, eventsPerSecond),
  );
  const invocations = works.reduce((sum, work) => sum + work.invocationsPerSecond, 0) * SECONDS_PER_MONTH;
  const gigabyteSeconds = works.reduce((sum, work) => sum + work.gigabyteSecondsPerSecond, 0) * SECONDS_PER_MONTH;
  const credit = plant.warehouse.edition === "standard" ? prices.creditStandard : prices.creditEnterprise;
  const cores = (plant.service.minReplicas * plant.service.millicores) / 1_000;
  const gigabytesIn = (events * mix.raw.bytes) / 1e9;
  const lines: readonly BillLine[] = [
    ...streamLines(plant, mix, events, HOURS_PER_MONTH, mode),
    ...messageLines(plant, mix, events),
    {
      part: "Lambda",
      dollars: (invocations / 1e6) * prices.lambdaRequestsPerMillion + gigabyteSeconds * prices.lambdaGigabyteSecond,
    },
    { part: "Firehose", dollars: ((events * firehoseBytes) / 1e9) * prices.firehosePerGigabyte },
    { part: "S3, a month of events", dollars: ((events * lakeBytes) / 1e9) * prices.s3PerGigabyteMonth },
    { part: "Snowpipe", dollars: ((events * landedBytes) / 1e9) * prices.snowpipeCreditsPerGigabyte * credit },
    { part: "Event service", dollars: cores * HOURS_PER_MONTH * prices.armCoreHour },
    {
      part: "Load balancer",
      // A capacity unit takes a gigabyte an hour.
      dollars: HOURS_PER_MONTH * prices.loadBalancerHour + gigabytesIn * prices.loadBalancerCapacityUnitHour,
    },
    { part: "Web firewall", dollars: firewallDollars(plant, events / EVENTS_PER_REQUEST) },
    { part: "Monitoring", dollars: monitoringDollars(plant, invocations) },
  ];
  const dollarsPerMonth = lines.reduce((sum, { dollars }) => sum + dollars, 0);
  return { lines, dollarsPerMonth, dollarsPerMillion: (dollarsPerMonth / events) * 1e6 };
}

/** Dollars of the streams alone, for so many events in so many hours. Shards are means of the time. */
export const streamDollars = (plant: Plant, mix: Mix, events: number, hours: number, mode: StreamMode): number =>
  streamLines(plant, mix, events, hours, mode).reduce((sum, { dollars }) => sum + dollars, 0);

interface StreamUse {
  readonly stream: PlantStream;
  readonly payloadUnits: number;
  readonly gigabytesIn: number;
  readonly gigabytesOut: number;
}

function streamLines(plant: Plant, mix: Mix, events: number, hours: number, mode: StreamMode): readonly BillLine[] {
  const uses = plant.streams.map((stream): StreamUse => {
    const { size, share } = trafficOf(stream, mix);
    return {
      stream,
      payloadUnits: events * share * size.payloadUnits,
      gigabytesIn: (events * share * size.onDemandBytes) / 1e9,
      gigabytesOut: (events * share * size.bytes * stream.readers) / 1e9,
    };
  });
  const isProvisioned = ({ stream }: StreamUse): boolean =>
    mode === "provisioned" || (mode === "as deployed" && stream.shards !== undefined);
  return [
    ...provisionedLines(uses.filter(isProvisioned), hours),
    ...onDemandLines(
      uses.filter((use) => !isProvisioned(use)),
      hours,
      mode,
    ),
  ];
}

function provisionedLines(uses: readonly StreamUse[], hours: number): readonly BillLine[] {
  if (uses.length === 0) return [];
  const shards = uses.reduce((sum, { stream }) => sum + (stream.shards ?? 1), 0);
  const kept = uses.filter(({ stream }) => stream.retentionHours > 24);
  const keptShards = kept.reduce((sum, { stream }) => sum + (stream.shards ?? 1), 0);
  const units = uses.reduce((sum, { payloadUnits }) => sum + payloadUnits, 0);
  return [
    { part: "Kinesis shards", dollars: shards * hours * prices.shardHour },
    { part: "Kinesis retention", dollars: keptShards * hours * prices.extendedRetentionShardHour },
    { part: "Kinesis PUT units", dollars: (units / 1e6) * prices.payloadUnitsPerMillion },
  ];
}

function onDemandLines(uses: readonly StreamUse[], hours: number, mode: StreamMode): readonly BillLine[] {
  if (uses.length === 0) return [];
  const isAdvantage = mode === "on-demand Advantage";
  const factor = isAdvantage ? prices.advantageShareOfStandard : 1;
  const gigabytesIn = uses.reduce((sum, use) => sum + use.gigabytesIn, 0);
  const gigabytesOut = uses.reduce((sum, use) => sum + use.gigabytesOut, 0);
  // A commitment is billed, used or not.
  const committed = isAdvantage ? (prices.advantageCommitmentMebibytesPerSecond * 1_048_576 * hours * 3_600) / 1e9 : 0;
  const keptGigabytes = uses.reduce(
    (sum, { gigabytesIn: written, stream: { retentionHours } }) =>
      sum + (written * Math.max(0, retentionHours - 24)) / HOURS_PER_MONTH,
    0,
  );
  return [
    {
      part: "Kinesis on demand",
      dollars:
        (isAdvantage ? 0 : uses.length * hours * prices.onDemandStreamHour) +
        Math.max(gigabytesIn, committed) * prices.onDemandGigabyteIn * factor +
        Math.max(gigabytesOut, committed) * prices.onDemandGigabyteOut * factor,
    },
    {
      part: "Kinesis retention",
      dollars: keptGigabytes * prices.onDemandExtendedRetentionGigabyteMonth * factor,
    },
  ];
}

function messageLines(plant: Plant, mix: Mix, events: number): readonly BillLine[] {
  const dollars = plant.messageDestinations.reduce(
    (sum, { name, kind, share }) =>
      sum + ((events * (mix.shares?.[name] ?? share)) / 1e6) * (destinationKinds[kind].dollarsPerMillion ?? 0),
    0,
  );
  return dollars === 0 ? [] : [{ part: "Queues and buses", dollars }];
}

const firewallDollars = ({ firewallRules }: Plant, requests: number): number =>
  firewallRules === undefined
    ? 0
    : prices.firewallMonth +
      firewallRules * prices.firewallRuleMonth +
      (requests / 1e6) * prices.firewallRequestsPerMillion;

/**
 * Alarms, dashboards, metrics of the functions and of measured routes, and the log lines that carry them. Metrics of
 * destinations are left out: they exist while something goes wrong. So are the events of canaries, eleven a minute.
 */
function monitoringDollars({ monitoring }: Plant, invocations: number): number {
  const known = [...Object.keys(counters), ...Object.keys(distributions)].filter((name) => !fieldsOnly.has(name));
  const metrics = Object.entries(metricsOfService)
    .filter(([service]) => service !== "canary" || monitoring.measuredRoutes > 0)
    .reduce((sum, [, names]) => sum + names.filter((name) => known.includes(name)).length, monitoring.measuredRoutes);
  return (
    monitoring.alarmMetrics * prices.alarmMetricMonth +
    metrics * prices.customMetricMonth +
    ((invocations * METRIC_LINE_BYTES) / 1e9) * prices.logsPerGigabyte +
    monitoring.dashboards * prices.dashboardMonth
  );
}
