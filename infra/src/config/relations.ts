import {
  eventsTaken,
  lanesNeeded,
  packedBy,
  sampleMix,
  SERVICE_MICROSECONDS_PER_EVENT,
  shardsRead,
  shardsWritten,
  standingShards,
  workOf,
} from "@millrace/capacity";
import {
  BUCKET_NAME_MAX_LENGTH,
  KINESIS_PARTITION_KEY_MAX_BYTES,
  LAMBDA_LARGEST_RECORD_KIB,
  SNOWFLAKE_TIME_TRAVEL_DAYS,
} from "../limits.ts";
import { bucketName } from "../names.ts";
import type { DestinationConfig, EnvironmentConfig, StreamConfig } from "./schema.ts";

/** A rule over several values: returns what is wrong, in words that name the values. */
type Relation = (config: EnvironmentConfig) => readonly string[];

const faultIf = (isWrong: boolean, fault: string): readonly string[] => (isWrong ? [fault] : []);

/** ingest adds attributes (tenant, receipt, client, trace) to what the client sent, and the record needs its key. */
const INGEST_OVERHEAD_BYTES = 16 * 1024;

const eventFitsItsRecord: Relation = ({ ingest, streams }) =>
  faultIf(
    ingest.maxEvent + INGEST_OVERHEAD_BYTES + KINESIS_PARTITION_KEY_MAX_BYTES > streams.raw.maxRecordSize * 1024,
    `ingest.maxEvent: ${ingest.maxEvent} bytes plus what ingest adds (${INGEST_OVERHEAD_BYTES + KINESIS_PARTITION_KEY_MAX_BYTES}) do not fit streams.raw.maxRecordSize of ${streams.raw.maxRecordSize} KiB`,
  );

const eventFitsItsRequest: Relation = ({ ingest }) =>
  faultIf(
    ingest.maxEvent > ingest.maxBody,
    `ingest.maxEvent: ${ingest.maxEvent} bytes exceed ingest.maxBody of ${ingest.maxBody}`,
  );

/** Settings of destinations with their path: those that every destination has, and those of named ones. */
const destinationsIn = ({
  destinations,
  destinationOverrides,
}: EnvironmentConfig["streams"]): readonly (readonly [path: string, destination: DestinationConfig])[] => [
  ["streams.destinations", destinations],
  ...Object.entries(destinationOverrides).map(
    ([name, destination]) => [`streams.destinationOverrides.${name}`, destination] as const,
  ),
];

/** An enriched event is longer than the raw one; a bad row carries its payload as base64. */
const recordsGrowDownstream: Relation = ({ streams }) => [
  ...faultIf(
    streams.enriched.maxRecordSize < streams.raw.maxRecordSize,
    `streams.enriched.maxRecordSize: ${streams.enriched.maxRecordSize} KiB is less than streams.raw.maxRecordSize of ${streams.raw.maxRecordSize}: enrichment only adds`,
  ),
  ...destinationsIn(streams).flatMap(([path, destination]) =>
    faultIf(
      destination.maxRecordSize < streams.enriched.maxRecordSize,
      `${path}.maxRecordSize: ${destination.maxRecordSize} KiB is less than streams.enriched.maxRecordSize of ${streams.enriched.maxRecordSize}: a route may deliver whole events`,
    ),
  ),
];

const functionsCanTakeTheRecords: Relation = ({ streams }) =>
  (["raw", "enriched"] as const).flatMap((name) =>
    faultIf(
      streams[name].maxRecordSize > LAMBDA_LARGEST_RECORD_KIB,
      `streams.${name}.maxRecordSize: ${streams[name].maxRecordSize} KiB can never be handed to a function, which takes ${LAMBDA_LARGEST_RECORD_KIB} KiB at most`,
    ),
  );

