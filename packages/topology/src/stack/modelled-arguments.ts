import { modelledKinds } from "../destinations/models.ts";
import { StackError } from "../errors.ts";
import type { Resource } from "./terraform-json.ts";

/** The arguments of each type that are read; everything else (policies, alarms, roles …) is the cloud's. */
export const readArguments: Readonly<Record<string, readonly string[]>> = {
  aws_kinesis_stream: ["name", "shard_count", "retention_period", "stream_mode_details", "max_record_size_in_kib"],
  aws_lambda_function: [
    "function_name",
    "filename",
    "source_code_hash",
    "handler",
    "runtime",
    "memory_size",
    "timeout",
  ],
  aws_lambda_event_source_mapping: [
    "event_source_arn",
    "function_name",
    "batch_size",
    "maximum_batching_window_in_seconds",
    "parallelization_factor",
    "maximum_retry_attempts",
    "maximum_record_age_in_seconds",
    "bisect_batch_on_function_error",
    "function_response_types",
    "starting_position",
    "destination_config",
    "enabled",
  ],
  aws_kinesis_firehose_delivery_stream: ["name", "kinesis_source_configuration", "extended_s3_configuration"],
  aws_cloudwatch_metric_alarm: [
    "alarm_actions",
    "alarm_name",
    "alarm_description",
    "namespace",
    "metric_name",
    "dimensions",
    "statistic",
    "extended_statistic",
    "period",
    "metric_query",
    "evaluation_periods",
    "datapoints_to_alarm",
    "threshold",
    "comparison_operator",
    "treat_missing_data",
  ],
  aws_sns_topic: ["name"],
  aws_s3_bucket: ["bucket"],
  aws_s3_object: ["bucket", "key", "source"],
  aws_s3_bucket_notification: ["bucket", "queue"],
  aws_scheduler_schedule: ["name", "schedule_expression", "target"],
  snowflake_table: ["name", "column"],
  snowflake_dynamic_table: ["name", "query"],
  snowflake_view: ["name", "statement"],
  snowflake_stage: ["name", "url"],
  snowflake_pipe: ["name", "copy_statement"],
  kubernetes_deployment_v1: ["metadata", "spec"],
  aws_secretsmanager_secret: ["name"],
  aws_secretsmanager_secret_version: ["secret_id", "secret_string"],
  ...Object.fromEntries(modelledKinds.map(({ resourceType, model }) => [resourceType, ["name", ...model.arguments]])),
};

/** Arguments of every resource that say how Terraform treats it. */
const metaArguments = ["//", "depends_on", "lifecycle", "provider", "region", "tags", "timeouts"];

/**
 * Arguments of the types that carry events which change nothing of what arrives where: keys, roles, names in a console.
 * Any other argument would make the cloud behave differently from this machine.
 */
const harmlessArguments: Readonly<Record<string, readonly string[]>> = {
  aws_kinesis_stream: ["encryption_type", "enforce_consumer_deletion", "kms_key_id", "shard_level_metrics"],
  aws_lambda_function: [
    "architectures",
    "code_signing_config_arn",
    "description",
    // Read one by one, because some are known only after an apply.
    "environment",
    "kms_key_arn",
    "logging_config",
    "package_type",
    "publish",
    "role",
    "tracing_config",
  ],
  aws_lambda_event_source_mapping: ["kms_key_arn", "metrics_config"],
  aws_kinesis_firehose_delivery_stream: ["destination", "server_side_encryption"],
  aws_scheduler_schedule: ["description", "flexible_time_window"],
  ...Object.fromEntries(modelledKinds.map(({ resourceType, model }) => [resourceType, model.harmlessArguments])),
};

/** As above, in the block that describes where a delivery stream writes. */
const s3BlockArguments: readonly string[] = [
  "bucket_arn",
  "buffering_interval",
  "buffering_size",
  "cloudwatch_logging_options",
  "compression_format",
  "error_output_prefix",
  "file_extension",
  "kms_key_arn",
  "prefix",
  "role_arn",
];

/**
 * Refuses a resource with an argument that nothing here models, such as `filter_criteria` of a mapping: the run would
 * show events that the cloud would not.
 *
 * @throws StackError naming the resource and the argument
 */
export function refuseUnmodelled({ type, name, arguments: given }: Resource): void {
  const harmless = harmlessArguments[type];
  if (harmless === undefined) return;
  const known = [...(readArguments[type] ?? []), ...harmless, ...metaArguments];
  for (const [argument, value] of Object.entries(given)) {
    if (known.includes(argument) || isUnset(value)) continue;
    refuse(`${type}.${name}`, argument);
  }
  for (const block of blocksOf(given["extended_s3_configuration"])) {
    for (const [argument, value] of Object.entries(block)) {
      if (s3BlockArguments.includes(argument) || isUnset(value)) continue;
      // Prefixes are made in UTC.
      if (argument === "custom_time_zone" && value === "UTC") continue;
      refuse(`${type}.${name}`, `extended_s3_configuration.${argument}`);
    }
  }
}

function refuse(address: string, argument: string): never {
  throw new StackError(
    `${address}: argument \`${argument}\` is not modelled, so this stack would behave differently here than on AWS. Take the argument out of the stack, or try it in an account.`,
  );
}

function isUnset(value: unknown): boolean {
  return value === null || value === undefined || (Array.isArray(value) && value.length === 0);
}

function blocksOf(value: unknown): readonly object[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((item) => typeof item === "object" && item !== null);
}
