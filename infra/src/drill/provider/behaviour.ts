import { kindsWithFacts } from "../../destinations/facts.ts";

/**
 * How providers treat single attributes: facts that no schema holds. Each names the source in the provider's
 * documentation or code. A type that is not listed changes in place and keeps its computed values.
 */
export interface TypeBehaviour {
  /** A change of one of these replaces the resource. */
  readonly forcesNew?: readonly string[];
  /** Computed attributes that an update makes unknown, and the arguments whose change does so (default: any). */
  readonly recomputes?: { readonly attributes: readonly string[]; readonly on?: readonly string[] };
}

/**
 * Arguments of a function whose change publishes a version. resourceaws_lambda_function: `needsFunctionCodeUpdate`,
 * `needsFunctionConfigUpdate`.
 */
const functionCodeAndConfig = [
  "source_code_hash",
  "filename",
  "image_uri",
  "environment",
  "memory_size",
  "timeout",
  "handler",
  "runtime",
  "kms_key_arn",
  "description",
  "role",
  "layers",
  "logging_config",
];

/** Nested attributes (`kinesis_source_configuration`) count whole. */
const behaviours: Readonly<Record<string, TypeBehaviour>> = {
  // Documentation of hashicorp/aws 6.25.0: "Forces new resource" on the page of each type
  ...Object.fromEntries(kindsWithFacts.flatMap(({ drill }) => Object.entries(drill.behaviours))),
  aws_cloudwatch_dashboard: { forcesNew: ["dashboard_name"] },
  aws_cloudwatch_log_group: { forcesNew: ["name"] },
  aws_cloudwatch_log_stream: { forcesNew: ["name", "log_group_name"] },
  aws_cloudwatch_metric_alarm: { forcesNew: ["alarm_name"] },
  aws_iam_policy: { forcesNew: ["name", "description", "path"] },
  aws_iam_role: { forcesNew: ["name"] },
  aws_iam_role_policy: { forcesNew: ["name", "role"] },
  aws_iam_role_policy_attachment: { forcesNew: ["role", "policy_arn"] },
  aws_kinesis_firehose_delivery_stream: { forcesNew: ["name", "destination", "kinesis_source_configuration"] },
  aws_kms_alias: { forcesNew: ["name"] },
  aws_lambda_alias: { forcesNew: ["name", "function_name"] },
  aws_lambda_event_source_mapping: {
    forcesNew: ["event_source_arn", "starting_position", "starting_position_timestamp"],
  },
  aws_lambda_function: {
    forcesNew: ["function_name", "package_type"],
    recomputes: {
      attributes: ["version", "qualified_arn", "qualified_invoke_arn", "last_modified"],
      on: functionCodeAndConfig,
    },
  },
  aws_route53_record: { forcesNew: ["name", "type", "zone_id"] },
  aws_s3_bucket: { forcesNew: ["bucket"] },
  aws_s3_bucket_notification: { forcesNew: ["bucket"] },
  aws_s3_bucket_policy: { forcesNew: ["bucket"] },
  aws_s3_object: { forcesNew: ["bucket", "key"], recomputes: { attributes: ["etag", "version_id"] } },
  aws_scheduler_schedule: { forcesNew: ["name", "group_name"] },
  aws_sns_topic: { forcesNew: ["name"] },
  aws_sns_topic_subscription: { forcesNew: ["endpoint", "protocol", "topic_arn"] },
  aws_wafv2_web_acl: { forcesNew: ["scope"] },
  // Documentation of snowflakedb/snowflake 2.11.0
  snowflake_pipe: { forcesNew: ["name", "database", "schema", "copy_statement", "auto_ingest"] },
  snowflake_stage: { forcesNew: ["name", "database", "schema"] },
  snowflake_storage_integration: {
    forcesNew: ["name", "type"],
    recomputes: { attributes: ["describe_output"] },
  },
  snowflake_dynamic_table: { forcesNew: ["name", "database", "schema", "query", "refresh_mode", "initialize"] },
  snowflake_table: { forcesNew: ["name", "database", "schema"] },
  snowflake_database: { recomputes: { attributes: ["fully_qualified_name"], on: ["name"] } },
  snowflake_file_format: { forcesNew: ["name", "database", "schema", "format_type"] },
  snowflake_grant_privileges_to_account_role: {
    forcesNew: ["account_role_name", "on_account_object", "on_schema", "on_schema_object"],
  },
  snowflake_view: { recomputes: { attributes: ["show_output", "describe_output"] } },
};

export const forcesNew = (type: string): readonly string[] => behaviours[type]?.forcesNew ?? [];

/** Computed attributes that get a new value when an update changes the given arguments. */
export function recomputed(type: string, changed: readonly string[]): readonly string[] {
  const { attributes = [], on } = behaviours[type]?.recomputes ?? {};
  const isDue = changed.some((name) => on === undefined || on.includes(name));
  return isDue ? attributes : [];
}