const retentionOutlivesRecordAge: Relation = ({ streams, mappings }) =>
  (
    [
      ["enrichment", "raw"],
      ["router", "enriched"],
    ] as const
  ).flatMap(([mapping, stream]) =>
    faultIf(
      mappings[mapping].maximumRecordAge > streams[stream].retention * 3600,
      `mappings.${mapping}.maximumRecordAge: ${mappings[mapping].maximumRecordAge} s is longer than streams.${stream}.retention of ${streams[stream].retention} h: records would expire without a dead letter`,
    ),
  );

/** A batch must be allowed to run out its time at least twice before its records are given up. */
const recordAgeOutlivesRetries: Relation = ({ functions, mappings }) =>
  (["enrichment", "router"] as const).flatMap((name) =>
    faultIf(
      mappings[name].maximumRecordAge < 2 * functions[name].timeout + mappings[name].batchingWindow,
      `mappings.${name}.maximumRecordAge: ${mappings[name].maximumRecordAge} s does not leave room for two invocations of ${functions[name].timeout} s`,
    ),
  );

/** The slowest alarm looks at two periods, and CloudWatch needs a minute to see the last one. */
const canaryIsWatchedUntilAlarmsFire: Relation = ({ functions: { canary } }) =>
  faultIf(
    canary !== undefined && canary.watch < SLOWEST_ALARM_SECONDS,
    `functions.canary.watch: ${canary?.watch} s are over before an alarm can fire, which takes ${SLOWEST_ALARM_SECONDS}`,
  );

const SLOWEST_ALARM_SECONDS = 2 * 300 + 60;

const replicasAreARange: Relation = ({ ingest: { replicas } }) =>
  faultIf(
    replicas.min > replicas.max,
    `ingest.replicas.min: ${replicas.min} exceeds ingest.replicas.max of ${replicas.max}`,
  );

/** Without Prometheus's operator no metric is collected, so the autoscaler cannot scale on requests in flight. */
const inFlightIsCollected: Relation = ({ ingest: { replicas, monitoring } }) =>
  faultIf(
    replicas.targetInFlight !== undefined && monitoring.mode !== "prometheus-operator",
    `ingest.replicas.targetInFlight: needs ingest.monitoring.mode "prometheus-operator", got "${monitoring.mode}"`,
  );

const lakeExpiresAfterItCools: Relation = ({ lake }) =>
  faultIf(
    lake.expireAfter <= lake.infrequentAccessAfter,
    `lake.expireAfter: ${lake.expireAfter} days is not after lake.infrequentAccessAfter of ${lake.infrequentAccessAfter}`,
  );

const secretsStayOutOfTheRepository: Relation = ({ kind, ingest, privacyKeys, canaries }) =>
  kind === "local"
    ? faultIf(
        ingest.localWriteKey === undefined,
        "ingest.localWriteKey: Expected a key, because `start` prints it, got nothing",
      )
    : [
        ...faultIf(ingest.writeKeys.from === "inline", "ingest.writeKeys: only local may write its keys inline"),
        ...faultIf(privacyKeys.from === "inline", "privacyKeys: only local may write its keys inline"),
        ...faultIf(canaries?.writeKey.from === "inline", "canaries.writeKey: only local may write its keys inline"),
        ...faultIf(ingest.localWriteKey !== undefined, "ingest.localWriteKey: only local has one"),
      ];

const availability: Relation = ({ kind, ingest }) =>
  faultIf(
    kind === "production" && ingest.replicas.min < 3,
    `ingest.replicas.min: production runs in three zones and needs at least 3 replicas, got ${ingest.replicas.min}`,
  );

const bucketNamesFit: Relation = ({ environment, aws }) =>
  (["lake", "dead-letters", "routes", "access-logs"] as const).flatMap((purpose) => {
    const name = bucketName(environment, purpose, aws.accountId);
    return faultIf(name.length > BUCKET_NAME_MAX_LENGTH, `environment: bucket name ${name} is too long`);
  });

