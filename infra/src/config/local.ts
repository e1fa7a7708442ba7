import type { EnvironmentConfigInput } from "./schema.ts";
import { provisioned } from "./capacity.ts";
import * as unit from "./units.ts";

const oneShard = provisioned(1, unit.hours(24));
const twoShards = provisioned(2, unit.hours(24));

/** Runs on one laptop: few shards, small buffers, keys that are public and worth nothing elsewhere. */
export const localConfig: EnvironmentConfigInput = {
  environment: "local",
  aws: { accountId: "000000000000", region: "eu-west-1" },
  state: { bucket: "millrace-local-terraform-state", region: "eu-west-1" },
  tags: { owner: "platform", costCenter: "none" },
  streams: {
    raw: twoShards,
    enriched: twoShards,
    badRows: oneShard,
    destinations: oneShard,
    destinationOverrides: {},
  },
  functions: {
    enrichment: { memory: unit.mebibytes(512), timeout: unit.seconds(30) },
    router: { memory: unit.mebibytes(512), timeout: unit.seconds(30) },
  },
  mappings: {
    enrichment: {
      batchSize: unit.records(200),
      batchingWindow: unit.seconds(0),
      parallelizationFactor: unit.invocationsPerShard(1),
      maximumRetryAttempts: unit.retries(5),
      maximumRecordAge: unit.seconds(3_600),
    },
    router: {
      batchSize: unit.records(200),
      batchingWindow: unit.seconds(0),
      parallelizationFactor: unit.invocationsPerShard(1),
      maximumRetryAttempts: unit.retries(5),
      maximumRecordAge: unit.seconds(3_600),
    },
  },
  delivery: {
    enriched: { bufferInterval: unit.seconds(5), bufferSize: unit.mebibytes(1) },
    badRows: { bufferInterval: unit.seconds(5), bufferSize: unit.mebibytes(1) },
  },
  lake: { infrequentAccessAfter: unit.days(30), expireAfter: unit.days(31), deadLettersExpireAfter: unit.days(7) },
  logs: { retention: 1, level: "info" },
  warehouse: {
    organization: "MILLRACE",
    account: "LOCAL",
    deployUser: "MILLRACE_DEPLOY",
    planUser: "MILLRACE_PLAN",
    database: "MILLRACE_LOCAL",
    schema: "PIPELINE",
    readerRole: "MILLRACE_READER",
    timeTravel: unit.days(1),
  },
  ingest: {
    cluster: { name: "millrace-local", oidcIssuer: "oidc.eks.eu-west-1.amazonaws.com/id/LOCAL" },
    namespace: "millrace",
    // No image runs on a laptop: the service starts from its bundle.
    image: { repository: "millrace/ingest", digest: `sha256:${"0".repeat(64)}` },
    host: "localhost",
    certificateArn: "arn:aws:acm:eu-west-1:000000000000:certificate/00000000-0000-0000-0000-000000000000",
    replicas: { min: unit.replicas(1), max: unit.replicas(1), targetCpu: unit.percent(60) },
    resources: { cpuRequest: unit.millicores(250), memory: unit.mebibytes(512) },
    port: unit.port(8_080),
    maxBody: unit.bytes(2 * 1024 * 1024),
    maxEvent: unit.bytes(256 * 1024),
    maxEventsPerRequest: unit.events(500),
    drainTimeout: unit.seconds(10),
    deregistrationDelay: unit.seconds(0),
    trustedProxies: unit.proxies(1),
    corsOrigins: ["*"],
    writeKeys: {
      from: "inline",
      value: [
        {
          name: "local development",
          // sha256 of `localWriteKey`
          sha256: "d5dc50f1d59f87709e1b83f159d9488fc192f8ab8d91f61e7df9dac62c7f549c",
          tenantId: "local",
          sources: ["https://shop.example/*"],
        },
      ],
    },
    localWriteKey: "mrw_local_development_only",
  },
  privacyKeys: {
    from: "inline",
    // base64 of "millrace-local-development-only!"
    value: [{ id: "local-1", key: "bWlsbHJhY2UtbG9jYWwtZGV2ZWxvcG1lbnQtb25seSE=" }],
  },
  alarms: {
    emails: [],
    iteratorAge: unit.seconds(60),
    eventAge: unit.seconds(60),
    freshness: unit.seconds(60),
    unreadShareOfRetention: unit.percent(50),
    badRows: unit.records(1_000),
    onSilence: false,
  },
};
