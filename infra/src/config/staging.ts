import type { EnvironmentConfigInput } from "./schema.ts";
import { provisioned } from "./capacity.ts";
import * as unit from "./units.ts";

/** Prod in small: the same modes and the same mappings, so that what passes here has met them. */
export const stagingConfig: EnvironmentConfigInput = {
  environment: "staging",
  aws: { accountId: "222222222222", region: "eu-west-1" },
  state: { bucket: "millrace-staging-terraform-state", region: "eu-west-1" },
  tags: { owner: "platform", costCenter: "data-platform" },
  streams: {
    raw: provisioned(2, unit.hours(48)),
    enriched: provisioned(2, unit.hours(48)),
    badRows: provisioned(1, unit.hours(48)),
    destinations: provisioned(1, unit.hours(48)),
    destinationOverrides: {},
  },
  functions: {
    enrichment: { memory: unit.mebibytes(1_024), timeout: unit.seconds(60) },
    router: { memory: unit.mebibytes(1_024), timeout: unit.seconds(60) },
  },
  mappings: {
    enrichment: {
      batchSize: unit.records(500),
      batchingWindow: unit.seconds(1),
      parallelizationFactor: unit.invocationsPerShard(4),
      maximumRetryAttempts: unit.retries(10),
      maximumRecordAge: unit.seconds(21_600),
    },
    router: {
      batchSize: unit.records(500),
      batchingWindow: unit.seconds(1),
      parallelizationFactor: unit.invocationsPerShard(4),
      maximumRetryAttempts: unit.retries(10),
      maximumRecordAge: unit.seconds(21_600),
    },
  },
  delivery: {
    enriched: { bufferInterval: unit.seconds(60), bufferSize: unit.mebibytes(128) },
    badRows: { bufferInterval: unit.seconds(60), bufferSize: unit.mebibytes(128) },
  },
  lake: { infrequentAccessAfter: unit.days(30), expireAfter: unit.days(180), deadLettersExpireAfter: unit.days(14) },
  logs: { retention: 30, level: "info" },
  warehouse: {
    organization: "SHOP",
    account: "MILLRACE_STAGING",
    deployUser: "MILLRACE_DEPLOY",
    planUser: "MILLRACE_PLAN",
    database: "MILLRACE_STAGING",
    schema: "PIPELINE",
    readerRole: "MILLRACE_READER",
    timeTravel: unit.days(7),
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
    replicas: { min: unit.replicas(2), max: unit.replicas(6), targetCpu: unit.percent(60) },
    resources: { cpuRequest: unit.millicores(500), memory: unit.mebibytes(768) },
    port: unit.port(8_080),
    maxBody: unit.bytes(2 * 1024 * 1024),
    maxEvent: unit.bytes(256 * 1024),
    maxEventsPerRequest: unit.events(500),
    drainTimeout: unit.seconds(25),
    deregistrationDelay: unit.seconds(15),
    trustedProxies: unit.proxies(1),
    corsOrigins: ["https://staging.shop.example"],
    writeKeys: { from: "secrets-manager", secretName: "millrace/staging/write-keys" },
  },
  privacyKeys: { from: "secrets-manager", secretName: "millrace/staging/privacy-keys" },
  alarms: {
    emails: ["millrace-staging@shop.example"],
    iteratorAge: unit.seconds(300),
    eventAge: unit.seconds(60),
    freshness: unit.seconds(600),
    unreadShareOfRetention: unit.percent(50),
    badRows: unit.records(500),
    onSilence: false,
  },
};
