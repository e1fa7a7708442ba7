import { destinationKinds, type KindName } from "@millrace/destinations/kinds";
import { parseDestinationArn } from "@millrace/routes";
import { DataAwsEksCluster } from "@cdktf/provider-aws/lib/data-aws-eks-cluster/index.js";
import { IamPolicy } from "@cdktf/provider-aws/lib/iam-policy/index.js";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role/index.js";
import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment/index.js";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider/index.js";
import { KubernetesProvider } from "@cdktf/provider-kubernetes/lib/provider/index.js";
import { SnowflakeProvider } from "@cdktf/provider-snowflake/lib/provider/index.js";
import {
  Fn,
  type ITerraformDependable,
  S3Backend,
  type TerraformElement,
  TerraformOutput,
  TerraformStack,
  TerraformVariable,
} from "cdktf";
import type { Construct } from "constructs";
import { mebibytes, seconds } from "../config/units.ts";
import { destinationStream } from "../config/relations.ts";
import type { EnvironmentConfig, SecretConfig } from "../config/schema.ts";
import { AlarmTopic } from "../constructs/alarm-topic.ts";
import { PERIOD_SECONDS } from "../constructs/metric.ts";
import { describeObjective, ObjectiveDashboard } from "../constructs/objective-dashboard.ts";
import { objectivesOf, WINDOW_DAYS } from "../objectives/objectives.ts";
import { Alarms } from "../constructs/alarms.ts";
import { Dashboard } from "../constructs/dashboard.ts";
import { CanarySchedule } from "../constructs/canary-schedule.ts";
import { DataKey } from "../constructs/data-key.ts";
import { DeliveryStream } from "../constructs/delivery-stream.ts";
import { EventService } from "../constructs/event-service.ts";
import { FrontDoor } from "../constructs/front-door.ts";
import { EventStream, readFrom, writeTo } from "../constructs/event-stream.ts";
import { PipelineFunction } from "../constructs/pipeline-function.ts";
import { policyDocument, type Statement, splitByPolicySize } from "../constructs/policy.ts";
import { PublishedRoutes } from "../constructs/published-routes.ts";
import { ReplayJob } from "../constructs/replay-job.ts";
import { PrivateBucket } from "../constructs/private-bucket.ts";
import { RuntimeSecret } from "../constructs/runtime-secret.ts";
import { StreamMapping, writeDeadLetters } from "../constructs/stream-mapping.ts";
import { Warehouse } from "../constructs/warehouse.ts";
import type { OwnDestination } from "../destinations/destination-resource.ts";
import { destinationFacts, kindsWithFacts, otherKinds } from "../destinations/facts.ts";
import { makers } from "../destinations/makers.ts";
import type { Deliveries, ForeignDestination, Hop, Watched, WatchedCanaries } from "../constructs/watched.ts";
import { DuplicateAddressError } from "../errors.ts";
import type { FunctionArtifacts } from "../inputs/function-artifact.ts";
import { environmentPlaces } from "../inputs/environment-places.ts";
import type { EnvironmentLookups } from "../inputs/lookup-objects.ts";
import type { RouteDestination } from "../inputs/route-destinations.ts";
import type { RoutesFile } from "../inputs/routes-file.ts";
import {
  baseViews,
  duplicates,
  dynamicTables,
  sourceQuality,
  validationErrors,
  LANDED_BAD_ROWS,
  LANDED_EVENTS,
  type WarehouseView,
} from "../inputs/warehouse-views.ts";
import { boundaryArn, bucketName, LIVE_ALIAS, physicalName, prefixOf } from "../names.ts";

/** Terraform itself, and the providers as the prebuilt bindings were generated for them. */
const TERRAFORM_VERSION = ">= 1.11.0, < 2.0.0";

export interface MillraceStackProps {
  readonly config: EnvironmentConfig;
  readonly artifacts: FunctionArtifacts;
  readonly destinations: readonly RouteDestination[];
  /** For environments whose router reloads routes. */
  readonly routesFile: RoutesFile;
  /** Views over `EVENTS`, one for each contract. */
  readonly contractViews: readonly WarehouseView[];
  /** Tables that enrichment joins events with. */
  readonly lookups: EnvironmentLookups;
  /** Routes that no canary event matches, `<application>/<route>`. */
  readonly unmeasuredRoutes: readonly string[];
}

/** Two keys part what people may see: events before masking (raw, bad rows, dead letters), and after. */
interface Keys {
  readonly unmasked: DataKey;
  readonly masked: DataKey;
}

