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
  proxies,
  records,
  replicas,
  retries,
  seconds,
  shards,
} from "./units.ts";

const provisioned = (count: number) =>
  ({
    capacity: { mode: "PROVISIONED", shards: shards(count) },
    retention: hours(168),
    maxRecordSize: kibibytes(1_024),
  }) as const;

/** Real traffic: a week to repair what broke before a stream forgets it. */
export const prodConfig: EnvironmentConfigInput = {
  environment: "prod",
  aws: { accountId: "333333333333", region: "eu-west-1" },
  state: { bucket: "millrace-prod-terraform-state", region: "eu-west-1" },
  tags: { owner: "platform", costCenter: "data-platform" },
  streams: {
    raw: provisioned(8),
    enriched: provisioned(12),
    badRows: provisioned(2),
    destinations: provisioned(2),
    destinationOverrides: {},
  },
  functions: {
    enrichment: { memory: mebibytes(1_024), timeout: seconds(60) },
    router: { memory: mebibytes(1_024), timeout: seconds(60) },
  },
  mappings: {
    enrichment: {
      batchSize: records(500),
      batchingWindow: seconds(1),
      parallelizationFactor: invocationsPerShard(4),
      maximumRetryAttempts: retries(10),
      maximumRecordAge: seconds(21_600),
    },
    router: {
      batchSize: records(500),
      batchingWindow: seconds(1),
      parallelizationFactor: invocationsPerShard(4),
      maximumRetryAttempts: retries(10),
      maximumRecordAge: seconds(21_600),
    },
  },
  delivery: {
    enriched: { bufferInterval: seconds(60), bufferSize: mebibytes(128) },
    badRows: { bufferInterval: seconds(60), bufferSize: mebibytes(128) },
  },
  lake: { infrequentAccessAfter: days(90), expireAfter: days(1_095), deadLettersExpireAfter: days(30) },
  logs: { retention: 90, level: "info" },
  warehouse: {
    organization: "SHOP",
    account: "MILLRACE_PROD",
    deployUser: "MILLRACE_DEPLOY",
    database: "MILLRACE_PROD",
    schema: "PIPELINE",
    readerRole: "MILLRACE_READER",
    timeTravel: days(14),
  },
  ingest: {
    cluster: {
      name: "platform-prod",
      oidcIssuer: "oidc.eks.eu-west-1.amazonaws.com/id/FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
    },
    namespace: "millrace",
    image: { repository: "333333333333.dkr.ecr.eu-west-1.amazonaws.com/millrace/ingest" },
    host: "events.shop.example",
    certificateArn: "arn:aws:acm:eu-west-1:333333333333:certificate/33333333-0000-4000-8000-000000000000",
    replicas: { min: replicas(3), max: replicas(24), targetCpu: percent(60) },
    resources: { cpuRequest: millicores(1_000), memory: mebibytes(1_024) },
    port: port(8_080),
    maxBody: bytes(2 * 1024 * 1024),
    maxEvent: bytes(256 * 1024),
    maxEventsPerRequest: events(500),
    drainTimeout: seconds(25),
    deregistrationDelay: seconds(15),
    trustedProxies: proxies(1),
    corsOrigins: ["https://shop.example", "https://www.shop.example"],
    writeKeys: { from: "secrets-manager", secretName: "millrace/prod/write-keys" },
  },
  privacyKeys: { from: "secrets-manager", secretName: "millrace/prod/privacy-keys" },
  alarms: {
    emails: ["millrace-oncall@shop.example"],
    iteratorAge: seconds(120),
    eventAge: seconds(30),
    freshness: seconds(300),
    unreadShareOfRetention: percent(50),
    badRows: records(1_000),
    onSilence: true,
  },
};
