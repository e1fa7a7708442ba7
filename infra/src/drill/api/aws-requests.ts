import { kindsWithFacts } from "../../destinations/facts.ts";
import { isObject, type ObjectValue } from "../provider/dynamic-value.ts";
import type { Differences } from "./build-request.ts";

/** One request that the provider sends for a resource of a type. */
export interface RequestRule extends Differences {
  /** `service:Operation` */
  readonly call: string;
  /** Sent only then. */
  readonly when?: (state: ObjectValue) => boolean;
  /** Returns members of the request that come from elsewhere in the state. */
  readonly state?: (state: ObjectValue) => ObjectValue;
}

/** Only the calls' members that differ in name from the resource's attributes are written down. */
export const awsRequests: Readonly<Record<string, readonly RequestRule[]>> = {
  ...Object.fromEntries(kindsWithFacts.flatMap(({ drill }) => Object.entries(drill.requests))),
  aws_cloudwatch_composite_alarm: [{ call: "cloudwatch:PutCompositeAlarm" }],
  aws_cloudwatch_dashboard: [{ call: "cloudwatch:PutDashboard" }],
  aws_cloudwatch_log_group: [
    { call: "logs:CreateLogGroup", names: { logGroupName: "name", logGroupClass: "log_group_class" } },
    {
      call: "logs:PutRetentionPolicy",
      names: { logGroupName: "name", retentionInDays: "retention_in_days" },
      when: ({ retention_in_days: days }) => typeof days === "number" && days > 0,
    },
  ],
  aws_cloudwatch_log_stream: [{ call: "logs:CreateLogStream", names: { logStreamName: "name" } }],
  aws_cloudwatch_metric_alarm: [
    {
      call: "cloudwatch:PutMetricAlarm",
      names: { Metrics: "metric_query", MetricStat: "metric", OKActions: "ok_actions" },
      flat: ["Metric"],
    },
  ],
  aws_iam_policy: [{ call: "iam:CreatePolicy", names: { PolicyName: "name", PolicyDocument: "policy" } }],
  aws_iam_role: [
    { call: "iam:CreateRole", names: { RoleName: "name", AssumeRolePolicyDocument: "assume_role_policy" } },
  ],
  aws_iam_role_policy: [
    { call: "iam:PutRolePolicy", names: { RoleName: "role", PolicyName: "name", PolicyDocument: "policy" } },
  ],
  aws_iam_role_policy_attachment: [{ call: "iam:AttachRolePolicy", names: { RoleName: "role" } }],
  aws_kinesis_firehose_delivery_stream: [
    {
      call: "firehose:CreateDeliveryStream",
      names: {
        DeliveryStreamName: "name",
        KinesisStreamSourceConfiguration: "kinesis_source_configuration",
        ExtendedS3DestinationConfiguration: "extended_s3_configuration",
        SizeInMBs: "buffering_size",
        IntervalInSeconds: "buffering_interval",
        // Blocks that only other destinations have, under names that this one has too.
        S3DestinationConfiguration: "s3_configuration",
      },
      values: { DeliveryStreamType: "KinesisStreamAsSource" },
      state: flattenedDelivery,
    },
  ],
  aws_kms_alias: [{ call: "kms:CreateAlias", names: { AliasName: "name" } }],
  aws_kms_key: [
    { call: "kms:CreateKey", names: { Origin: "none", KeySpec: "customer_master_key_spec", XksKeyId: "none" } },
  ],
  aws_lambda_alias: [{ call: "lambda:CreateAlias" }],
  aws_lambda_event_source_mapping: [
    { call: "lambda:CreateEventSourceMapping", names: { Destination: "destination_arn", UUID: "none" } },
  ],
  aws_lambda_function: [
    {
      call: "lambda:CreateFunction",
      names: { Environment: "environment", Code: "none", Mode: "mode", ImageConfig: "image_config" },
      values: { Code: {} },
    },
  ],
  aws_lambda_permission: [{ call: "lambda:AddPermission" }],
  aws_route53_record: [
    {
      call: "route53:ChangeResourceRecordSets",
      names: { HostedZoneId: "zone_id", AliasTarget: "alias", DNSName: "name", ResourceRecords: "none" },
      state: (state) => ({
        ...state,
        change_batch: [{ changes: [{ action: "UPSERT", resource_record_set: [state] }] }],
      }),
    },
  ],
  aws_s3_bucket: [{ call: "s3:CreateBucket", names: { ACL: "none" } }],
  aws_s3_bucket_lifecycle_configuration: [
    {
      call: "s3:PutBucketLifecycleConfiguration",
      names: {
        LifecycleConfiguration: "self",
        Rules: "rule",
        ID: "id",
        AbortIncompleteMultipartUpload: "abort_incomplete_multipart_upload",
      },
      state: wrapped,
    },
  ],
  aws_s3_bucket_logging: [
    {
      call: "s3:PutBucketLogging",
      names: { BucketLoggingStatus: "self", LoggingEnabled: "self" },
      state: (state) => ({ ...state, self: [{ ...state, self: [state] }] }),
    },
  ],
  aws_s3_bucket_notification: [
    {
      call: "s3:PutBucketNotificationConfiguration",
      names: {
        NotificationConfiguration: "self",
        QueueConfigurations: "queue",
        TopicConfigurations: "topic",
        LambdaFunctionConfigurations: "lambda_function",
        EventBridgeConfiguration: "none",
        Filter: "none",
      },
      state: wrapped,
    },
  ],
  aws_s3_bucket_ownership_controls: [
    { call: "s3:PutBucketOwnershipControls", names: { OwnershipControls: "self", Rules: "rule" }, state: wrapped },
  ],
  aws_s3_bucket_policy: [{ call: "s3:PutBucketPolicy" }],
  aws_s3_bucket_public_access_block: [
    { call: "s3:PutPublicAccessBlock", names: { PublicAccessBlockConfiguration: "self" }, state: wrapped },
  ],
  aws_s3_bucket_server_side_encryption_configuration: [
    {
      call: "s3:PutBucketEncryption",
      names: {
        ServerSideEncryptionConfiguration: "self",
        Rules: "rule",
        SSEAlgorithm: "sse_algorithm",
        KMSMasterKeyID: "kms_master_key_id",
        BlockedEncryptionTypes: "none",
      },
      state: wrapped,
    },
  ],
  aws_s3_bucket_versioning: [{ call: "s3:PutBucketVersioning" }],
  aws_s3_object: [{ call: "s3:PutObject", names: { Body: "none", Tagging: "none", Metadata: "metadata" } }],
  aws_secretsmanager_secret: [{ call: "secretsmanager:CreateSecret" }],
  aws_secretsmanager_secret_version: [{ call: "secretsmanager:PutSecretValue" }],
  aws_scheduler_schedule: [{ call: "scheduler:CreateSchedule" }],
  aws_sns_topic: [
    {
      call: "sns:CreateTopic",
      names: { Attributes: "attributes" },
      state: (state) => ({
        name: state["name"] ?? null,
        attributes: { KmsMasterKeyId: state["kms_master_key_id"] ?? null },
      }),
    },
  ],
  aws_sns_topic_subscription: [{ call: "sns:Subscribe", names: { Attributes: "none" } }],
  aws_wafv2_web_acl: [{ call: "wafv2:CreateWebACL" }],
  aws_wafv2_web_acl_association: [{ call: "wafv2:AssociateWebACL", names: { WebACLArn: "web_acl_arn" } }],
};

/** S3 wraps into a structure what Terraform has at the top of the resource. */
function wrapped(state: ObjectValue): ObjectValue {
  return { ...state, self: [state] };
}

/** The provider has the hints of the buffer and the key beside, not in structures of their own. */
function flattenedDelivery(state: ObjectValue): ObjectValue {
  const [s3] = Array.isArray(state["extended_s3_configuration"])
    ? (state["extended_s3_configuration"] as readonly ObjectValue[])
    : [];
  if (!isObject(s3)) return state;
  return {
    ...state,
    extended_s3_configuration: [
      {
        ...s3,
        buffering_hints: [s3],
        encryption_configuration: [{ kms_encryption_config: [{ aws_kms_key_arn: s3["kms_key_arn"] ?? null }] }],
      },
    ],
  };
}
