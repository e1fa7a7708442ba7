import type { EnvironmentConfigInput } from "./schema.ts";
import { provisioned } from "./capacity.ts";
import * as unit from "./units.ts";

/** Real traffic: a week to repair what broke before a stream forgets it. */
export const prodConfig: EnvironmentConfigInput = {
  environment: "prod",
  aws: { accountId: "333333333333", region: "eu-west-1" },
  state: { bucket: "millrace-prod-terraform-state", region: "eu-west-1" },
  tags: { owner: "platform", costCenter: "data-platform" },
  streams: {
    raw: provisioned(8, unit.hours(168)),
    enriched: provisioned(12, unit.hours(168)),
    badRows: provisioned(2, unit.hours(168)),
    destinations: provisioned(2, unit.hours(168)),
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
  lake: { infrequentAccessAfter: unit.days(90), expireAfter: unit.days(1_095), deadLettersExpireAfter: unit.days(30) },
  logs: { retention: 90, level: "info" },
  warehouse: {
    organization: "SHOP",
    account: "MILLRACE_PROD",
    deployUser: "MILLRACE_DEPLOY",
    planUser: "MILLRACE_PLAN",
    database: "MILLRACE_PROD",
    schema: "PIPELINE",
    readerRole: "MILLRACE_READER",
    timeTravel: unit.days(14),
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
    replicas: { min: unit.replicas(3), max: unit.replicas(24), targetCpu: unit.percent(60) },
    resources: { cpuRequest: unit.millicores(1_000), memory: unit.mebibytes(1_024) },
    port: unit.port(8_080),
    maxBody: unit.bytes(2 * 1024 * 1024),
    maxEvent: unit.bytes(256 * 1024),
    maxEventsPerRequest: unit.events(500),
    drainTimeout: unit.seconds(25),
    deregistrationDelay: unit.seconds(15),
    trustedProxies: unit.proxies(1),
    corsOrigins: ["https://shop.example", "https://www.shop.example"],
    writeKeys: { from: "secrets-manager", secretName: "millrace/prod/write-keys" },
  },
  privacyKeys: { from: "secrets-manager", secretName: "millrace/prod/privacy-keys" },
  alarms: {
    emails: ["millrace-oncall@shop.example"],
    iteratorAge: unit.seconds(120),
    eventAge: unit.seconds(30),
    freshness: unit.seconds(300),
    unreadShareOfRetention: unit.percent(50),
    badRows: unit.records(1_000),
    onSilence: true,
  },
};
