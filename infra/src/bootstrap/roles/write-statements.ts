import type { Statement } from "../../constructs/policy.ts";
import { kindsWithFacts } from "../../destinations/facts.ts";
import { logGroups, taggedOurs, webAcls } from "./read-statements.ts";
import { policyArn, type RoleScope } from "./scope.ts";

/** Returns the actions of a deployment beyond its reads: changes of resources with this environment's names. */
export function writeStatements(scope: RoleScope): readonly Statement[] {
  const { arn, globalArn, bucketArn, environment, prefix } = scope;
  const functions = arn("lambda", `function:${prefix}-*`);
  const state = bucketArn(scope.stateBucket, `millrace/${environment}.tfstate`);
  return [
    { sid: "WriteState", actions: ["s3:PutObject"], resources: [state] },
    {
      sid: "LockState",
      actions: ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
      resources: [`${state}.tflock`],
    },
    {
      sid: "WriteStreams",
      actions: [
        "kinesis:AddTagsToStream",
        "kinesis:CreateStream",
        "kinesis:DecreaseStreamRetentionPeriod",
        "kinesis:DeleteStream",
        "kinesis:IncreaseStreamRetentionPeriod",
        "kinesis:RemoveTagsFromStream",
        "kinesis:StartStreamEncryption",
        "kinesis:StopStreamEncryption",
        "kinesis:TagResource",
        "kinesis:UntagResource",
        "kinesis:UpdateMaxRecordSize",
        "kinesis:UpdateShardCount",
        "kinesis:UpdateStreamMode",
      ],
      resources: [arn("kinesis", `stream/${prefix}-*`)],
    },
    {
      sid: "WriteDeliveryStreams",
      actions: [
        "firehose:CreateDeliveryStream",
        "firehose:DeleteDeliveryStream",
        "firehose:TagDeliveryStream",
        "firehose:UntagDeliveryStream",
        "firehose:UpdateDestination",
      ],
      resources: [arn("firehose", `deliverystream/${prefix}-*`)],
    },
    {
      sid: "WriteFunctions",
      actions: [
        "lambda:CreateAlias",
        "lambda:CreateFunction",
        "lambda:DeleteAlias",
        "lambda:DeleteFunction",
        "lambda:DeleteFunctionConcurrency",
        "lambda:PublishVersion",
        "lambda:PutFunctionConcurrency",
        "lambda:TagResource",
        "lambda:UntagResource",
        "lambda:UpdateAlias",
        "lambda:UpdateFunctionCode",
        "lambda:UpdateFunctionConfiguration",
      ],
      resources: [functions],
    },
    {
      sid: "WriteMappings",
      actions: [
        "lambda:CreateEventSourceMapping",
        "lambda:DeleteEventSourceMapping",
        "lambda:UpdateEventSourceMapping",
      ],
      resources: ["*"],
      conditions: { ArnLike: { "lambda:FunctionArn": functions } },
    },
    {
      sid: "TagMappings",
      actions: ["lambda:TagResource", "lambda:UntagResource"],
      resources: [arn("lambda", "event-source-mapping:*")],
    },
    {
      sid: "WriteBuckets",
      actions: [
        "s3:CreateBucket",
        "s3:DeleteBucket",
        "s3:DeleteBucketPolicy",
        "s3:PutBucketNotification",
        "s3:PutBucketOwnershipControls",
        "s3:PutBucketPolicy",
        "s3:PutBucketPublicAccessBlock",
        "s3:PutBucketTagging",
        "s3:PutBucketVersioning",
        "s3:PutEncryptionConfiguration",
        "s3:PutLifecycleConfiguration",
        "s3:TagResource",
        "s3:UntagResource",
      ],
      resources: [bucketArn(`${prefix}-*-${scope.accountId}`)],
    },
    {
      sid: "PublishRoutes",
      actions: ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObject", "s3:PutObjectTagging"],
      resources: [bucketArn(scope.routesBucket, "routes.json")],
    },
    {
      // For the environment variables of functions, and for the published routes. Events need kms:Decrypt, which is not
      // here.
      sid: "EncryptSettings",
      actions: ["kms:CreateGrant", "kms:Encrypt", "kms:GenerateDataKey"],
      resources: [arn("kms", "key/*")],
      conditions: {
        StringEquals: {
          ...taggedOurs(scope),
          "kms:ViaService": [...kindsWithFacts.map(({ service }) => service), "firehose", "lambda", "s3"]
            .toSorted()
            .map((name) => `${name}.${scope.region}.amazonaws.com`),
        },
      },
    },
    {
      sid: "WriteLogGroups",
      actions: [
        "logs:AssociateKmsKey",
        "logs:CreateLogGroup",
        "logs:CreateLogStream",
        "logs:DeleteLogGroup",
        "logs:DeleteLogStream",
        "logs:DeleteRetentionPolicy",
        "logs:DisassociateKmsKey",
        "logs:PutRetentionPolicy",
        "logs:TagResource",
        "logs:UntagResource",
      ],
      resources: logGroups(scope),
    },
    {
      sid: "WriteAlarms",
      actions: [
        "cloudwatch:DeleteAlarms",
        "cloudwatch:PutMetricAlarm",
        "cloudwatch:TagResource",
        "cloudwatch:UntagResource",
      ],
      resources: [arn("cloudwatch", `alarm:${prefix}-*`)],
    },
    {
      sid: "WriteDashboard",
      actions: ["cloudwatch:DeleteDashboards", "cloudwatch:PutDashboard"],
      resources: [globalArn("cloudwatch", `dashboard/${prefix}`), globalArn("cloudwatch", `dashboard/${prefix}-*`)],
    },
    {
      sid: "WriteAlarmTopic",
      actions: [
        "sns:CreateTopic",
        "sns:DeleteTopic",
        "sns:SetTopicAttributes",
        "sns:Subscribe",
        "sns:TagResource",
        "sns:UntagResource",
      ],
      resources: [arn("sns", `${prefix}-*`)],
    },
    {
      sid: "WriteFirewall",
      actions: [
        "wafv2:CreateWebACL",
        "wafv2:DeleteWebACL",
        "wafv2:TagResource",
        "wafv2:UntagResource",
        "wafv2:UpdateWebACL",
      ],
      resources: [webAcls(scope)],
    },
    {
      // Making or changing a web ACL with rules of AWS also needs rights on their rule groups.
      sid: "UseManagedRules",
      actions: ["wafv2:CreateWebACL", "wafv2:UpdateWebACL"],
      resources: [arn("wafv2", "regional/managedruleset/*/*")],
    },
    {
      sid: "WriteRecord",
      actions: ["route53:ChangeResourceRecordSets"],
      resources: ["arn:aws:route53:::hostedzone/*"],
      conditions: {
        "ForAllValues:StringEquals": { "route53:ChangeResourceRecordSetsNormalizedRecordNames": [scope.host] },
      },
    },
    {
      sid: "WaitForRecord",
      actions: ["route53:GetChange"],
      resources: ["arn:aws:route53:::change/*"],
    },
    {
      sid: "PushImages",
      actions: [
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:CompleteLayerUpload",
        "ecr:DescribeImages",
        "ecr:GetDownloadUrlForLayer",
        "ecr:InitiateLayerUpload",
        "ecr:PutImage",
        "ecr:UploadLayerPart",
      ],
      resources: [arn("ecr", `repository/${scope.imageRepository}`)],
    },
    {
      // These actions know no resource.
      sid: "ChangeLists",
      actions: ["ecr:GetAuthorizationToken", "sns:SetSubscriptionAttributes", "sns:Unsubscribe"],
      resources: ["*"],
    },
  ];
}