const shardsOf = ({ capacity }: StreamConfig): number =>
  standingShards({ shards: capacity.mode === "PROVISIONED" ? capacity.shards : undefined });

/** Events in a second that the raw stream takes at most: of senders that put several into a request. */
const rawTakes = ({ raw }: EnvironmentConfig["streams"]): number =>
  Math.floor(eventsTaken(sampleMix.raw, shardsOf(raw)));

/** Mean sizes of two runs of the sample traffic differ by so much, which is not worth another shard. */
const SIZES_DIFFER_BY = 1.03;
const wholeShards = (filled: number): number => Math.ceil(filled / SIZES_DIFFER_BY);

/** Provisioned shards that are missing, as a fault that names the number to set. */
const shardsFault = (path: string, stream: StreamConfig, needed: number, reason: string): readonly string[] =>
  faultIf(
    stream.capacity.mode === "PROVISIONED" && stream.capacity.shards < needed,
    `${path}.capacity.shards: ${shardsOf(stream)} are too few; set at least ${needed}, because ${reason}`,
  );

/** Sizes of the sample traffic as enrichment packs it when the raw stream is full. */
const packedSizes = ({ streams, functions, mappings, packing }: EnvironmentConfig): typeof sampleMix => {
  const settingsOf = (name: "enrichment" | "router") => ({
    name,
    memoryMebibytes: functions[name].memory,
    batchSize: mappings[name].batchSize,
    windowSeconds: mappings[name].batchingWindow,
    parallelization: mappings[name].parallelizationFactor,
    reservedConcurrency: functions[name].reservedConcurrency,
  });
  const streamOf = (purpose: "raw" | "enriched") =>
    ({
      name: purpose,
      purpose,
      shards: shardsOf(streams[purpose]),
      retentionHours: 24,
      share: undefined,
      readers: 1,
    }) as const;
  const plant = {
    lanes: packing.lanes,
    isCompressed: packing.compression === "gzip",
    functions: [settingsOf("enrichment"), settingsOf("router")],
    streams: [streamOf("raw"), streamOf("enriched")],
  };
  return packedBy(plant, sampleMix, rawTakes(streams));
};

/** Router and Firehose share what a shard gives; a reader that fell behind needs more than what arrives. */
const ENRICHED_READERS = 2;
const CATCH_UP = 1.2;

/** The enriched stream takes at least what the raw one takes, and its readers catch up as long as no alarm fires. */
const enrichedCarriesRaw: Relation = (config) => {
  const {
    streams,
    alarms: { load },
  } = config;
  const taken = rawTakes(streams);
  const { enriched } = packedSizes(config);
  const [from, to] = [sampleMix.raw.bytes, enriched.bytes].map(Math.round);
  const written = shardsWritten(enriched, taken);
  const read = CATCH_UP * shardsRead(enriched, (taken * load) / 100, ENRICHED_READERS);
  return shardsFault(
    "streams.enriched",
    streams.enriched,
    wholeShards(Math.max(written, read)),
    written < read
      ? `its ${ENRICHED_READERS} readers could not catch up while streams.raw is ${load} % full, as alarms.load allows`
      : `streams.raw takes ${taken} events a second and enrichment makes ${to} bytes of ${from}`,
  );
};

/** Destinations get one event a record, so the number of records counts as much as their bytes. */
const destinationsCarryTheirShare: Relation = ({ streams }) =>
  destinationsIn(streams).flatMap(([path, destination]) =>
    shardsFault(
      path,
      destination,
      wholeShards(shardsWritten(sampleMix.destination, (rawTakes(streams) * destination.share) / 100)),
      `its share is ${destination.share} % of the ${rawTakes(streams)} events a second that streams.raw takes`,
    ),
  );

