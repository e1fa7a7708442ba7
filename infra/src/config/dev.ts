import type { EnvironmentConfigInput } from "./schema.ts";
import {
  bytes,
  days,
  events,
  hours,
  invocationsPerShard,
  kibibytes,
  mebibytes,
  millicores,
  percent,
  port,
  records,
  replicas,
  retries,
  seconds,
} from "./units.ts";

const onDemand = {
  capacity: { mode: "ON_DEMAND" },
  retention: hours(24),
  maxRecordSize: kibibytes(1_024),
} as const;

/** Where changes meet AWS first: on-demand streams that cost nothing while idle, short retention. */
export const devConfig: EnvironmentConfigInput = {
  environment: "dev",
  aws: { accountId: "111111111111", region: "eu-west-1" },
  state: { bucket: "millrace-dev-terraform-state", region: "eu-west-1" },
  tags: { owner: "platform", costCenter: "data-platform" },
  streams: {
    raw: onDemand,
    enriched: onDemand,
    badRows: onDemand,
    destinations: onDemand,
    destinationOverrides: {},
    retainedDestinations: [],
    retiredDestinations: [],
  },
  functions: {
    enrichment: { memory: mebibytes(512), timeout: seconds(30) },
    router: { memory: mebibytes(512), timeout: seconds(30) },
  },
  mappings: {
    enrichment: {
      batchSize: records(200),
      batchingWindow: seconds(1),
      parallelizationFactor: invocationsPerShard(1),
      maximumRetryAttempts: retries(5),
      maximumRecordAge: seconds(3_600),
    },
    router: {
      batchSize: records(200),
      batchingWindow: seconds(1),
      parallelizationFactor: invocationsPerShard(1),
      maximumRetryAttempts: retries(5),
      maximumRecordAge: seconds(3_600),
    },
  },
  delivery: {
    enriched: { bufferInterval: seconds(60), bufferSize: mebibytes(64) },
    badRows: { bufferInterval: seconds(60), bufferSize: mebibytes(64) },
  },
  lake: { infrequentAccessAfter: days(30), expireAfter: days(60), deadLettersExpireAfter: days(14) },
  logs: { retention: 7, level: "debug" },
  warehouse: {
    organization: "SHOP",
    account: "MILLRACE_DEV",
    deployUser: "MILLRACE_DEPLOY",
    database: "MILLRACE_DEV",
    schema: "PIPELINE",
    readerRole: "MILLRACE_READER",
    timeTravel: days(1),
  },
  ingest: {
    cluster: {
      name: "platform-dev",
      oidcIssuer: "oidc.eks.eu-west-1.amazonaws.com/id/DDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDD",
    },
    namespace: "millrace",
    image: { repository: "111111111111.dkr.ecr.eu-west-1.amazonaws.com/millrace/ingest" },
    host: "events.dev.shop.example",
    certificateArn: "arn:aws:acm:eu-west-1:111111111111:certificate/11111111-0000-4000-8000-000000000000",
    replicas: { min: replicas(2), max: replicas(4), targetCpu: percent(60) },
    resources: { cpuRequest: millicores(250), memory: mebibytes(512) },
    port: port(8_080),
    maxBody: bytes(2 * 1024 * 1024),
    maxEvent: bytes(256 * 1024),
    maxEventsPerRequest: events(500),
    drainTimeout: seconds(25),
    deregistrationDelay: seconds(15),
    writeKeys: { from: "secrets-manager", secretName: "millrace/dev/write-keys" },
  },
  privacyKeys: { from: "secrets-manager", secretName: "millrace/dev/privacy-keys" },
  alarms: {
    emails: ["millrace-dev@shop.example"],
    iteratorAge: seconds(300),
    freshness: seconds(600),
    unreadShareOfRetention: percent(50),
    badRows: records(500),
    onSilence: false,
  },
};
