import type { Statement } from "../../constructs/policy.ts";
import type { RoleScope } from "./scope.ts";

/** Keys of this environment, which Terraform tags: their ids are not known beforehand. */
export const taggedOurs = ({ environment }: RoleScope) => ({
  "aws:ResourceTag/application": "millrace",
  "aws:ResourceTag/environment": environment,
});

/**
 * Returns the reads by which Terraform compares the state with AWS: settings of resources with this environment's
 * names. They include no event, no object but the published routes, and no secret's value. Actions are those that
 * terraform-provider-aws 6 calls.
 * Resource types and condition keys: https://docs.aws.amazon.com/service-authorization/latest/reference/
 */
export function readStatements(scope: RoleScope): readonly Statement[] {
  const { arn, globalArn, bucketArn, environment, prefix } = scope;
  const functions = arn("lambda", `function:${prefix}-*`);
  return [
    {
      sid: "ReadState",
      actions: ["s3:GetObject"],
      resources: [bucketArn(scope.stateBucket, `millrace/${environment}.tfstate`)],
    },
    {
      sid: "FindState",
      actions: ["s3:ListBucket"],
      resources: [bucketArn(scope.stateBucket)],
      conditions: { StringLike: { "s3:prefix": [`millrace/${environment}.tfstate*`] } },
    },
    {
      sid: "ReadStreams",
      actions: ["kinesis:DescribeStreamSummary", "kinesis:ListTagsForResource", "kinesis:ListTagsForStream"],
      resources: [arn("kinesis", `stream/${prefix}-*`)],
    },
    {
      sid: "ReadSchedules",
      actions: ["scheduler:GetSchedule"],
      resources: [arn("scheduler", `schedule/default/${prefix}-*`)],
    },
    {
      sid: "ReadDeliveryStreams",
      actions: ["firehose:DescribeDeliveryStream", "firehose:ListTagsForDeliveryStream"],
      resources: [arn("firehose", `deliverystream/${prefix}-*`)],
    },
    {
      sid: "ReadFunctions",
      actions: [
        "lambda:GetAlias",
        "lambda:GetFunction",
        "lambda:GetFunctionCodeSigningConfig",
        "lambda:GetFunctionConcurrency",
        "lambda:GetFunctionConfiguration",
        "lambda:GetRuntimeManagementConfig",
        "lambda:ListTags",
        "lambda:ListVersionsByFunction",
      ],
      resources: [functions],
    },
    {
      sid: "ReadStateMachines",
      actions: ["states:DescribeStateMachine", "states:ListStateMachineVersions", "states:ListTagsForResource"],
      resources: [arn("states", `stateMachine:${prefix}-*`)],
    },
    {
      sid: "ReadMappings",
      actions: ["lambda:GetEventSourceMapping"],
      resources: ["*"],
      conditions: { ArnLike: { "lambda:FunctionArn": functions } },
    },
    {
      sid: "ReadTagsOfMappings",
      actions: ["lambda:ListTags"],
      resources: [arn("lambda", "event-source-mapping:*")],
    },
    {
      sid: "ReadBuckets",
      actions: [
        "s3:GetAccelerateConfiguration",
        "s3:GetBucketAcl",
        "s3:GetBucketCORS",
        "s3:GetBucketLocation",
        "s3:GetBucketLogging",
        "s3:GetBucketNotification",
        "s3:GetBucketObjectLockConfiguration",
        "s3:GetBucketOwnershipControls",
        "s3:GetBucketPolicy",
        "s3:GetBucketPublicAccessBlock",
        "s3:GetBucketRequestPayment",
        "s3:GetBucketTagging",
        "s3:GetBucketVersioning",
        "s3:GetBucketWebsite",
        "s3:GetEncryptionConfiguration",
        "s3:GetLifecycleConfiguration",
        "s3:GetReplicationConfiguration",
        "s3:ListBucket",
        "s3:ListTagsForResource",
      ],
      resources: [bucketArn(`${prefix}-*-${scope.accountId}`)],
    },
    {
      sid: "ReadPublishedRoutes",
      actions: ["s3:GetObject", "s3:GetObjectTagging"],
      resources: [bucketArn(scope.routesBucket, "routes.json")],
    },
    {
      sid: "ReadRoles",
      actions: [
        "iam:GetPolicy",
        "iam:GetPolicyVersion",
        "iam:GetRole",
        "iam:GetRolePolicy",
        "iam:ListAttachedRolePolicies",
        "iam:ListInstanceProfilesForRole",
        "iam:ListPolicyTags",
        "iam:ListPolicyVersions",
        "iam:ListRolePolicies",
        "iam:ListRoleTags",
      ],
      resources: [globalArn("iam", `role/${prefix}-*`), globalArn("iam", `policy/${prefix}-*`)],
    },
    {
      sid: "ReadKeys",
      actions: ["kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags"],
      resources: [arn("kms", "key/*")],
      conditions: { StringEquals: taggedOurs(scope) },
    },
    {
      // A function's environment variables are encrypted, and hold names and limits. Without this Terraform would see
      // none.
      sid: "ReadSettingsOfFunctions",
      actions: ["kms:Decrypt"],
      resources: [arn("kms", "key/*")],
      conditions: {
        StringEquals: taggedOurs(scope),
        ArnLike: { "kms:EncryptionContext:aws:lambda:FunctionArn": functions },
      },
    },
    {
      sid: "DecryptPublishedRoutes",
      actions: ["kms:Decrypt"],
      resources: [arn("kms", "key/*")],
      conditions: {
        StringEquals: taggedOurs(scope),
        ArnLike: { "kms:EncryptionContext:aws:s3:arn": `${bucketArn(scope.routesBucket)}*` },
      },
    },
    {
      sid: "ReadLogGroups",
      actions: ["logs:DescribeLogStreams", "logs:ListTagsForResource"],
      resources: logGroups(scope),
    },
    {
      sid: "ReadAlarms",
      actions: ["cloudwatch:DescribeAlarms", "cloudwatch:ListTagsForResource"],
      resources: [arn("cloudwatch", `alarm:${prefix}-*`)],
    },
    {
      sid: "ReadDashboard",
      actions: ["cloudwatch:GetDashboard"],
      resources: [globalArn("cloudwatch", `dashboard/${prefix}`), globalArn("cloudwatch", `dashboard/${prefix}-*`)],
    },
    {
      sid: "ReadAlarmTopic",
      actions: ["sns:GetTopicAttributes", "sns:ListTagsForResource"],
      resources: [arn("sns", `${prefix}-*`)],
    },
    {
      sid: "FindCluster",
      actions: ["eks:DescribeCluster"],
      resources: [arn("eks", `cluster/${scope.clusterName}`)],
    },
    {
      sid: "FindSecrets",
      actions: ["secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy"],
      resources: [arn("secretsmanager", `secret:millrace/${environment}/*`)],
    },
    {
      sid: "ReadFirewall",
      actions: ["wafv2:GetWebACL", "wafv2:ListTagsForResource"],
      resources: [webAcls(scope)],
    },
    {
      sid: "ReadZones",
      actions: ["route53:GetHostedZone", "route53:ListResourceRecordSets", "route53:ListTagsForResource"],
      resources: ["arn:aws:route53:::hostedzone/*"],
    },
    {
      // These actions know no resource.
      sid: "ReadLists",
      actions: [
        "kms:ListAliases",
        "logs:DescribeLogGroups",
        "route53:ListHostedZones",
        "route53:ListHostedZonesByName",
        "sns:GetSubscriptionAttributes",
      ],
      resources: ["*"],
    },
  ];
}

/** A web ACL's ARN ends in an id of AWS. */
export const webAcls = ({ arn, prefix }: RoleScope): string => arn("wafv2", `regional/webacl/${prefix}-*/*`);

export const logGroups = ({ arn, prefix }: RoleScope): readonly string[] => [
  arn("logs", `log-group:/aws/lambda/${prefix}-*`),
  arn("logs", `log-group:/aws/kinesisfirehose/${prefix}-*`),
];
