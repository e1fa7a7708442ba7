import { destinationKinds } from "@millrace/destinations/kinds";
import { CapacityError } from "../errors.ts";
import type { Plant, PlantDelivery, PlantFunction, PlantService, PlantStream, StreamPurpose } from "./plant.ts";

type Values = Readonly<Record<string, unknown>>;

/** A synthesized stack, `cdk.tf.json`, as far as this program looks into it. */
export interface StackJson {
  readonly resource: Readonly<Record<string, Readonly<Record<string, Values>>>>;
  readonly output?: Readonly<Record<string, { readonly value?: unknown }>>;
}

const DESTINATION = "destination_";

/**
 * Reads what capacity and price depend on.
 *
 * @param stage name of the environment, the prefix of its names
 * @throws CapacityError when a resource that every stack has is missing, or a name has odd characters: the stack of a
 *   pull request is somebody else's text, and what is read here ends in a comment
 */
export function readStack({ resource, output = {} }: StackJson, stage: string): Plant {
  const each = (type: string): readonly (readonly [id: string, values: Values])[] =>
    Object.entries(resource[type] ?? {});
  const one = (type: string, id: string): Values => {
    const found = resource[type]?.[id];
    if (found === undefined)
      throw new CapacityError(`The stack of ${stage} has no ${type}.${id}; run "pnpm synth" again.`);
    return found;
  };
  const planning = fieldOf(output["planning"]?.value);
  const shares = fieldOf(planning["destination_shares"]);
  const shareOf = (name: string): number => numberOf(shares[name]) / 100;
  const readersOf = (id: string): number =>
    each("aws_lambda_event_source_mapping").filter(([, { event_source_arn: arn }]) => refersTo(arn, id)).length +
    each("aws_kinesis_firehose_delivery_stream").filter(([, values]) =>
      refersTo(fieldOf(values["kinesis_source_configuration"])["kinesis_stream_arn"], id),
    ).length;
  const nameOf = (id: string): string => plainName(id.replace(DESTINATION, ""));
  const streams = each("aws_kinesis_stream").map(([id, values]): PlantStream => {
    const purpose = purposeOf(id);
    const isProvisioned = fieldOf(values["stream_mode_details"])["stream_mode"] === "PROVISIONED";
    return {
      name: nameOf(id),
      purpose,
      shards: isProvisioned ? numberOf(values["shard_count"]) : undefined,
      retentionHours: numberOf(values["retention_period"]),
      share: purpose === "destination" ? shareOf(nameOf(id)) : undefined,
      // One consumer at least is what a destination is for.
      readers: purpose === "destination" ? 1 : readersOf(id),
    };
  });
  return {
    stage: plainName(stage),
    streams: streams.toSorted((left, right) => order.indexOf(left.purpose) - order.indexOf(right.purpose)),
    functions: (["enrichment", "router"] as const).map((name): PlantFunction => {
      const { memory_size: memory, reserved_concurrent_executions: reserved } = one("aws_lambda_function", name);
      const mapping = one("aws_lambda_event_source_mapping", `${name}_mapping`);
      return {
        name,
        memoryMebibytes: numberOf(memory),
        batchSize: numberOf(mapping["batch_size"]),
        windowSeconds: numberOf(mapping["maximum_batching_window_in_seconds"]),
        parallelization: numberOf(mapping["parallelization_factor"]),
        reservedConcurrency: reserved === undefined ? undefined : numberOf(reserved),
      };
    }),
    lanes: lanesOf(one("aws_lambda_function", "enrichment")),
    isCompressed: variablesOf(one("aws_lambda_function", "enrichment"))["ENRICHED_COMPRESSION"] === "gzip",
    deliveries: (["enriched", "badRows"] as const).map((purpose): PlantDelivery => {
      const id = purpose === "enriched" ? "enriched_delivery" : "bad_rows_delivery";
      const target = fieldOf(one("aws_kinesis_firehose_delivery_stream", id)["extended_s3_configuration"]);
      return {
        name: id.replace("_delivery", "").replace("_", "-"),
        purpose,
        bufferSeconds: numberOf(target["buffering_interval"]),
        bufferMebibytes: numberOf(target["buffering_size"]),
      };
    }),
    messageDestinations: Object.values(destinationKinds)
      .filter(({ dollarsPerMillion }) => dollarsPerMillion !== undefined)
      .flatMap(({ kind, resourceType }) =>
        each(resourceType)
          .filter(([id]) => id.startsWith(DESTINATION))
          .map(([id]) => ({ name: nameOf(id), kind, share: shareOf(nameOf(id)) })),
      ),
    service: readService(resource, stage),
    warehouse: { edition: planning["warehouse_edition"] === "standard" ? "standard" : "enterprise" },
    monitoring: {
      alarms: each("aws_cloudwatch_metric_alarm").length,
      alarmMetrics: each("aws_cloudwatch_metric_alarm").reduce((sum, [, alarm]) => sum + metricsRead(alarm), 0),
      dashboards: each("aws_cloudwatch_dashboard").length,
      measuredRoutes: new Set(each("aws_cloudwatch_metric_alarm").flatMap(([, alarm]) => routesRead(alarm))).size,
    },
    firewallRules: (each("aws_wafv2_web_acl")[0]?.[1]["rule"] as readonly unknown[] | undefined)?.length,
  };
}