/** Shards get lanes, not events: with hardly more lanes than shards, some get twice as much as others. */
const lanesFillTheShards: Relation = ({ streams, packing }) => {
  const needed = lanesNeeded(shardsOf(streams.enriched));
  return faultIf(
    packing.lanes < needed,
    `packing.lanes: ${packing.lanes} are too few; set at least ${needed}, for ${shardsOf(streams.enriched)} shards of streams.enriched`,
  );
};

/** All invocations that a mapping allows do the work of what the raw stream takes. */
const functionsKeepUp: Relation = (config) => {
  const { streams, functions, mappings } = config;
  const sizes = packedSizes(config);
  return (
    [
      ["enrichment", "raw"],
      ["router", "enriched"],
    ] as const
  ).flatMap(([name, stream]) => {
    const { batchSize, batchingWindow, parallelizationFactor } = mappings[name];
    const { memory, reservedConcurrency } = functions[name];
    const settings = { name, memoryMebibytes: memory, batchSize, windowSeconds: batchingWindow, reservedConcurrency };
    const takenBy = (parallelization: number): number =>
      workOf({ ...settings, parallelization }, shardsOf(streams[stream]), sizes, rawTakes(streams)).eventsTaken;
    const taken = takenBy(parallelizationFactor);
    return faultIf(
      taken < rawTakes(streams),
      `mappings.${name}.parallelizationFactor: ${parallelizationFactor} invocations a shard do ${Math.floor(taken)} events a ` +
        `second, and streams.raw takes ${rawTakes(streams)}; set at least ${Math.ceil((rawTakes(streams) / taken) * parallelizationFactor)}, ` +
        `more memory than ${memory} MiB, or batches larger than ${batchSize}`,
    );
  });
};

/** Lines that unfold from packed records are in memory as text, as objects and as outputs: some ten times as much. */
const MEBIBYTES_PER_UNFOLDED = 32;
const PACKED_RECORDS_PER_MEBIBYTE = 16;

const unfoldedBatchFits: Relation = ({ functions, mappings, packing }) => {
  const most = (functions.router.memory / MEBIBYTES_PER_UNFOLDED) * PACKED_RECORDS_PER_MEBIBYTE;
  return faultIf(
    packing.compression === "gzip" && mappings.router.batchSize > most,
    `mappings.router.batchSize: ${mappings.router.batchSize} records of 64 KiB of lines do not fit ` +
      `functions.router.memory of ${functions.router.memory} MiB; set at most ${most}, or more memory`,
  );
};

/** Replicas beyond what the raw stream takes only get its refusals; those that zones need are always allowed. */
const rawTakesWhatReplicasSend: Relation = ({ streams, ingest: { replicas, resources } }) => {
  const perReplica = (resources.cpuRequest * 10 * replicas.targetCpu) / SERVICE_MICROSECONDS_PER_EVENT;
  const arriving = rawTakes(streams);
  const useful = Math.max(replicas.min, Math.floor(arriving / perReplica));
  const needed = wholeShards(shardsWritten(sampleMix.raw, replicas.max * perReplica));
  return faultIf(
    streams.raw.capacity.mode === "PROVISIONED" && streams.raw.capacity.shards < needed && replicas.max > useful,
    `ingest.replicas.max: ${replicas.max} replicas send ${Math.round(replicas.max * perReplica)} events a second, and ` +
      `streams.raw takes ${arriving}; set ingest.replicas.max to ${useful}, or streams.raw.capacity.shards to ${needed}`,
  );
};

const timeTravelFitsTheEdition: Relation = ({ warehouse: { edition, timeTravel } }) =>
  faultIf(
    edition === "standard" && timeTravel > SNOWFLAKE_TIME_TRAVEL_DAYS.standard.max,
    `warehouse.timeTravel: ${timeTravel} days need warehouse.edition "enterprise"; "standard" has ${SNOWFLAKE_TIME_TRAVEL_DAYS.standard.max}`,
  );