/**
 * The pipeline of one environment, whole. Construct ids become Terraform addresses (`raw`, `enrichment_mapping`): a new
 * id is a deleted and a new resource, so ids are never renamed.
 */
export class MillraceStack extends TerraformStack {
  readonly #addresses = new Map<string, string>();
  readonly #config: EnvironmentConfig;

  constructor(scope: Construct, props: MillraceStackProps) {
    const { config, artifacts, destinations, routesFile, contractViews, lookups, unmeasuredRoutes } = props;
    super(scope, config.environment);
    this.#config = config;
    this.#declareBackend();
    this.#declareProviders();

    const ours = destinations.filter(isOurs);
    const keys = this.#createKeys(ours);
    const adopted = config.adopt?.streams ?? {};
    const raw = this.#createStream("raw", "raw", config.streams.raw, keys.unmasked, { adopted: adopted.raw });
    const enriched = this.#createStream("enriched", "enriched", config.streams.enriched, keys.masked, {
      adopted: adopted.enriched,
    });
    const badRows = this.#createStream("bad_rows", "bad-rows", config.streams.badRows, keys.unmasked, {
      adopted: adopted.badRows,
    });
    const own = this.#createDestinations(ours, keys.masked);
    const foreign = destinations.filter(isForeign);
    const { lake, deadLetters } = this.#createBuckets(keys);

    const deliveries = this.#createDeliveries({ keys, lake, enriched, badRows });
    const warehouse = this.#createWarehouse({ keys, lake, deliveries, contractViews });
    const publishedRoutes = this.#createPublishedRoutes(keys, routesFile, own);
    const router = this.#createRouter({
      artifacts,
      publishedRoutes,
      keys,
      enriched,
      badRows,
      lake,
      deadLetters,
      own,
      foreign,
    });
    // Firehose reads from LATEST, and S3 tells Snowpipe only of new objects: an event that is written before its
    // readers are there never reaches the lake or the warehouse.
    const readers = [
      ...deliveries.map(({ delivery }) => delivery.resource),
      warehouse.notification,
      router.mapping.resource,
    ];
    const streams = { raw, enriched, badRows };
    const enrichment = this.#createEnrichment({ artifacts, keys, ...streams, deadLetters, readers, lookups });
    const frontDoor = new FrontDoor(this, "front_door", config);
    this.#createEventService(raw, frontDoor, [...readers, enrichment.mapping.resource]);
    const sender = this.#createCanaries(artifacts, keys);

    const watched: Watched = {
      raw,
      enriched,
      badRows,
      hops: [enrichment, router],
      enrichment,
      lookups,
      router,
      deliveries,
      loader: warehouse.loader,
      destinations: own,
      foreign,
      canaries: sender && {
        sender,
        routes: destinations.flatMap(({ routes }) => routes).filter((route) => !unmeasuredRoutes.includes(route)),
      },
      firewall: frontDoor.firewall,
    };
    this.#createWatch(watched, keys.masked);
    const replayJob = this.#createReplayJob({ artifacts, keys, lake, own, foreign });
    this.#createOutputs(watched, lake, replayJob);
    this.#boundRoles();
  }

  /** Readable addresses instead of hashed ones: the path of ids, where an id `resource` stands for its parent. */
  protected override allocateLogicalId(element: TerraformElement): string {
    const path = element.node.path.split("/").slice(1);
    const address = path.filter((id) => id !== "resource").join("_");
    const key = `${element.constructor.name} ${address}`;
    const taken = this.#addresses.get(key);
    if (taken !== undefined && taken !== element.node.path) {
      throw new DuplicateAddressError(address, taken, element.node.path);
    }
    this.#addresses.set(key, element.node.path);
    return address;
  }

  /** Every role there is, or will be: the role that deploys may make no other (docs/decisions/0093). */
  #boundRoles(): void {
    const { aws, environment } = this.#config;
    for (const element of this.node.findAll()) {
      if (element instanceof IamRole) element.permissionsBoundary = boundaryArn(environment, aws.accountId);
    }
  }

  /** First of all: a stack without a backend would write absolute local paths into its plan. */
  #declareBackend(): void {
    const { environment, state } = this.#config;
    new S3Backend(this, {
      bucket: state.bucket,
      key: `millrace/${environment}.tfstate`,
      region: state.region,
      encrypt: true,
    });
    // CDKTF 0.21 has no argument for S3's own lock; the DynamoDB one is deprecated.
    this.addOverride("terraform.backend.s3.use_lockfile", true);
    this.addOverride("terraform.required_version", TERRAFORM_VERSION);
  }

  #declareProviders(): void {
    const { aws, environment, ingest, tags, warehouse } = this.#config;
    new AwsProvider(this, "aws", {
      region: aws.region,
      // Wrong credentials fail here, not half-way through another account.
      allowedAccountIds: [aws.accountId],
      defaultTags: [
        {
          tags: {
            application: "millrace",
            environment,
            owner: tags.owner,
            "cost-center": tags.costCenter,
            "managed-by": "terraform",
          },
        },
      ],
    });
    new SnowflakeProvider(this, "snowflake", {
      organizationName: warehouse.organization,
      accountName: warehouse.account,
      // The user comes from SNOWFLAKE_USER, because a plan that only looks has another one than a deployment: a
      // variable would be saved in the plan and decide at apply, too. The private key comes from SNOWFLAKE_PRIVATE_KEY.
      authenticator: "SNOWFLAKE_JWT",
      previewFeaturesEnabled: [
        "snowflake_dynamic_table_resource",
        "snowflake_file_format_resource",
        "snowflake_notification_integration_resource",
        "snowflake_pipe_resource",
        "snowflake_stage_resource",
        "snowflake_storage_integration_resource",
        "snowflake_table_resource",
      ],
    });
    const cluster = new DataAwsEksCluster(this, "cluster", { name: ingest.cluster.name });
    new KubernetesProvider(this, "kubernetes", {
      host: cluster.endpoint,
      clusterCaCertificate: Fn.base64decode(cluster.certificateAuthority.get(0).data),
      exec: [
        {
          apiVersion: "client.authentication.k8s.io/v1beta1",
          command: "aws",
          args: ["eks", "get-token", "--cluster-name", ingest.cluster.name, "--region", aws.region],
        },
      ],
    });
  }

  /** @param destinations whose services may use the key by themselves */
  #createKeys(destinations: readonly RouteDestination[]): Keys {
    const { aws, environment } = this.#config;
    const logs = {
      sid: "LogGroupsOfThisPipeline",
      principal: { Service: `logs.${aws.region}.amazonaws.com` },
      actions: [
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:Encrypt",
        "kms:GenerateDataKey",
        "kms:ReEncryptFrom",
        "kms:ReEncryptTo",
      ],
      resources: ["*"],
      conditions: {
        ArnLike: {
          "kms:EncryptionContext:aws:logs:arn": ["lambda", "kinesisfirehose"].map(
            (service) =>
              `arn:aws:logs:${aws.region}:${aws.accountId}:log-group:/aws/${service}/${prefixOf(environment)}-*`,
          ),
        },
      },
    };
    const alarms = {
      sid: "AlarmsOfThisAccount",
      principal: { Service: "cloudwatch.amazonaws.com" },
      actions: ["kms:Decrypt", "kms:GenerateDataKey"],
      resources: ["*"],
      conditions: { StringEquals: { "aws:SourceAccount": aws.accountId } },
    };
    return {
      unmasked: new DataKey(this, "unmasked_key", {
        name: physicalName(environment, "unmasked"),
        description: "Millrace: events before masking, that is raw events, bad rows and dead letters",
        ...aws,
      }),
      masked: new DataKey(this, "masked_key", {
        name: physicalName(environment, "masked"),
        description: "Millrace: events after masking, logs and alarms",
        ...aws,
        services: [
          logs,
          alarms,
          ...kindsOf(destinations).flatMap((kind) => makers[kind].keyStatement?.(this.#config) ?? []),
        ],
      }),
    };
  }

  #createStream(
    id: string,
    purpose: string,
    config: EnvironmentConfig["streams"]["raw"],
    key: DataKey,
    { tags = {}, adopted }: { tags?: Readonly<Record<string, string>>; adopted?: string | undefined } = {},
  ): EventStream {
    const name = adopted ?? physicalName(this.#config.environment, purpose);
    return new EventStream(this, id, { name, config, key, tags, isAdopted: adopted !== undefined });
  }

  /** Returns them by kind, each kind in order of name. */
  #createDestinations(destinations: readonly RouteDestination[], key: DataKey): readonly OwnDestination[] {
    const config = this.#config;
    return kindsOf(destinations).flatMap((kind) =>
      destinations
        .filter((destination) => destination.kind === kind)
        .map((destination) => {
          const name = physicalName(config.environment, destination.name);
          const props = { config, destination, name, key, tags: tagsOf(destination) };
          return { destination, resource: makers[kind].make(this, `destination_${destination.name}`, props) };
        }),
    );
  }

  #createBuckets(keys: Keys): { lake: PrivateBucket; deadLetters: PrivateBucket } {
    const { adopt, aws, environment, lake } = this.#config;
    const adopted = adopt?.buckets ?? {};
    return {
      lake: new PrivateBucket(this, "lake", {
        name: adopted.lake ?? bucketName(environment, "lake", aws.accountId),
        isAdopted: adopted.lake !== undefined,
        key: keys.masked,
        lifecycleRules: [
          {
            id: "cool-then-expire",
            status: "Enabled",
            filter: [{ prefix: "" }],
            transition: [{ days: lake.infrequentAccessAfter, storageClass: "STANDARD_IA" }],
            expiration: [{ days: lake.expireAfter }],
          },
          {
            id: "expire-undelivered",
            status: "Enabled",
            filter: [{ prefix: `${UNDELIVERED}/` }],
            expiration: [{ days: lake.deadLettersExpireAfter }],
          },
        ],
      }),
      deadLetters: new PrivateBucket(this, "dead_letters", {
        name: adopted.deadLetters ?? bucketName(environment, "dead-letters", aws.accountId),
        isAdopted: adopted.deadLetters !== undefined,
        key: keys.unmasked,
        lifecycleRules: [
          {
            id: "expire",
            status: "Enabled",
            filter: [{ prefix: "" }],
            expiration: [{ days: lake.deadLettersExpireAfter }],
          },
        ],
      }),
    };
  }

  #createEnrichment(from: {
    artifacts: FunctionArtifacts;
    keys: Keys;
    raw: EventStream;
    enriched: EventStream;
    badRows: EventStream;
    deadLetters: PrivateBucket;
    /** Readers of the streams that enrichment writes. */
    readers: readonly ITerraformDependable[];
    lookups: EnvironmentLookups;
  }): Hop {
    const { environment, functions, logs, mappings, packing } = this.#config;
    const privacyKeys = this.#createSecret("privacy_keys", "privacy-keys", this.#config.privacyKeys);
    const target = new PipelineFunction(this, "enrichment", {
      name: physicalName(environment, "enrichment"),
      description: "Raw event in, enriched event or bad row out",
      config: functions.enrichment,
      logs,
      artifact: from.artifacts("enrichment"),
      key: from.keys.masked,
      environment: {
        STAGE: environment,
        LOG_LEVEL: logs.level,
        ENRICHED_STREAM_NAME: from.enriched.nameReference,
        ENRICHED_LANES: String(packing.lanes),
        ENRICHED_COMPRESSION: packing.compression,
        BAD_ROW_STREAM_NAME: from.badRows.nameReference,
        PRIVACY_KEYS_SECRET_ARN: privacyKeys.arn,
      },
      statements: [
        ...readFrom("RawStream", from.raw),
        ...writeTo("Output", [from.enriched, from.badRows]),
        ...privacyKeys.readBy("PrivacyKeys"),
        ...readLookups(from.lookups),
        ...writeDeadLetters(from.deadLetters),
      ],
    });
    const mapping = new StreamMapping(this, "enrichment_mapping", {
      source: from.raw,
      target,
      config: mappings.enrichment,
      deadLetters: from.deadLetters,
      dependsOn: from.readers,
    });
    return { name: "enrichment", stage: environment, function: target, mapping };
  }

  /** Off by default: what runs is what was reviewed and deployed. */
  #createPublishedRoutes(
    keys: Keys,
    file: RoutesFile,
    destinations: readonly OwnDestination[],
  ): PublishedRoutes | undefined {
    const { aws, environment, routeReload } = this.#config;
    if (routeReload === undefined) return undefined;
    return new PublishedRoutes(this, "published_routes", {
      bucketName: bucketName(environment, "routes", aws.accountId),
      key: keys.masked,
      file,
      dependsOn: destinations.map(({ resource }) => resource.resource),
    });
  }

  #createRouter(from: {
    artifacts: FunctionArtifacts;
    publishedRoutes: PublishedRoutes | undefined;
    keys: Keys;
    enriched: EventStream;
    badRows: EventStream;
    lake: PrivateBucket;
    deadLetters: PrivateBucket;
    own: readonly OwnDestination[];
    foreign: readonly ForeignDestination[];
  }): Hop {
    const { aws, environment, functions, logs, mappings, routeReload } = this.#config;
    const { publishedRoutes } = from;
    const target = new PipelineFunction(this, "router", {
      name: physicalName(environment, "router"),
      description: "Enriched event in, a copy to the destination of every route that matches",
      config: functions.router,
      logs,
      artifact: from.artifacts("router"),
      key: from.keys.masked,
      environment: {
        STAGE: environment,
        LOG_LEVEL: logs.level,
        ACCOUNT_ID: aws.accountId,
        DESTINATION_PREFIX: `${prefixOf(environment)}-`,
        BAD_ROW_STREAM_NAME: from.badRows.nameReference,
        UNDELIVERED_URL: `s3://${from.lake.nameReference}/${UNDELIVERED}`,
        ...(publishedRoutes === undefined || routeReload === undefined
          ? {}
          : { ROUTES_URL: publishedRoutes.url, ROUTES_CHECK_SECONDS: String(routeReload.checkEvery) }),
      },
      statements: [
        ...readFrom("EnrichedStream", from.enriched),
        ...writeTo("BadRows", [from.badRows]),
        // For the destinations, whose streams the policies below name.
        from.keys.masked.encryptThrough("kinesis"),
        { sid: "WriteUndelivered", actions: ["s3:PutObject"], resources: [`${from.lake.arn}/${UNDELIVERED}/*`] },
        from.keys.masked.encryptThrough("s3"),
        ...useKey(from.keys.masked, from.own),
        ...(publishedRoutes?.readStatements ?? []),
        ...writeDeadLetters(from.deadLetters),
      ],
    });
    this.#allowDestinations("router", target, from.own, from.foreign);
    const mapping = new StreamMapping(this, "router_mapping", {
      source: from.enriched,
      target,
      config: mappings.router,
      deadLetters: from.deadLetters,
    });
    return { name: "router", stage: environment, function: target, mapping };
  }

  /** Absent without canary events. */
  #createCanaries(artifacts: FunctionArtifacts, keys: Keys): WatchedCanaries["sender"] | undefined {
    const { canaries, environment, ingest, logs } = this.#config;
    if (canaries === undefined) return undefined;
    const key = this.#createSecret("canary_key", "canary-key", canaries.writeKey);
    const name = physicalName(environment, "canary");
    const target = new PipelineFunction(this, "canary", {
      name,
      description: "Sends the canary events that measure the pipeline",
      config: { memory: mebibytes(256), timeout: seconds(30) },
      logs,
      artifact: artifacts("canary"),
      key: keys.masked,
      environment: {
        STAGE: environment,
        LOG_LEVEL: logs.level,
        EVENTS_URL: `https://${ingest.host}/v1/events`,
        CANARY_KEY_SECRET_ARN: key.arn,
      },
      statements: key.readBy("CanaryKey"),
    });
    new CanarySchedule(this, "canary_schedule", { name, functionArn: target.aliasArn });
    return { name: "canary", stage: environment, function: target };
  }

  /** Off by default: very large replays then run on an operator's machine, for as long as it is on. */
  #createReplayJob(from: {
    artifacts: FunctionArtifacts;
    keys: Keys;
    lake: PrivateBucket;
    own: readonly OwnDestination[];
    foreign: readonly ForeignDestination[];
  }): PipelineFunction | undefined {
    const { aws, environment, logs, replayJob } = this.#config;
    if (replayJob === undefined) return undefined;
    const place = environmentPlaces().find(({ name }) => name === environment);
    const { arn } = from.lake;
    const streams = from.own.filter(isStream);
    const target = new PipelineFunction(this, "replay_job", {
      name: physicalName(environment, "replay-job"),
      description: "Puts the events of a group of objects to a destination again",
      config: replayJob,
      logs,
      artifact: from.artifacts("replay-job"),
      key: from.keys.masked,
      environment: { STAGE: environment, LOG_LEVEL: logs.level, PLACE: JSON.stringify(place) },
      statements: [
        {
          sid: "ReadEventsAndLedgers",
          actions: ["s3:GetObject"],
          resources: ["enriched", "replays", "privacy/erasures"].map((folder) => `${arn}/${folder}/*`),
        },
        {
          sid: "FindErasures",
          actions: ["s3:ListBucket"],
          resources: [arn],
          conditions: { StringLike: { "s3:prefix": ["privacy/erasures/*"] } },
        },
        { sid: "KeepLedgers", actions: ["s3:PutObject"], resources: [`${arn}/replays/*`] },
        from.keys.masked.writeObjects(),
        from.keys.masked.encryptThrough("kinesis"),
        ...useKey(from.keys.masked, from.own),
        ...(streams.length === 0
          ? []
          : [
              // A function that goes on with a group looks for what the one before has put.
              {
                sid: "ReadBack",
                actions: ["kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards"],
                resources: streams.map(({ resource }) => resource.arn),
              },
              from.keys.masked.decryptThrough("kinesis"),
            ]),
      ],
    });
    this.#allowDestinations("replay_job", target, from.own, from.foreign);
    new ReplayJob(this, "replay", {
      name: physicalName(environment, "replay"),
      accountId: aws.accountId,
      region: aws.region,
      functionArn: target.aliasArn,
    });
    return target;
  }

  #allowDestinations(
    id: "router" | "replay_job",
    writer: PipelineFunction,
    own: readonly OwnDestination[],
    foreign: readonly ForeignDestination[],
  ): void {
    const { aws, environment } = this.#config;
    const targets = [
      ...own
        .filter(({ destination }) => destination.routes.length > 0)
        .map(({ destination: { kind }, resource: { name, arn } }) => {
          const { service, resource: type } = destinationKinds[kind];
          // Terraform fills the reference in; this long it is then.
          return { kind, arn, length: `arn:aws:${service}:${aws.region}:${aws.accountId}:${type}${name}`.length };
        }),
      ...foreign.map(({ kind, arn }) => ({ kind, arn, length: arn.length })),
    ];
    const statements = splitByPolicySize(targets, ({ length }) => length).map((part) => writeStatements(part));
    const keys = foreign.filter(({ kind }) => destinationFacts[kind].key !== undefined);
    if (keys.length > 0) statements.push(keys.map(encryptForForeign));
    for (const [index, statement] of statements.entries()) {
      const part = index + 1;
      const policy = new IamPolicy(this, `${id}_destinations_${part}`, {
        name: physicalName(environment, `${id.replace("_", "-")}-destinations-${part}`),
        description: "Destinations of the route documents",
        policy: policyDocument(statement),
      });
      new IamRolePolicyAttachment(this, `${id}_destinations_${part}_attachment`, {
        role: writer.serviceRole.role.name,
        policyArn: policy.arn,
      });
    }
  }

  #createDeliveries(from: {
    keys: Keys;
    lake: PrivateBucket;
    enriched: EventStream;
    badRows: EventStream;
  }): Deliveries {
    const { aws, delivery, environment, logs, packing } = this.#config;
    const common = { accountId: aws.accountId, bucket: from.lake, logs, logKey: from.keys.masked };
    return [
      {
        id: "enriched_delivery",
        source: from.enriched,
        delivery: new DeliveryStream(this, "enriched_delivery", {
          ...common,
          name: physicalName(environment, "enriched-to-lake"),
          source: from.enriched,
          folder: "enriched",
          isCompressed: packing.compression === "gzip",
          config: delivery.enriched,
          key: from.keys.masked,
        }),
      },
      {
        id: "bad_rows_delivery",
        source: from.badRows,
        delivery: new DeliveryStream(this, "bad_rows_delivery", {
          ...common,
          name: physicalName(environment, "bad-rows-to-lake"),
          source: from.badRows,
          folder: "bad-rows",
          isCompressed: false,
          config: delivery.badRows,
          // A bad row carries what it could not read, unmasked.
          key: from.keys.unmasked,
        }),
      },
    ];
  }

  #createWarehouse(from: {
    keys: Keys;
    lake: PrivateBucket;
    deliveries: Deliveries;
    contractViews: readonly WarehouseView[];
  }): Warehouse {
    const { adopt, aws, environment, warehouse } = this.#config;
    const [enriched, badRows] = from.deliveries;
    return new Warehouse(this, "warehouse", {
      roleName: physicalName(environment, "snowflake"),
      accountId: aws.accountId,
      config: warehouse,
      adopted: adopt?.warehouse,
      lake: from.lake,
      prefix: prefixOf(environment),
      signalKey: from.keys.masked,
      keys: [from.keys.masked, from.keys.unmasked],
      landings: [
        { id: "events", table: LANDED_EVENTS, prefix: enriched.delivery.prefix },
        { id: "bad_rows", table: LANDED_BAD_ROWS, prefix: badRows.delivery.prefix },
      ],
      dynamicTables,
      viewLayers: [
        { id: "", views: baseViews },
        { id: "", views: [duplicates, validationErrors, sourceQuality] },
        { id: "typed_", views: from.contractViews },
      ],
    });
  }

  #createEventService(raw: EventStream, frontDoor: FrontDoor, readers: readonly ITerraformDependable[]): void {
    const { aws, environment, ingest, logs } = this.#config;
    const digest = new TerraformVariable(this, "ingest_image_digest", {
      type: "string",
      description: "Digest of the event service's image, as the repository names it: sha256:…",
      nullable: false,
      ...(ingest.image.digest === undefined ? {} : { default: ingest.image.digest }),
    });
    digest.addValidation({
      condition: Fn.can(Fn.regex("^sha256:[0-9a-f]{64}$", digest.stringValue)),
      errorMessage: "ingest_image_digest is not a digest such as sha256:0123…; a tag can move to another image.",
    });
    // Without another digest, the next plan takes this one.
    new TerraformOutput(this, "ingest_image_digest_output", {
      description: "Digest of the event service's image that was deployed last",
      value: digest.stringValue,
    }).overrideLogicalId("ingest_image_digest");
    new EventService(this, "ingest", {
      environment,
      roleName: physicalName(environment, "ingest"),
      aws,
      config: ingest,
      logLevel: logs.level,
      raw,
      frontDoor,
      writeKeys: this.#createSecret("write_keys", "write-keys", ingest.writeKeys),
      image: `${ingest.image.repository}@${digest.stringValue}`,
      dependsOn: readers,
    });
  }

  #createWatch(watched: Watched, key: DataKey): void {
    const { alarms, aws, environment } = this.#config;
    const prefix = prefixOf(environment);
    const topic = (id: string, purpose: string, { emails, webhook }: typeof alarms.page, variable: string): string =>
      new AlarmTopic(this, id, {
        name: physicalName(environment, purpose),
        key,
        emails,
        webhookVariable: webhook ? variable : undefined,
      }).arn;
    const topics = {
      page: topic("alarm_topic", "alarms", alarms.page, "page_webhook"),
      ticket: topic("ticket_topic", "tickets", alarms.ticket, "ticket_webhook"),
    };
    const { goal } = this.#config.objectives;
    const objectives = objectivesOf(watched, this.#config);
    new Alarms(this, "alarm", { prefix, topics, config: alarms, goal, objectives, watched });
    new Dashboard(this, "dashboard", { name: prefix, region: aws.region, watched });
    new ObjectiveDashboard(this, "objectives", { name: `${prefix}-objectives`, region: aws.region, goal, objectives });
    new TerraformOutput(this, "objectives_output", {
      description: "Promises of the pipeline, with what a bad period of five minutes is",
      value: {
        goal,
        window_days: WINDOW_DAYS,
        period_seconds: PERIOD_SECONDS,
        objectives: objectives.map((item) => describeObjective(item, prefix)),
      },
    }).overrideLogicalId("objectives");
  }

  #createOutputs(
    { raw, enriched, badRows, destinations, hops, canaries }: Watched,
    lake: PrivateBucket,
    replayJob: PipelineFunction | undefined,
  ): void {
    const { ingest, warehouse } = this.#config;
    new TerraformOutput(this, "stream_names", {
      description: "Streams by purpose",
      value: {
        raw: raw.nameReference,
        enriched: enriched.nameReference,
        bad_rows: badRows.nameReference,
        destinations: destinations.filter(isStream).map(({ resource }) => resource.nameReference),
      },
    });
    new TerraformOutput(this, "destinations", {
      description: "Destinations of routes, but streams, by kind",
      value: Object.fromEntries(
        otherKinds.map(({ kind, plural }) => [
          plural.toLowerCase(),
          destinations
            .filter(({ destination }) => destination.kind === kind)
            .map(({ resource }) => resource.nameReference),
        ]),
      ),
    });
    new TerraformOutput(this, "planning", {
      description: "What a capacity plan needs beside the resources: per cent of the events that a destination is for",
      value: {
        destination_shares: Object.fromEntries(
          destinations.map(({ destination: { name } }) => [name, destinationStream(this.#config, name).share]),
        ),
        warehouse_edition: warehouse.edition,
      },
    });
    new TerraformOutput(this, "functions", {
      description: "Functions by name, with the version that was published last and the alias that runs one",
      value: Object.fromEntries(
        [
          ...hops,
          ...(canaries === undefined ? [] : [canaries.sender]),
          ...(replayJob === undefined ? [] : [{ name: "replay_job", function: replayJob }]),
        ].map(({ name, function: { nameReference, publishedVersion } }) => [
          name,
          { name: nameReference, published_version: publishedVersion, alias: LIVE_ALIAS },
        ]),
      ),
    });
    new TerraformOutput(this, "lake_bucket", {
      description: "Bucket of events, bad rows and dead letters",
      value: lake.id,
    });
    new TerraformOutput(this, "event_endpoint", { value: `https://${ingest.host}/v1/events` });
    if (ingest.localWriteKey !== undefined) {
      new TerraformOutput(this, "local_write_key", {
        description: "Public development key: it opens nothing but this stack on a laptop",
        value: ingest.localWriteKey,
      });
    }
  }

  #createSecret(id: string, purpose: string, config: SecretConfig): RuntimeSecret {
    const { aws, environment } = this.#config;
    return new RuntimeSecret(this, id, { name: `millrace/${environment}/${purpose}`, region: aws.region, config });
  }
}

/**
 * First folder of undelivered events in the lake; below it one for each application and stream. No pipe looks
 * there: a dead destination would have it load a file for every batch.
 */
const UNDELIVERED = "undelivered";

const isForeign = (destination: RouteDestination): destination is ForeignDestination => destination.arn !== undefined;
const isStream = ({ destination }: OwnDestination): boolean => destination.kind === "kinesis";
const isOurs = (destination: RouteDestination): boolean => !isForeign(destination);

/** The kinds of these destinations, each once. */
const kindsOf = (destinations: readonly RouteDestination[]): readonly KindName[] =>
  kindsWithFacts.map(({ kind }) => kind).filter((kind) => destinations.some((one) => one.kind === kind));

/** One statement for each kind there is. */
function writeStatements(targets: readonly { readonly kind: KindName; readonly arn: string }[]): Statement[] {
  return kindsWithFacts.flatMap(({ kind, writeSid: sid, writeActions: actions }): Statement[] => {
    const resources = targets.filter((target) => target.kind === kind).map(({ arn }) => arn);
    return resources.length === 0 ? [] : [{ sid, actions, resources }];
  });
}

/** The key's use by a writer, for each kind there is but streams: every writer of those has it anyway. */
const useKey = (dataKey: DataKey, own: readonly OwnDestination[]): readonly Statement[] =>
  otherKinds
    .filter(({ kind }) => own.some(({ destination }) => destination.kind === kind))
    .flatMap(({ key, service }) => (key === undefined ? [] : [dataKey.useThrough(service, key.verb, key.actions)]));

const tagsOf = ({ application, owner, routes }: RouteDestination): Readonly<Record<string, string>> => ({
  consumer: application,
  "consumer-owner": owner,
  ...(routes.length === 0 ? { routes: "none" } : {}),
});

/**
 * Which key encrypts a stream or queue of another account is that account's business, so the statement allows every key
 * there that is, but only for this destination: the encryption context names it. A bus uses its key by itself.
 */
function encryptForForeign({ arn, kind }: ForeignDestination, index: number): Statement {
  const { region, accountId } = parseDestinationArn(arn, destinationKinds[kind]) ?? { region: "", accountId: "" };
  const { property, service } = destinationKinds[kind];
  return {
    sid: `EncryptForForeign${property.replace(/^./, (letter) => letter.toUpperCase())}${index + 1}`,
    actions: destinationFacts[kind].key?.actions ?? [],
    resources: [`arn:aws:kms:${region}:${accountId}:key/*`],
    conditions: {
      StringEquals: {
        "kms:ViaService": `${service}.${region}.amazonaws.com`,
        [`kms:EncryptionContext:aws:${service}:arn`]: arn,
      },
    },
  };
}

/** Each object by its exact ARN, and the keys that options name. */
function readLookups({ objects }: EnvironmentLookups): readonly Statement[] {
  if (objects.length === 0) return [];
  const keys = [...new Set(objects.flatMap(({ kmsKeyArn }) => kmsKeyArn ?? []))];
  return [
    { sid: "ReadLookups", actions: ["s3:GetObject"], resources: objects.map(({ arn }) => arn) },
    ...(keys.length === 0 ? [] : [{ sid: "DecryptLookups", actions: ["kms:Decrypt"], resources: keys }]),
  ];
}
