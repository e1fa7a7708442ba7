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
    retention: hours(48),
    maxRecordSize: kibibytes(1_024),
  }) as const;

/** Prod in small: the same modes and the same mappings, so that what passes here has met them. */
export const stagingConfig: EnvironmentConfigInput = {
  environment: "staging",
  aws: { accountId: "222222222222", region: "eu-west-1" },
  state: { bucket: "millrace-staging-terraform-state", region: "eu-west-1" },
  tags: { owner: "platform", costCenter: "data-platform" },
  streams: {
    raw: provisioned(2),
    enriched: provisioned(2),
    badRows: provisioned(1),
    destinations: provisioned(1),
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
  lake: { infrequentAccessAfter: days(30), expireAfter: days(180), deadLettersExpireAfter: days(14) },
  logs: { retention: 30, level: "info" },
  warehouse: {
    organization: "SHOP",
    account: "MILLRACE_STAGING",
    deployUser: "MILLRACE_DEPLOY",
    database: "MILLRACE_STAGING",
    schema: "PIPELINE",
    readerRole: "MILLRACE_READER",
    timeTravel: days(7),
  },
  ingest: {
    cluster: {
      name: "platform-staging",
      oidcIssuer: "oidc.eks.eu-west-1.amazonaws.com/id/55555555555555555555555555555555",
    },
    namespace: "millrace",
    image: { repository: "222222222222.dkr.ecr.eu-west-1.amazonaws.com/millrace/ingest" },
    host: "events.staging.shop.example",
    certificateArn: "arn:aws:acm:eu-west-1:222222222222:certificate/22222222-0000-4000-8000-000000000000",
    replicas: { min: replicas(2), max: replicas(6), targetCpu: percent(60) },
    resources: { cpuRequest: millicores(500), memory: mebibytes(768) },
    port: port(8_080),
    maxBody: bytes(2 * 1024 * 1024),
    maxEvent: bytes(256 * 1024),
    maxEventsPerRequest: events(500),
    drainTimeout: seconds(25),
    deregistrationDelay: seconds(15),
    trustedProxies: proxies(1),
    corsOrigins: ["https://staging.shop.example"],
    writeKeys: { from: "secrets-manager", secretName: "millrace/staging/write-keys" },
  },
  privacyKeys: { from: "secrets-manager", secretName: "millrace/staging/privacy-keys" },
  alarms: {
    emails: ["millrace-staging@shop.example"],
    iteratorAge: seconds(300),
    eventAge: seconds(60),
    freshness: seconds(600),
    unreadShareOfRetention: percent(50),
    badRows: records(500),
    onSilence: false,
  },
};
