import { findSettingsFaults } from "@millrace/sender-adapters";
import * as z from "zod";
import {
  EVENT_SOURCE_MAPPING,
  FIREHOSE_BUFFER_MIB,
  FIREHOSE_BUFFER_SECONDS,
  KINESIS_MAX_RECORD_KIB,
  KINESIS_RETENTION_HOURS,
  KINESIS_SHARDS,
  LAMBDA_MEMORY_MIB,
  LAMBDA_RESERVED_CONCURRENCY,
  LAMBDA_TIMEOUT_SECONDS,
  LOG_RETENTION_DAYS,
  MOST_LANES,
  ROUTE_CHECK_SECONDS,
  SNOWFLAKE_TARGET_LAG_SECONDS,
  SNOWFLAKE_TIME_TRAVEL_DAYS,
  WAF_RATE_LIMIT,
} from "../limits.ts";
import type {
  Bytes,
  Days,
  Events,
  Hours,
  Invocations,
  InvocationsPerShard,
  Kibibytes,
  Lanes,
  Mebibytes,
  Millicores,
  Milliseconds,
  Percent,
  Port,
  Proxies,
  Records,
  Replicas,
  Requests,
  Retries,
  Seconds,
  Shards,
  Unit,
} from "./units.ts";

/** Name of an environment, of its file in `src/environments` and of its stack. */
export type EnvironmentName = string;

const shown = (value: unknown): string =>
  value === undefined ? "nothing" : `${JSON.stringify(value)} (${typeof value})`;

/** A whole number of unit `U` within a range; one fault, one message. */
const whole = <U extends Unit<string>>(what: string, { min, max }: { min: number; max: number }) =>
  z.custom<U>((value) => typeof value === "number" && Number.isInteger(value) && value >= min && value <= max, {
    error: (issue) => `Expected ${what} from ${min} to ${max}, got ${shown(issue.input)}`,
  });

const text = (what: string, pattern: RegExp) =>
  z.custom<string>((value) => typeof value === "string" && pattern.test(value), {
    error: (issue) => `Expected ${what}, got ${shown(issue.input)}`,
  });

const oneOf = <T extends string | number>(what: string, values: readonly T[]) =>
  z.custom<T>((value) => (values as readonly unknown[]).includes(value), {
    error: (issue) => `Expected ${what} to be one of ${values.join(", ")}, got ${shown(issue.input)}`,
  });

const s3BucketName = text("a bucket name", /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/);
const streamName = text("the name of a stream", /^[\w.-]{1,128}$/);
const accountId = text("a 12-digit AWS account id", /^\d{12}$/);
/**
 * Regions of the partition `aws`, by the pattern of the SDKs' partitions.json: ARNs, service principals and host names
 * are those of this partition everywhere (docs/decisions/0090).
 */