const variablesOf = ({ environment }: Values): Values => fieldOf(fieldOf(environment)["variables"]);

function lanesOf(enrichment: Values): number | undefined {
  const { ENRICHED_LANES: lanes } = variablesOf(enrichment);
  return typeof lanes === "string" && Number.isInteger(Math.log2(Number(lanes))) ? Number(lanes) : undefined;
}

const order: readonly StreamPurpose[] = ["raw", "enriched", "badRows", "destination"];

function purposeOf(id: string): StreamPurpose {
  if (id === "raw" || id === "enriched") return id;
  return id === "bad_rows" ? "badRows" : "destination";
}

function readService(resource: StackJson["resource"], stage: string): PlantService {
  const [scaler] = Object.values(resource["kubernetes_horizontal_pod_autoscaler_v2"] ?? {});
  const [workload] = Object.values(
    resource["kubernetes_deployment_v1"] ?? resource["kubernetes_stateful_set_v1"] ?? {},
  );
  if (scaler === undefined || workload === undefined) {
    throw new CapacityError(`The stack of ${stage} has no event service; run "pnpm synth" again.`);
  }
  const spec = fieldOf(scaler["spec"]);
  const target = fieldOf(fieldOf(fieldOf(listOf(spec["metric"])[0])["resource"])["target"]);
  const pod = fieldOf(fieldOf(fieldOf(workload["spec"])["template"])["spec"]);
  const requests = fieldOf(fieldOf(fieldOf(listOf(pod["container"])[0])["resources"])["requests"]);
  return {
    minReplicas: numberOf(spec["min_replicas"]),
    maxReplicas: numberOf(spec["max_replicas"]),
    millicores: Number.parseInt(String(requests["cpu"]), 10),
    targetCpu: numberOf(target["average_utilization"]),
  };
}

/** An expression costs as much as the metrics that it reads. */
function metricsRead({ metric_query: queries }: Values): number {
  if (!Array.isArray(queries)) return 1;
  return (queries as readonly { readonly metric?: unknown }[]).filter(({ metric }) => metric !== undefined).length;
}

/** Routes whose metrics an alarm reads. */
function routesRead({ metric_query: queries }: Values): readonly string[] {
  return listOf(queries).flatMap((query) => {
    const { route } = fieldOf(fieldOf(fieldOf(query)["metric"])["dimensions"]);
    return typeof route === "string" ? [route] : [];
  });
}

const refersTo = (reference: unknown, id: string): boolean => reference === `\${aws_kinesis_stream.${id}.arn}`;
const fieldOf = (value: unknown): Values => (typeof value === "object" && value !== null ? (value as Values) : {});
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const numberOf = (value: unknown): number => (typeof value === "number" && Number.isFinite(value) ? value : 0);

function plainName(name: string): string {
  if (!/^[\w.-]{1,128}$/.test(name))
    throw new CapacityError(`${JSON.stringify(name)} is no name of a stream or stage.`);
  return name.replaceAll("_", "-");
}
