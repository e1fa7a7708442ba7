import type { PlannedResource } from "../synthesized-plan.ts";
import type { RequestContext } from "./iam-evaluation.ts";

/** Calls of Terraform's AWS provider for resources of one type, and the IAM resource of each. */
export interface TerraformCalls {
  readonly read: readonly string[];
  readonly write: readonly string[];
  /** ARN that the calls are about; `*` where the actions know none. */
  readonly arn: (resource: PlannedResource, account: Account) => string;
  readonly context?: (resource: PlannedResource, account: Account) => RequestContext;
}

export interface Account {
  readonly accountId: string;
  readonly region: string;
  readonly environment: string;
  readonly prefix: string;
}

const regional = (service: string, id: string, { accountId, region }: Account): string =>
  `arn:aws:${service}:${region}:${accountId}:${id}`;
const tagged = (_: PlannedResource, { environment }: Account): RequestContext => ({
  "aws:ResourceTag/application": "millrace",
  "aws:ResourceTag/environment": environment,
  "aws:RequestTag/application": "millrace",
  "aws:RequestTag/environment": environment,
});
const boundary = (_: PlannedResource, { accountId, environment }: Account): RequestContext => ({
  "iam:PermissionsBoundary": `arn:aws:iam::${accountId}:policy/millrace-ci/millrace-${environment}-boundary`,
});
/** A name that a reference leads to stands in the text of the plan only as that reference. */
const named = (name: string, { prefix }: Account): string => (name.includes("${") ? `${prefix}-anything` : name);
const bucket = ({ args }: PlannedResource, account: Account): string =>
  `arn:aws:s3:::${String(args.bucket).includes("${") ? `${account.prefix}-lake-${account.accountId}` : args.bucket}`;
const role = ({ args }: PlannedResource, account: Account): string =>
  `arn:aws:iam::${account.accountId}:role/${named(String(args.role ?? args.name), account)}`;

const onBucket = (read: readonly string[], write: readonly string[]): TerraformCalls => ({ read, write, arn: bucket });

/**
 * Facts about terraform-provider-aws 6, from its resources' code (https://github.com/hashicorp/terraform-provider-aws),
 * by type. A type that is new in the stacks has to be added: then the test shows whether the roles of CI may handle it.
 */
