import type { Differences } from "./merge.ts";
import type { EnvironmentConfigInput } from "./schema.ts";
import * as unit from "./units.ts";

/** Members of a configuration from which names and addresses are derived. */
interface Identity {
  readonly environment: string;
  readonly aws: EnvironmentConfigInput["aws"];
}

/**
 * Returns the settings that environments share: those of real traffic, and names derived from the environment's own. An
 * environment's file states the differences.
 */
export const defaultsFor = ({ environment, aws }: Identity) => {
  const warehouse = `MILLRACE_${environment.toUpperCase().replaceAll("-", "_")}`;
  const mapping = {
    batchSize: unit.records(500),
    batchingWindow: unit.seconds(1),
    parallelizationFactor: unit.invocationsPerShard(2),
    maximumRetryAttempts: unit.retries(10),
    maximumRecordAge: unit.seconds(21_600),
  };
  const pipelineFunction = { memory: unit.mebibytes(1_024), timeout: unit.seconds(60) };
  const delivery = { bufferInterval: unit.seconds(60), bufferSize: unit.mebibytes(128) };
  return {
    state: { bucket: `millrace-${environment}-terraform-state`, region: aws.region },
    tags: { owner: "platform", costCenter: "data-platform" },
    streams: { destinationOverrides: {} },
    functions: { enrichment: pipelineFunction, router: pipelineFunction },
    mappings: {
      enrichment: mapping,
      // Up to 64 KiB of lines unfold from each record.
      router: { ...mapping, batchSize: unit.records(100) },
    },
    packing: { lanes: unit.lanes(128), compression: "gzip" as const },
    delivery: {
      // Records are compressed already: these are about 110 MiB of lines.
      enriched: { ...delivery, bufferSize: unit.mebibytes(16) },
      badRows: delivery,
    },
    lake: { infrequentAccessAfter: unit.days(30), deadLettersExpireAfter: unit.days(14) },
    logs: { level: "info" },
    warehouse: {
      organization: "SHOP",
      account: warehouse,
      deployUser: "MILLRACE_DEPLOY",
      planUser: "MILLRACE_PLAN",
      database: warehouse,
      schema: "PIPELINE",
      readerRole: "MILLRACE_READER",
      targetLag: unit.seconds(600),
    },
    frontDoor: {
      inbound: ["0.0.0.0/0"],
      firewall: { mode: "managed", requestsPerAddress: unit.requests(30_000) },
      accessLogs: { mode: "bucket", expireAfter: unit.days(30) },
      dns: { mode: "none" },
    },
    ingest: {
      cluster: { name: `platform-${environment}` },
      namespace: "millrace",
      image: { repository: `${aws.accountId}.dkr.ecr.${aws.region}.amazonaws.com/millrace/ingest` },
      replicas: { targetCpu: unit.percent(60) },
      port: unit.port(8_080),
      maxBody: unit.bytes(2 * 1024 * 1024),
      maxEvent: unit.bytes(256 * 1024),
      maxEventsPerRequest: unit.events(500),
      readyTimeout: unit.seconds(120),
      spool: { mode: "none" },
      drainTimeout: unit.seconds(25),
      deregistrationDelay: unit.seconds(15),
      trustedProxies: unit.proxies(1),
      trackerPaths: [],
      webhookOrigins: [],
      network: { mode: "open" },
      monitoring: { mode: "annotations" },
      writeKeys: { from: "secrets-manager", secretName: `millrace/${environment}/write-keys` },
    },
    privacyKeys: { from: "secrets-manager", secretName: `millrace/${environment}/privacy-keys` },
    objectives: { goal: unit.percent(99), invalid: unit.percent(5) },
    alarms: {
      page: { webhook: false },
      ticket: { webhook: false },
      iteratorAge: unit.seconds(300),
      eventAge: unit.seconds(60),
      freshness: unit.seconds(600),
      unreadShareOfRetention: unit.percent(50),
      badRows: unit.percent(5),
      duplicates: unit.percent(5),
      blockedRequests: unit.percent(20),
      refusals: unit.percent(1),
      load: unit.percent(80),
      onSilence: false,
    },
  } satisfies Partial<Record<keyof EnvironmentConfigInput, unknown>>;
};

/** An environment's file: every setting without a default, and the settings that differ from theirs. */
export type EnvironmentInput = Differences<Omit<EnvironmentConfigInput, "environment">, ReturnType<typeof defaultsFor>>;
