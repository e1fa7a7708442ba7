import type { Statement } from "../../constructs/policy.ts";
import { otherKinds } from "../../destinations/facts.ts";
import type { RoleScope } from "./scope.ts";

/**
 * Returns the upper bound of every role of the pipeline. It holds whatever the role's own policy allows: a deployment
 * that was tampered with can give a function no more than the data of its own environment. Each role's own policy names
 * its resources exactly.
 */
export function boundaryStatements(scope: RoleScope): readonly Statement[] {
  const { arn, bucketArn, environment, prefix } = scope;
  return [
    {
      sid: "OwnStreams",
      actions: [
        "kinesis:DescribeStream",
        "kinesis:DescribeStreamConsumer",
        "kinesis:DescribeStreamSummary",
        "kinesis:GetRecords",
        "kinesis:GetShardIterator",
        "kinesis:ListShards",
        "kinesis:ListStreams",
        "kinesis:PutRecord",
        "kinesis:PutRecords",
        "kinesis:SubscribeToShard",
      ],
      resources: [arn("kinesis", `stream/${prefix}-*`)],
    },
    {
      // A destination may lie in another account, whose own policy has to agree.
      sid: "StreamsOfOthers",
      actions: ["kinesis:PutRecord", "kinesis:PutRecords"],
      resources: ["arn:aws:kinesis:*:*:stream/*"],
      conditions: { StringNotEquals: { "aws:ResourceAccount": scope.accountId } },
    },
    ...otherKinds.map(({ plural, writeActions, service, resource }) => ({
      sid: `Own${plural}`,
      actions: writeActions,
      resources: [arn(service, `${resource}${prefix}-*`)],
    })),
    {
      sid: `${otherKinds.map(({ plural }) => plural).join("And")}OfOthers`,
      actions: otherKinds.flatMap(({ writeActions }) => writeActions).toSorted(),
      resources: otherKinds.map(({ service, resource }) => `arn:aws:${service}:*:*:${resource}*`).toSorted(),
      conditions: { StringNotEquals: { "aws:ResourceAccount": scope.accountId } },
    },
    {
      sid: "OwnBuckets",
      actions: [
        "s3:AbortMultipartUpload",
        "s3:GetBucketLocation",
        "s3:GetObject",
        "s3:GetObjectVersion",
        "s3:ListBucket",
        "s3:ListBucketMultipartUploads",
        "s3:PutObject",
      ],
      resources: [bucketArn(`${prefix}-*-${scope.accountId}`), bucketArn(`${prefix}-*-${scope.accountId}`, "*")],
    },
    {
      sid: "Keys",
      actions: ["kms:Decrypt", "kms:GenerateDataKey"],
      resources: ["arn:aws:kms:*:*:key/*"],
    },
    {
      sid: "OwnLogs",
      actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
      resources: [
        arn("logs", `log-group:/aws/lambda/${prefix}-*`),
        arn("logs", `log-group:/aws/kinesisfirehose/${prefix}-*`),
      ],
    },
    {
      sid: "OwnJobs",
      actions: ["lambda:InvokeFunction", "states:DescribeExecution", "states:StartExecution", "states:StopExecution"],
      resources: [
        arn("lambda", `function:${prefix}-canary:*`),
        arn("lambda", `function:${prefix}-replay-job:*`),
        arn("states", `stateMachine:${prefix}-replay`),
        arn("states", `execution:${prefix}-replay/*`),
      ],
    },
    { sid: "OwnTopics", actions: ["sns:Publish"], resources: [arn("sns", `${prefix}-*`)] },
    {
      sid: "OwnSecrets",
      actions: ["secretsmanager:GetSecretValue"],
      resources: [arn("secretsmanager", `secret:millrace/${environment}/*`)],
    },
  ];
}