/**
 * Roles, policies, keys and state machines of this environment. A role must carry the boundary, or a deployment could
 * make itself an administrator by way of a function.
 */
export function identityStatements(scope: RoleScope): readonly Statement[] {
  const { arn, globalArn, environment, prefix } = scope;
  const roles = globalArn("iam", `role/${prefix}-*`);
  const policies = globalArn("iam", `policy/${prefix}-*`);
  return [
    {
      sid: "MakeRolesWithinTheBoundary",
      actions: ["iam:AttachRolePolicy", "iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"],
      resources: [roles],
      conditions: {
        StringEquals: { "iam:PermissionsBoundary": policyArn(scope, "boundary") },
      },
    },
    {
      sid: "WriteRoles",
      actions: [
        "iam:DeleteRole",
        "iam:DeleteRolePolicy",
        "iam:DetachRolePolicy",
        "iam:TagRole",
        "iam:UntagRole",
        "iam:UpdateAssumeRolePolicy",
        "iam:UpdateRole",
        "iam:UpdateRoleDescription",
      ],
      resources: [roles],
    },
    {
      sid: "WritePolicies",
      actions: [
        "iam:CreatePolicy",
        "iam:CreatePolicyVersion",
        "iam:DeletePolicy",
        "iam:DeletePolicyVersion",
        "iam:TagPolicy",
        "iam:UntagPolicy",
      ],
      resources: [policies],
    },
    {
      sid: "HandRolesToServices",
      actions: ["iam:PassRole"],
      resources: [roles],
      conditions: {
        StringEquals: {
          "iam:PassedToService": ["firehose", "lambda", "scheduler", "states"].map((name) => `${name}.amazonaws.com`),
        },
      },
    },
    {
      sid: "MakeTaggedKeys",
      actions: ["kms:CreateKey", "kms:TagResource"],
      resources: ["*"],
      conditions: {
        StringEquals: { "aws:RequestTag/application": "millrace", "aws:RequestTag/environment": environment },
      },
    },
    {
      sid: "WriteKeys",
      actions: [
        "kms:CreateAlias",
        "kms:DeleteAlias",
        "kms:DisableKeyRotation",
        "kms:EnableKeyRotation",
        "kms:PutKeyPolicy",
        "kms:ScheduleKeyDeletion",
        "kms:TagResource",
        "kms:UntagResource",
        "kms:UpdateAlias",
        "kms:UpdateKeyDescription",
      ],
      resources: [arn("kms", "key/*")],
      conditions: { StringEquals: taggedOurs(scope) },
    },
    {
      // Here, as the policy of the other resources is full.
      sid: "WriteStateMachines",
      actions: [
        "states:CreateStateMachine",
        "states:DeleteStateMachine",
        "states:TagResource",
        "states:UntagResource",
        "states:UpdateStateMachine",
      ],
      resources: [arn("states", `stateMachine:${prefix}-*`)],
    },
    {
      sid: "WriteSchedules",
      actions: ["scheduler:CreateSchedule", "scheduler:DeleteSchedule", "scheduler:UpdateSchedule"],
      resources: [arn("scheduler", `schedule/default/${prefix}-*`)],
    },
    {
      sid: "WriteAliasesOfKeys",
      actions: ["kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"],
      resources: [arn("kms", `alias/${prefix}-*`)],
    },
  ];
}