export const terraformCalls: Readonly<Record<string, TerraformCalls>> = {
  aws_scheduler_schedule: {
    read: ["scheduler:GetSchedule"],
    write: ["scheduler:CreateSchedule", "scheduler:DeleteSchedule", "scheduler:UpdateSchedule"],
    arn: ({ args }, account) => regional("scheduler", `schedule/default/${args.name}`, account),
  },
  aws_kinesis_stream: {
    read: ["kinesis:DescribeStreamSummary", "kinesis:ListTagsForStream"],
    write: [
      "kinesis:CreateStream",
      "kinesis:DeleteStream",
      "kinesis:IncreaseStreamRetentionPeriod",
      "kinesis:DecreaseStreamRetentionPeriod",
      "kinesis:UpdateShardCount",
      "kinesis:UpdateStreamMode",
      "kinesis:UpdateMaxRecordSize",
      "kinesis:StartStreamEncryption",
      "kinesis:StopStreamEncryption",
      "kinesis:AddTagsToStream",
      "kinesis:RemoveTagsFromStream",
    ],
    arn: ({ args }, account) => regional("kinesis", `stream/${args.name}`, account),
  },
  aws_sqs_queue: {
    read: ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ListQueueTags"],
    write: ["sqs:CreateQueue", "sqs:SetQueueAttributes", "sqs:DeleteQueue", "sqs:TagQueue", "sqs:UntagQueue"],
    arn: ({ args }, account) => regional("sqs", String(args.name), account),
  },
  aws_sqs_queue_policy: {
    read: ["sqs:GetQueueAttributes"],
    write: ["sqs:SetQueueAttributes"],
    arn: (_, account) => regional("sqs", `${account.prefix}-anything`, account),
  },
  aws_cloudwatch_event_bus: {
    read: ["events:DescribeEventBus", "events:ListTagsForResource"],
    write: [
      "events:CreateEventBus",
      "events:UpdateEventBus",
      "events:DeleteEventBus",
      "events:TagResource",
      "events:UntagResource",
    ],
    arn: ({ args }, account) => regional("events", `event-bus/${args.name}`, account),
  },
  aws_kinesis_firehose_delivery_stream: {
    read: ["firehose:DescribeDeliveryStream", "firehose:ListTagsForDeliveryStream"],
    write: [
      "firehose:CreateDeliveryStream",
      "firehose:DeleteDeliveryStream",
      "firehose:UpdateDestination",
      "firehose:TagDeliveryStream",
      "firehose:UntagDeliveryStream",
    ],
    arn: ({ args }, account) => regional("firehose", `deliverystream/${args.name}`, account),
  },
  aws_lambda_function: {
    read: ["lambda:GetFunction", "lambda:GetFunctionCodeSigningConfig", "lambda:ListVersionsByFunction"],
    write: [
      "lambda:CreateFunction",
      "lambda:DeleteFunction",
      "lambda:UpdateFunctionCode",
      "lambda:UpdateFunctionConfiguration",
      "lambda:PublishVersion",
      "lambda:PutFunctionConcurrency",
      "lambda:DeleteFunctionConcurrency",
      "lambda:TagResource",
      "lambda:UntagResource",
    ],
    arn: ({ args }, account) => regional("lambda", `function:${args.function_name}`, account),
  },
  aws_lambda_alias: {
    read: ["lambda:GetAlias"],
    write: ["lambda:CreateAlias", "lambda:UpdateAlias", "lambda:DeleteAlias"],
    arn: ({ args }, account) =>
      regional("lambda", `function:${named(String(args.function_name), account)}:${args.name}`, account),
  },
  aws_lambda_event_source_mapping: {
    read: ["lambda:GetEventSourceMapping"],
    write: ["lambda:CreateEventSourceMapping", "lambda:UpdateEventSourceMapping", "lambda:DeleteEventSourceMapping"],
    arn: (_, account) => regional("lambda", "event-source-mapping:0f6c", account),
    context: (_, account) => ({
      "lambda:FunctionArn": regional("lambda", `function:${account.prefix}-router:live`, account),
    }),
  },
  aws_s3_bucket: onBucket(
    [
      "s3:ListBucket",
      "s3:GetBucketPolicy",
      "s3:GetBucketAcl",
      "s3:GetBucketCORS",
      "s3:GetBucketWebsite",
      "s3:GetBucketVersioning",
      "s3:GetAccelerateConfiguration",
      "s3:GetBucketRequestPayment",
      "s3:GetBucketLogging",
      "s3:GetLifecycleConfiguration",
      "s3:GetReplicationConfiguration",
      "s3:GetEncryptionConfiguration",
      "s3:GetBucketObjectLockConfiguration",
      "s3:GetBucketTagging",
    ],
    ["s3:CreateBucket", "s3:DeleteBucket", "s3:PutBucketTagging"],
  ),
  aws_s3_bucket_versioning: onBucket(["s3:GetBucketVersioning"], ["s3:PutBucketVersioning"]),
  aws_s3_bucket_ownership_controls: onBucket(["s3:GetBucketOwnershipControls"], ["s3:PutBucketOwnershipControls"]),
  aws_s3_bucket_public_access_block: onBucket(["s3:GetBucketPublicAccessBlock"], ["s3:PutBucketPublicAccessBlock"]),
  aws_s3_bucket_server_side_encryption_configuration: onBucket(
    ["s3:GetEncryptionConfiguration"],
    ["s3:PutEncryptionConfiguration"],
  ),
  aws_s3_bucket_lifecycle_configuration: onBucket(["s3:GetLifecycleConfiguration"], ["s3:PutLifecycleConfiguration"]),
  aws_s3_bucket_policy: onBucket(["s3:GetBucketPolicy"], ["s3:PutBucketPolicy", "s3:DeleteBucketPolicy"]),
  aws_s3_bucket_notification: onBucket(["s3:GetBucketNotification"], ["s3:PutBucketNotification"]),
  aws_s3_object: {
    read: ["s3:GetObject", "s3:GetObjectTagging"],
    write: ["s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"],
    arn: ({ args }, { accountId, prefix }) => `arn:aws:s3:::${prefix}-routes-${accountId}/${args.key}`,
  },
  aws_iam_role: {
    read: ["iam:GetRole", "iam:ListRolePolicies", "iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole"],
    write: ["iam:CreateRole", "iam:DeleteRole", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole", "iam:TagRole"],
    arn: role,
    context: boundary,
  },
  aws_iam_role_policy: {
    read: ["iam:GetRolePolicy"],
    write: ["iam:PutRolePolicy", "iam:DeleteRolePolicy"],
    arn: role,
    context: boundary,
  },
  aws_iam_role_policy_attachment: {
    read: ["iam:ListAttachedRolePolicies"],
    write: ["iam:AttachRolePolicy", "iam:DetachRolePolicy"],
    arn: role,
    context: boundary,
  },
  aws_iam_policy: {
    read: ["iam:GetPolicy", "iam:GetPolicyVersion", "iam:ListPolicyVersions"],
    write: [
      "iam:CreatePolicy",
      "iam:CreatePolicyVersion",
      "iam:DeletePolicyVersion",
      "iam:DeletePolicy",
      "iam:TagPolicy",
    ],
    arn: ({ args }, { accountId }) => `arn:aws:iam::${accountId}:policy/${args.name}`,
  },
  aws_kms_key: {
    read: ["kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags"],
    write: [
      "kms:CreateKey",
      "kms:PutKeyPolicy",
      "kms:EnableKeyRotation",
      "kms:UpdateKeyDescription",
      "kms:ScheduleKeyDeletion",
      "kms:TagResource",
      "kms:UntagResource",
    ],
    arn: (_, account) => regional("kms", "key/0f6c", account),
    context: tagged,
  },
  aws_kms_alias: {
    read: [],
    write: ["kms:CreateAlias", "kms:UpdateAlias", "kms:DeleteAlias"],
    arn: ({ args }, account) => regional("kms", String(args.name), account),
  },
  aws_cloudwatch_log_group: {
    read: ["logs:ListTagsForResource"],
    write: [
      "logs:CreateLogGroup",
      "logs:DeleteLogGroup",
      "logs:PutRetentionPolicy",
      "logs:AssociateKmsKey",
      "logs:TagResource",
    ],
    arn: ({ args }, account) => regional("logs", `log-group:${args.name}`, account),
  },
  aws_cloudwatch_log_stream: {
    read: ["logs:DescribeLogStreams"],
    write: ["logs:CreateLogStream", "logs:DeleteLogStream"],
    arn: (_, account) => regional("logs", `log-group:/aws/kinesisfirehose/${account.prefix}-x:log-stream:s3`, account),
  },
  aws_cloudwatch_metric_alarm: {
    read: ["cloudwatch:DescribeAlarms", "cloudwatch:ListTagsForResource"],
    write: ["cloudwatch:PutMetricAlarm", "cloudwatch:DeleteAlarms", "cloudwatch:TagResource"],
    arn: ({ args }, account) => regional("cloudwatch", `alarm:${args.alarm_name}`, account),
  },
  aws_cloudwatch_dashboard: {
    read: ["cloudwatch:GetDashboard"],
    write: ["cloudwatch:PutDashboard", "cloudwatch:DeleteDashboards"],
    arn: ({ args }, { accountId }) => `arn:aws:cloudwatch::${accountId}:dashboard/${args.dashboard_name}`,
  },
  aws_wafv2_web_acl: {
    read: ["wafv2:GetWebACL", "wafv2:ListTagsForResource"],
    write: ["wafv2:CreateWebACL", "wafv2:UpdateWebACL", "wafv2:DeleteWebACL", "wafv2:TagResource"],
    arn: ({ args }, account) => regional("wafv2", `regional/webacl/${args.name}/0f6c`, account),
  },
  aws_route53_record: {
    read: ["route53:GetHostedZone", "route53:ListResourceRecordSets"],
    write: ["route53:ChangeResourceRecordSets"],
    arn: () => "arn:aws:route53:::hostedzone/Z0",
    context: ({ args }) => ({ "route53:ChangeResourceRecordSetsNormalizedRecordNames": String(args.name) }),
  },
  aws_sns_topic: {
    read: ["sns:GetTopicAttributes", "sns:ListTagsForResource"],
    write: ["sns:CreateTopic", "sns:SetTopicAttributes", "sns:DeleteTopic", "sns:TagResource"],
    arn: ({ args }, account) => regional("sns", String(args.name), account),
  },
  aws_sns_topic_subscription: {
    read: [],
    write: ["sns:Subscribe"],
    arn: (_, account) => regional("sns", `${account.prefix}-alarms`, account),
  },
};

/** Calls that every plan makes and that are about no single resource of it. */
export const callsOfEveryPlan: readonly string[] = [
  "kms:ListAliases",
  "logs:DescribeLogGroups",
  "sns:GetSubscriptionAttributes",
];
