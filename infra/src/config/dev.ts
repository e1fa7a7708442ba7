import type { EnvironmentConfigInput } from "./schema.ts";
import { onDemand } from "./capacity.ts";
import * as unit from "./units.ts";

const stream = onDemand(unit.hours(24));

/** Where changes meet AWS first: on-demand streams that cost nothing while idle, short retention. */
export const devConfig: EnvironmentConfigInput = {
  environment: "dev",
  aws: { accountId: "111111111111", region: "eu-west-1" },
  state: { bucket: "millrace-dev-terraform-state", region: "eu-west-1" },
  tags: { owner: "platform", costCenter: "data-platform" },
  streams: {
    raw: stream,
    enriched: stream,
    badRows: stream,
    destinations: stream,
    destinationOverrides: {},
  },
  functions: {
    enrichment: { memory: unit.mebibytes(512), timeout: unit.seconds(30) },
    router: { memory: unit.mebibytes(512), timeout: unit.seconds(30) },
  },
  mappings: {
    enrichment: {
      batchSize: unit.records(200),
      batchingWindow: unit.seconds(1),
      parallelizationFactor: unit.invocationsPerShard(1),
      maximumRetryAttempts: unit.retries(5),
      maximumRecordAge: unit.seconds(3_600),
    },
    router: {
      batchSize: unit.records(200),
      batchingWindow: unit.seconds(1),
      parallelizationFactor: unit.invocationsPerShard(1),
      maximumRetryAttempts: unit.retries(5),
      maximumRecordAge: unit.seconds(3_600),
    },
  },
  delivery: {
    enriched: { bufferInterval: unit.seconds(60), bufferSize: unit.mebibytes(64) },
    badRows: { bufferInterval: unit.seconds(60), bufferSize: unit.mebibytes(64) },
  },
  lake: { infrequentAccessAfter: unit.days(30), expireAfter: unit.days(60), deadLettersExpireAfter: unit.days(14) },
  logs: { retention: 7, level: "debug" },
  warehouse: {
    organization: "SHOP",
    account: "MILLRACE_DEV",
    deployUser: "MILLRACE_DEPLOY",
    planUser: "MILLRACE_PLAN",
    database: "MILLRACE_DEV",
    schema: "PIPELINE",
    readerRole: "MILLRACE_READER",
    timeTravel: unit.days(1),
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
    replicas: { min: unit.replicas(2), max: unit.replicas(4), targetCpu: unit.percent(60) },
    resources: { cpuRequest: unit.millicores(250), memory: unit.mebibytes(512) },
    port: unit.port(8_080),
    maxBody: unit.bytes(2 * 1024 * 1024),
    maxEvent: unit.bytes(256 * 1024),
    maxEventsPerRequest: unit.events(500),
    drainTimeout: unit.seconds(25),
    deregistrationDelay: unit.seconds(15),
    trustedProxies: unit.proxies(1),
    corsOrigins: ["https://dev.shop.example"],
    writeKeys: { from: "secrets-manager", secretName: "millrace/dev/write-keys" },
  },
  privacyKeys: { from: "secrets-manager", secretName: "millrace/dev/privacy-keys" },
  alarms: {
    emails: ["millrace-dev@shop.example"],
    iteratorAge: unit.seconds(300),
    eventAge: unit.seconds(300),
    freshness: unit.seconds(600),
    unreadShareOfRetention: unit.percent(50),
    badRows: unit.records(500),
    onSilence: false,
  },
};