const region = text(
  "a region of the partition aws, such as eu-west-1 (China, GovCloud, the sovereign and the isolated partitions are not supported: docs/decisions/0090)",
  /^(us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-\d$/,
);
const environmentName = text("an environment's name such as dev or prod-us", /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
const identifier = text("an upper-case Snowflake identifier such as MILLRACE_DEV", /^[A-Z][A-Z0-9_]{0,254}$/);
const kubernetesName = text("a DNS label such as millrace", /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
const logRetention = oneOf("days", LOG_RETENTION_DAYS);

const octet = "(25[0-5]|2[0-4]\\d|1?\\d?\\d)";
const addressRange = text(
  "an IPv4 address range such as 10.0.0.0/16",
  new RegExp(`^${octet}(\\.${octet}){3}/(3[0-2]|[12]?\\d)$`),
);
const hostName = /^([a-z0-9-]+\.)*[a-z0-9-]+$/;

const capacity = z.discriminatedUnion("mode", [
  z.strictObject({ mode: z.literal("PROVISIONED"), shards: whole<Shards>("shards", KINESIS_SHARDS) }),
  z.strictObject({ mode: z.literal("ON_DEMAND") }),
]);

const stream = z.strictObject({
  capacity,
  retention: whole<Hours>("hours", KINESIS_RETENTION_HOURS),
  maxRecordSize: whole<Kibibytes>("KiB", KINESIS_MAX_RECORD_KIB),
});

/** A destination's stream, what part of all events its routes may send there, and who reads it. */
const destination = stream.extend({
  share: whole<Percent>("per cent", { min: 1, max: 100 }),
  /** When all of them stop, an alarm fires; without any, nothing is expected to read. */
  consumers: z
    .strictObject({
      /** True if a consumer polls: a Lambda function, the KCL without fan-out, a program of one's own. */
      polling: z.boolean(),
      /** Names of the consumers that are registered for enhanced fan-out. */
      fanOut: z.array(text("the name of a registered consumer", /^[\w.-]{1,128}$/)),
    })
    .default({ polling: true, fanOut: [] }),
});

const pipelineFunction = z.strictObject({
  memory: whole<Mebibytes>("MiB", LAMBDA_MEMORY_MIB),
  timeout: whole<Seconds>("seconds", LAMBDA_TIMEOUT_SECONDS),
  /** Invocations of the account that are this function's alone, and its most; without it, it shares the rest. */
  reservedConcurrency: whole<Invocations>("invocations", LAMBDA_RESERVED_CONCURRENCY).optional(),
});

const laneCount = z.custom<Lanes>(
  (value) => typeof value === "number" && value >= 1 && value <= MOST_LANES && Number.isInteger(Math.log2(value)),
  { error: (issue) => `Expected a power of two from 1 to ${MOST_LANES}, got ${shown(issue.input)}` },
);

const mapping = z.strictObject({
  batchSize: whole<Records>("records", EVENT_SOURCE_MAPPING.batchSize),
  batchingWindow: whole<Seconds>("seconds", EVENT_SOURCE_MAPPING.batchingWindowSeconds),
  parallelizationFactor: whole<InvocationsPerShard>(
    "invocations per shard",
    EVENT_SOURCE_MAPPING.parallelizationFactor,
  ),
  maximumRetryAttempts: whole<Retries>("a finite number of retries", EVENT_SOURCE_MAPPING.retryAttempts),
  maximumRecordAge: whole<Seconds>("a finite age in seconds", EVENT_SOURCE_MAPPING.recordAgeSeconds),
  /** Where a new mapping begins that takes the place of another; without it, at the oldest record of the stream. */
  startAt: text("a time such as 2026-11-28T10:00:00Z", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/).optional(),
});

const delivery = z.strictObject({
  bufferInterval: whole<Seconds>("seconds", FIREHOSE_BUFFER_SECONDS),
  bufferSize: whole<Mebibytes>("MiB", FIREHOSE_BUFFER_MIB),
});

/**
 * Where a secret comes from: written here (local only), or a Secrets Manager secret that workloads read while they run.
 */
const secret = <T extends z.ZodType>(value: T) =>
  z.discriminatedUnion("from", [
    z.strictObject({ from: z.literal("inline"), value }),
    z.strictObject({
      from: z.literal("secrets-manager"),
      secretName: text("a secret name such as millrace/prod/write-keys", /^[\w/+=.@-]{1,512}$/),
      /** The key that encrypts it, unless that is the account's own for Secrets Manager. */
      keyArn: text("a KMS key ARN", /^arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/).optional(),
    }),
  ]);

const keyHash = text("64 lower-case hex digits", /^[0-9a-f]{64}$/);
const rate = z.number().positive();

const writeKey = z.strictObject({
  name: text("the name of a write key", /^[\w .-]{1,64}$/),
  /** Two while the key is rotated. */
  sha256: z.union([keyHash, z.array(keyHash).min(1).max(2)]),
  tenantId: text("a tenant id", /^[\w.-]{1,64}$/),
  sources: z.array(text("a source pattern", /^\S+$/)).min(1, "Expected at least one source pattern"),
  /** The kind of program behind the key; `browser` where it does not say. */
  kind: oneOf("kind of sender", ["browser", "app", "backend", "webhook"] as const).optional(),
  /** The older way to write `"kind": "backend"`. */
  forwardsClient: z.boolean().optional(),
  /** Limits of the key at one instance of the event service. */
  quotas: z
    .strictObject({
      eventsPerSecond: rate.optional(),
      bytesPerSecond: rate.optional(),
      burstSeconds: rate.optional(),
    })
    .optional(),
  /** Settings of foreign protocols by the name of their adapter. */
  adapters: z
    .record(z.string(), z.record(z.string(), z.unknown()))
    .superRefine((settings, context) => {
      for (const { path, message } of findSettingsFaults(settings)) context.addIssue({ code: "custom", path, message });
    })
    .optional(),
  revoked: z.boolean().optional(),
  /** Marks its events as canaries. */
  canary: z.boolean().optional(),
});

const privacyKey = z.strictObject({
  id: text("a key id", /^[\w.-]{1,32}$/),
  key: text("32 bytes in base64", /^[A-Za-z0-9+/]{43}=$/),
});

/** Value of the secret with the write keys. */
export const writeKeysShape = z.array(writeKey).min(1, "Expected at least one write key");
/** Value of the secret with the privacy keys. */
export const privacyKeysShape = z.array(privacyKey).min(1, "Expected at least one privacy key");

/** Value of the secret with the write key of the canaries: the key as a JSON string. */
export const canaryKeyShape = text("a write key of at least 20 characters", /^\S{20,}$/);

/** The parts in front of the event service. Each has a mode that switches it on or off. */
const frontDoor = z.strictObject({
  /** Addresses that may connect; 0.0.0.0/0 is everybody. */
  inbound: z.array(addressRange).min(1, "Expected at least one address range; 0.0.0.0/0 is everybody"),
  firewall: z.discriminatedUnion("mode", [
    z.strictObject({ mode: z.literal("none") }),
    z.strictObject({
      mode: z.literal("existing"),
      webAclArn: text("the ARN of a regional web ACL", /^arn:aws:wafv2:[a-z0-9-]+:\d{12}:regional\/webacl\/\S+$/),
    }),
    z.strictObject({
      mode: z.literal("managed"),
      /** Of one address in five minutes; what is above gets 429. */
      requestsPerAddress: whole<Requests>("requests", WAF_RATE_LIMIT),
    }),
  ]),
  /** Who sent a request when, with address and user agent: personal data, so it expires. */
  accessLogs: z.discriminatedUnion("mode", [
    z.strictObject({ mode: z.literal("none") }),
    z.strictObject({ mode: z.literal("bucket"), expireAfter: whole<Days>("days", { min: 1, max: 3_650 }) }),
  ]),
  /** Without one, the host's record is made elsewhere. */
  dns: z.discriminatedUnion("mode", [
    z.strictObject({ mode: z.literal("none") }),
    /** A public hosted zone of the account. */
    z.strictObject({ mode: z.literal("route53"), zone: text("a zone name such as shop.example", hostName) }),
  ]),
});

/** Who may reach the pods. Takes a network plugin that enforces policies, such as the VPC CNI with them turned on. */
const network = z.discriminatedUnion("mode", [
  z.strictObject({ mode: z.literal("open") }),
  z.strictObject({
    mode: z.literal("closed"),
    /** Ranges of the load balancer's subnets. */
    loadBalancer: z.array(addressRange).min(1, "Expected at least one address range"),
    /** Namespace of what scrapes the metrics. */
    monitoringNamespace: kubernetesName,
  }),
]);

/** Bounds of `millrace_ingest_request_duration_seconds`. */
export const LATENCY_BOUNDS_MS: readonly number[] = [10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000];

/** Who watches the event service. */
const monitoring = z.discriminatedUnion("mode", [
  /** Annotations of the pods say where the metrics are; alarms are somebody else's. */
  z.strictObject({ mode: z.literal("annotations") }),
  /** Takes the operator's custom resources in the cluster before the first plan. */
  z.strictObject({
    mode: z.literal("prometheus-operator"),
    /** By which the operator's Prometheus picks its monitors and rules. */
    labels: z.record(z.string(), z.string()),
    /** Requests that may be answered with a 5xx, of all: the error budget. */
    errorShare: whole<Percent>("per cent", { min: 1, max: 50 }),
    /** 99 % of the requests take no longer: a bound of the service's histogram. */
    latency: whole<Milliseconds>("ms", { min: 10, max: 10_000 }).refine((ms) => LATENCY_BOUNDS_MS.includes(ms), {
      error: `Expected one of ${LATENCY_BOUNDS_MS.join(", ")} ms: the service counts requests by these`,
    }),
  }),
]);

/** Who gets the alarms of a severity. */
const alarmTarget = z.strictObject({
  emails: z.array(text("an e-mail address", /^[^\s@]+@[^\s@]+\.[^\s@]+$/)),
  /**
   * True if an HTTPS address (PagerDuty, Opsgenie, a relay) is told too: variable `page_webhook` or `ticket_webhook`.
   */
  webhook: z.boolean(),
});

const environmentConfig = z.strictObject({
  environment: environmentName,
  /** `local` runs on one machine; `production` has to survive the loss of a zone. */
  kind: oneOf("kind", ["local", "test", "production"] as const),
  /** The environment that a build has to have reached before this one; without it, nothing comes before. */
  deployAfter: environmentName.optional(),
  aws: z.strictObject({ accountId, region }),
  /** The S3 bucket that holds the Terraform state; it exists before the first deployment. */
  state: z.strictObject({ bucket: s3BucketName, region }),
  /** Existing objects that the next apply takes over instead of making them. */
  adopt: z
    .strictObject({
      streams: z.strictObject({ raw: streamName, enriched: streamName, badRows: streamName }).partial().optional(),
      buckets: z.strictObject({ lake: s3BucketName, deadLetters: s3BucketName }).partial().optional(),
      /** The database, or the database and the schema, that `warehouse` names. */
      warehouse: oneOf("adopt.warehouse", ["database", "database and schema"] as const).optional(),
    })
    .optional(),
  tags: z.strictObject({
    owner: text("the team that answers for it", /^\S.*$/),
    costCenter: text("a cost center", /^\S+$/),
  }),
  streams: z.strictObject({
    raw: stream,
    enriched: stream,
    badRows: stream,
    /** Every destination stream, unless `destinationOverrides` names it. */
    destinations: destination,
    destinationOverrides: z.record(z.string(), destination),
  }),
  functions: z.strictObject({
    enrichment: pipelineFunction,
    router: pipelineFunction,
    /** New versions get a share of the invocations first, while the alarms are watched. Absent: all of them at once. */
    canary: z
      .strictObject({
        share: whole<Percent>("per cent", { min: 1, max: 50 }),
        watch: whole<Seconds>("seconds", { min: 60, max: 7_200 }),
      })
      .optional(),
  }),
  mappings: z.strictObject({ enrichment: mapping, router: mapping }),
  /**
   * Events of a lane share records of the enriched stream. Fewer lanes pack more, more of them fill shards more evenly.
   * While another number takes over, an event may overtake an older one of its key.
   */
  packing: z.strictObject({
    lanes: laneCount,
    /**
     * Form of the records of the enriched stream. `gzip`: each is a gzip member, and Firehose joins them. A running
     * environment changes it as docs/capacity.md says: an object of both forms cannot be read.
     */
    compression: z.enum(["gzip", "none"]),
  }),
  /** Absent: the router runs the routes in its bundle. Present: it looks for newer ones while it runs. */
  routeReload: z.strictObject({ checkEvery: whole<Seconds>("seconds", ROUTE_CHECK_SECONDS) }).optional(),
  /** Absent: replays run on an operator's machine. Present: very large ones run as a job of this function. */
  replayJob: pipelineFunction.optional(),
  /** Absent: no canary events. Present: one for each route goes all the way every minute; see docs/canaries.md. */
  canaries: z.strictObject({ writeKey: secret(canaryKeyShape) }).optional(),
  delivery: z.strictObject({ enriched: delivery, badRows: delivery }),
  lake: z.strictObject({
    infrequentAccessAfter: whole<Days>("days", { min: 30, max: 3_650 }),
    expireAfter: whole<Days>("days", { min: 1, max: 3_650 }),
    /**
     * Dead letters hold events before masking: they are not kept longer than a repair takes, nor are undelivered
     * events.
     */
    deadLettersExpireAfter: whole<Days>("days", { min: 1, max: 365 }),
  }),
  logs: z.strictObject({
    retention: logRetention,
    level: oneOf("level", ["debug", "info", "warn", "error"] as const),
  }),
  warehouse: z.strictObject({
    organization: identifier,
    account: identifier,
    deployUser: identifier,
    /** User of plans: sees definitions, changes nothing, computes nothing. */
    planUser: identifier,
    database: identifier,
    schema: identifier,
    /** Account role that may read the views; exists already. */
    readerRole: identifier,
    /** Of the account: longer time travel than a day takes Enterprise. */
    edition: oneOf("edition", ["standard", "enterprise", "business-critical"] as const),
    /** Time travel of the landing tables. */
    timeTravel: whole<Days>("days", SNOWFLAKE_TIME_TRAVEL_DAYS.enterprise),
    /** How old what the views show may be, beyond the load of its rows: a shorter lag computes more often. */
    targetLag: whole<Seconds>("seconds", SNOWFLAKE_TARGET_LAG_SECONDS),
  }),
  frontDoor,
  ingest: z.strictObject({
    cluster: z.strictObject({
      name: text("an EKS cluster name", /^[0-9A-Za-z][\w-]{0,99}$/),
      /** Issuer of the cluster's service account tokens, without `https://`. */
      oidcIssuer: text("an OIDC issuer host and path", /^[\w.-]+(\/[\w.-]+)*$/),
    }),
    namespace: kubernetesName,
    image: z.strictObject({
      repository: text("an image repository", /^[a-z0-9]([\w.:/-]*[a-z0-9])?$/),
      /**
       * If absent, the deployment gives the digest: by building the image, by `--image`, or by
       * `TF_VAR_ingest_image_digest`.
       */
      digest: text("an image digest such as sha256:0123…", /^sha256:[0-9a-f]{64}$/).optional(),
    }),
    host: text("a host name", hostName),
    certificateArn: text("an ACM certificate ARN", /^arn:aws:acm:[a-z0-9-]+:\d{12}:certificate\/[0-9a-f-]+$/),
    replicas: z.strictObject({
      min: whole<Replicas>("replicas", { min: 1, max: 500 }),
      max: whole<Replicas>("replicas", { min: 1, max: 500 }),
      targetCpu: whole<Percent>("per cent", { min: 10, max: 95 }),
      /** Requests in flight in a replica at which another one is added. Needs a metrics adapter in the cluster. */
      targetInFlight: whole<Requests>("requests", { min: 1, max: 100_000 }).optional(),
    }),
    resources: z.strictObject({
      cpuRequest: whole<Millicores>("millicores", { min: 50, max: 64_000 }),
      memory: whole<Mebibytes>("MiB", { min: 64, max: 65_536 }),
    }),
    port: whole<Port>("an unprivileged port", { min: 1_024, max: 65_535 }),
    maxBody: whole<Bytes>("bytes", { min: 1_024, max: 64 * 1024 * 1024 }),
    maxEvent: whole<Bytes>("bytes", { min: 256, max: 10 * 1024 * 1024 }),
    maxEventsPerRequest: whole<Events>("events", { min: 1, max: 10_000 }),
    /** After this long an instance is ready although the stream has not answered. */
    readyTimeout: whole<Seconds>("seconds", { min: 1, max: 3_600 }),
    /** Where events wait that Kinesis does not confirm in time; see docs/decisions/0151. */
    spool: z.discriminatedUnion("mode", [
      z.strictObject({ mode: z.literal("none") }),
      z.strictObject({
        mode: z.literal("volume"),
        /** Of each pod. */
        size: whole<Mebibytes>("MiB", { min: 64, max: 1_048_576 }),
        /** One that encrypts: raw events lie there unmasked. */
        storageClass: kubernetesName,
      }),
    ]),
    drainTimeout: whole<Seconds>("seconds", { min: 1, max: 300 }),
    /** Time between SIGTERM and the last new connection: the load balancer needs it to notice. */
    deregistrationDelay: whole<Seconds>("seconds", { min: 0, max: 120 }),
    /** Proxies in front that append to X-Forwarded-For; the last one's word decides the client's address. */
    trustedProxies: whole<Proxies>("proxies", { min: 0, max: 10 }),
    /** Prefixes of paths beside those of the protocols themselves: a Snowplow tracker's own `postPath`. */
    trackerPaths: z.array(text("a path such as /com.acme", /^(\/[\w.~-]+)+$/)),
    /** Pages that may send events from a browser. */
    corsOrigins: z.array(text("an origin such as https://shop.example, or *", /^(\*|https?:\/\/[^/?#\s,]+)$/)),
    /** Services that may deliver CloudEvents webhooks, as they name themselves in the handshake. */
    webhookOrigins: z.array(text("the name of a host such as eventgrid.azure.net, or *", /^[\w*.:-]+$/)),
    network,
    monitoring,
    writeKeys: secret(writeKeysShape),
    /** The plain key behind the one write key of `local`: printed, public, worthless elsewhere. */
    localWriteKey: z.string().optional(),
  }),
  privacyKeys: secret(privacyKeysShape),
  /** Promises, as shares of the five-minute periods of four weeks; see src/objectives. */
  objectives: z.strictObject({
    /** Share of the periods that have to be good; the rest is the error budget. */
    goal: whole<Percent>("per cent", { min: 50, max: 99 }),
    /** Events that break their contract, of all that enrichment reads. */
    invalid: whole<Percent>("per cent", { min: 1, max: 100 }),
  }),
  alarms: z.strictObject({
    /** Who is woken up. */
    page: alarmTarget,
    /** Who finds it in the morning. */
    ticket: alarmTarget,
    iteratorAge: whole<Seconds>("seconds", { min: 1, max: 86_400 }),
    /** p99 from the receipt of an event to its leaving a function. */
    eventAge: whole<Seconds>("seconds", { min: 1, max: 86_400 }),
    /** Age of the oldest event that has not reached S3. */
    freshness: whole<Seconds>("seconds", { min: 30, max: 86_400 }),
    /** A consumer this far behind a destination's retention is about to lose events. */
    unreadShareOfRetention: whole<Percent>("per cent", { min: 10, max: 95 }),
    /** Bad rows, of all that enrichment reads. */
    badRows: whole<Percent>("per cent", { min: 1, max: 100 }),
    /** Copies, of all events that the router reads: a crash or an ambiguous write leaves some, a fault leaves many. */
    duplicates: whole<Percent>("per cent", { min: 1, max: 100 }),
    /** Requests that the firewall refuses, of all. */
    blockedRequests: whole<Percent>("per cent", { min: 1, max: 100 }),
    /** Writes, reads and invocations that AWS refuses, or that fail, of all of their kind. */
    refusals: whole<Percent>("per cent", { min: 1, max: 100 }),
    /** How near to its limit a stream or a function may come: bytes and records of shards, time of an invocation. */
    load: whole<Percent>("per cent", { min: 10, max: 99 }),
    /** True if five minutes without a raw record raise an alarm. */
    onSilence: z.boolean(),
  }),
});

/** A whole configuration, before it is checked. */
export type EnvironmentConfigInput = z.input<typeof environmentConfig>;
/** A validated environment. */
export type EnvironmentConfig = z.output<typeof environmentConfig>;
/** Where one secret comes from. */
export type SecretConfig =
  | { readonly from: "inline"; readonly value: unknown }
  | Extract<EnvironmentConfig["privacyKeys"], { from: "secrets-manager" }>;
/** Settings of one stream. */
export type StreamConfig = EnvironmentConfig["streams"]["raw"];
/** Settings of a destination's stream. */
export type DestinationConfig = EnvironmentConfig["streams"]["destinations"];
/** Settings of one function. */
export type FunctionConfig = EnvironmentConfig["functions"]["router"];
/** Settings of one event source mapping. */
export type MappingConfig = EnvironmentConfig["mappings"]["router"];
/** Settings of one delivery stream. */
export type DeliveryConfig = EnvironmentConfig["delivery"]["enriched"];

/** Checks the shape and the ranges; every fault is one string that begins with the path of the value. */
export function shapeFaults(input: unknown): { value?: EnvironmentConfig; faults: readonly string[] } {
  const result = environmentConfig.safeParse(input);
  if (result.success) return { value: result.data, faults: [] };
  return { faults: result.error.issues.map((issue) => `${issue.path.join(".") || "(root)"}: ${issue.message}`) };
}