/** Account and region agree in every ARN, URL and address that contains them. */
const placesAgree: Relation = ({ aws, frontDoor: { firewall }, ingest, state }) => {
  const [, , , aclRegion, aclAccount] = firewall.mode === "existing" ? firewall.webAclArn.split(":") : [];
  const [, , , certificateRegion, certificateAccount] = ingest.certificateArn.split(":");
  const registry = /^(?<account>\d{12})\.dkr\.ecr\.(?<region>[a-z0-9-]+)\./.exec(ingest.image.repository)?.groups;
  const issuer = /^oidc\.eks\.(?<region>[a-z0-9-]+)\./.exec(ingest.cluster.oidcIssuer)?.groups;
  const stated: readonly (readonly [path: string, what: "accountId" | "region", value: string | undefined])[] = [
    ["state.region", "region", state.region],
    ["ingest.certificateArn", "accountId", certificateAccount],
    // A load balancer takes a certificate of its own region only.
    ["ingest.certificateArn", "region", certificateRegion],
    ["ingest.image.repository", "accountId", registry?.["account"]],
    ["ingest.image.repository", "region", registry?.["region"]],
    ["frontDoor.firewall.webAclArn", "accountId", aclAccount],
    ["frontDoor.firewall.webAclArn", "region", aclRegion],
    ["ingest.cluster.oidcIssuer", "region", issuer?.["region"]],
  ];
  return stated.flatMap(([path, what, value]) =>
    faultIf(
      value !== undefined && value !== aws[what],
      `${path}: ${value} is not aws.${what}, ${aws[what]}: name the one of this environment`,
    ),
  );
};

const hostIsInItsZone: Relation = ({ frontDoor: { dns }, ingest: { host } }) =>
  faultIf(
    dns.mode === "route53" && host !== dns.zone && !host.endsWith(`.${dns.zone}`),
    `frontDoor.dns.zone: ingest.host ${host} is not in ${dns.mode === "route53" ? dns.zone : ""}`,
  );

/** A mapping invokes its function for every shard at once; fewer invocations would be throttled for ever. */
const reservedConcurrencyServesTheShards: Relation = ({ functions, mappings, streams }) =>
  (
    [
      ["enrichment", "raw"],
      ["router", "enriched"],
    ] as const
  ).flatMap(([name, stream]) => {
    const { reservedConcurrency } = functions[name];
    const { parallelizationFactor } = mappings[name];
    const needed = shardsOf(streams[stream]) * parallelizationFactor;
    return faultIf(
      reservedConcurrency !== undefined && reservedConcurrency < needed,
      `functions.${name}.reservedConcurrency: ${reservedConcurrency} invocations are too few; set at least ${needed}, for ` +
        `${shardsOf(streams[stream])} shards of streams.${stream} with ${parallelizationFactor} invocations each`,
    );
  });

const relations: readonly Relation[] = [
  eventFitsItsRecord,
  eventFitsItsRequest,
  recordsGrowDownstream,
  functionsCanTakeTheRecords,
  retentionOutlivesRecordAge,
  recordAgeOutlivesRetries,
  canaryIsWatchedUntilAlarmsFire,
  replicasAreARange,
  inFlightIsCollected,
  lakeExpiresAfterItCools,
  secretsStayOutOfTheRepository,
  availability,
  bucketNamesFit,
  placesAgree,
  timeTravelFitsTheEdition,
  enrichedCarriesRaw,
  lanesFillTheShards,
  functionsKeepUp,
  unfoldedBatchFits,
  destinationsCarryTheirShare,
  rawTakesWhatReplicasSend,
  reservedConcurrencyServesTheShards,
  hostIsInItsZone,
];

/** Returns the faults between values that are each well formed. */
export const relationFaults = (config: EnvironmentConfig): readonly string[] =>
  relations.flatMap((relation) => relation(config));

/** The stream settings of a destination: its own, or those every destination has. */
export const destinationStream = (config: EnvironmentConfig, name: string): DestinationConfig =>
  config.streams.destinationOverrides[name] ?? config.streams.destinations;
