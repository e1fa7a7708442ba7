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

const oneShard = {
  capacity: { mode: "PROVISIONED", shards: shards(1) },
  retention: hours(24),
  maxRecordSize: kibibytes(1_024),
} as const;
const twoShards = { ...oneShard, capacity: { mode: "PROVISIONED", shards: shards(2) } } as const;

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
    enrichment: { memory: mebibytes(512), timeout: seconds(30) },
    router: { memory: mebibytes(512), timeout: seconds(30) },
  },
  mappings: {
    enrichment: {
      batchSize: records(200),
      batchingWindow: seconds(0),
      parallelizationFactor: invocationsPerShard(1),
      maximumRetryAttempts: retries(5),
      maximumRecordAge: seconds(3_600),
    },
    router: {
      batchSize: records(200),
      batchingWindow: seconds(0),
      parallelizationFactor: invocationsPerShard(1),
      maximumRetryAttempts: retries(5),
      maximumRecordAge: seconds(3_600),
    },
  },
  delivery: {
    enriched: { bufferInterval: seconds(5), bufferSize: mebibytes(1) },
    badRows: { bufferInterval: seconds(5), bufferSize: mebibytes(1) },
  },
  lake: { infrequentAccessAfter: days(30), expireAfter: days(31), deadLettersExpireAfter: days(7) },
  logs: { retention: 1, level: "info" },
  warehouse: {
    organization: "MILLRACE",
    account: "LOCAL",
    deployUser: "MILLRACE_DEPLOY",
    database: "MILLRACE_LOCAL",
    schema: "PIPELINE",
    readerRole: "MILLRACE_READER",
    timeTravel: days(1),
  },
  ingest: {
    cluster: { name: "millrace-local", oidcIssuer: "oidc.eks.eu-west-1.amazonaws.com/id/LOCAL" },
    namespace: "millrace",
    image: { repository: "millrace/ingest", tag: "local" },
    host: "localhost",
    certificateArn: "arn:aws:acm:eu-west-1:000000000000:certificate/00000000-0000-0000-0000-000000000000",
    replicas: { min: replicas(1), max: replicas(1), targetCpu: percent(60) },
    resources: { cpuRequest: millicores(250), memory: mebibytes(512) },
    port: port(8_080),
    maxBody: bytes(2 * 1024 * 1024),
    maxEvent: bytes(256 * 1024),
    maxEventsPerRequest: events(500),
    drainTimeout: seconds(10),
    deregistrationDelay: seconds(0),
    trustedProxies: proxies(1),
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
    iteratorAge: seconds(60),
    eventAge: seconds(60),
    freshness: seconds(60),
    unreadShareOfRetention: percent(50),
    badRows: records(1_000),
    onSilence: false,
  },
};
