import { BUCKET_NAME_MAX_LENGTH, KINESIS_PARTITION_KEY_MAX_BYTES, LAMBDA_LARGEST_RECORD_KIB } from "../limits.ts";
import { bucketName } from "../names.ts";
import type { EnvironmentConfig, StreamConfig } from "./schema.ts";

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

/** An enriched event is longer than the raw one; a bad row carries its payload as base64. */
const recordsGrowDownstream: Relation = ({ streams }) => [
  ...faultIf(
    streams.enriched.maxRecordSize < streams.raw.maxRecordSize,
    `streams.enriched.maxRecordSize: ${streams.enriched.maxRecordSize} KiB is less than streams.raw.maxRecordSize of ${streams.raw.maxRecordSize}: enrichment only adds`,
  ),
  ...Object.entries({
    destinations: streams.destinations,
    ...streams.destinationOverrides,
  }).flatMap(([name, destination]) =>
    faultIf(
      destination.maxRecordSize < streams.enriched.maxRecordSize,
      `streams.${name}.maxRecordSize: ${destination.maxRecordSize} KiB is less than streams.enriched.maxRecordSize of ${streams.enriched.maxRecordSize}: a route may deliver whole events`,
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

const replicasAreARange: Relation = ({ ingest: { replicas } }) =>
  faultIf(
    replicas.min > replicas.max,
    `ingest.replicas.min: ${replicas.min} exceeds ingest.replicas.max of ${replicas.max}`,
  );

const lakeExpiresAfterItCools: Relation = ({ lake }) =>
  faultIf(
    lake.expireAfter <= lake.infrequentAccessAfter,
    `lake.expireAfter: ${lake.expireAfter} days is not after lake.infrequentAccessAfter of ${lake.infrequentAccessAfter}`,
  );

const secretsStayOutOfTheRepository: Relation = ({ environment, ingest, privacyKeys }) =>
  environment === "local"
    ? faultIf(
        ingest.localWriteKey === undefined,
        "ingest.localWriteKey: Expected a key, because `start` prints it, got nothing",
      )
    : [
        ...faultIf(ingest.writeKeys.from === "inline", "ingest.writeKeys: only local may write its keys inline"),
        ...faultIf(privacyKeys.from === "inline", "privacyKeys: only local may write its keys inline"),
        ...faultIf(ingest.localWriteKey !== undefined, "ingest.localWriteKey: only local has one"),
      ];

const availability: Relation = ({ environment, ingest }) =>
  faultIf(
    environment === "prod" && ingest.replicas.min < 3,
    `ingest.replicas.min: prod runs in three zones and needs at least 3 replicas, got ${ingest.replicas.min}`,
  );

const bucketNamesFit: Relation = ({ environment, aws }) =>
  (["lake", "dead-letters", "routes"] as const).flatMap((purpose) => {
    const name = bucketName(environment, purpose, aws.accountId);
    return faultIf(name.length > BUCKET_NAME_MAX_LENGTH, `environment: bucket name ${name} is too long`);
  });

const relations: readonly Relation[] = [
  eventFitsItsRecord,
  eventFitsItsRequest,
  recordsGrowDownstream,
  functionsCanTakeTheRecords,
  retentionOutlivesRecordAge,
  recordAgeOutlivesRetries,
  replicasAreARange,
  lakeExpiresAfterItCools,
  secretsStayOutOfTheRepository,
  availability,
  bucketNamesFit,
];

/** What is wrong between values that are each well formed. */
export const relationFaults = (config: EnvironmentConfig): readonly string[] =>
  relations.flatMap((relation) => relation(config));

/** The stream settings of a destination: its own, or those every destination has. */
export const destinationStream = (config: EnvironmentConfig, name: string): StreamConfig =>
  config.streams.destinationOverrides[name] ?? config.streams.destinations;
