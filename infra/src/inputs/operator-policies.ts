import type { EnvironmentPlace } from "@millrace/routes";
import type { Statement } from "../constructs/policy.ts";
import { kindsWithFacts, otherKinds } from "../destinations/facts.ts";

/** Commands of operators that need rights of their own, from the least to the most. */
export const OPERATOR_TASKS = ["console", "find", "replay", "erase"] as const;
export type OperatorTask = (typeof OPERATOR_TASKS)[number];

/** Folders of the lake's bucket that hold events. */
const eventFolders = ["enriched", "undelivered", "bad-rows"];
/** Services of destinations whose writers use the key. */
const keyed = kindsWithFacts.filter(({ key }) => key !== undefined).map(({ service }) => service);
const deadLetterFolder = "aws/lambda";

/**
 * The rights that one command of an operator takes in an environment, for a role or a permission set that people are
 * let into for it. Nothing is deployed with them: the pipeline itself has no such rights.
 *
 * - `console`: `pnpm console` and `pnpm explain`, which only read
 * - `find`: `pnpm privacy find`, and the count of a replay
 * - `replay`: `pnpm replay`, into the pipeline or a destination
 * - `erase`: `pnpm privacy erase` and `sweep`
 */
export function operatorStatements(place: EnvironmentPlace, task: OperatorTask): readonly Statement[] {
  if (task === "console") return consoleStatements(place);
  const all = [...findStatements(place)];
  if (task === "find") return all;
  all.push(...tellStatements(place));
  return [...all, ...(task === "replay" ? replayStatements(place) : eraseStatements(place))];
}

const bucketArn = (bucket: string): string => `arn:aws:s3:::${bucket}`;

function arn({ region, accountId }: EnvironmentPlace, service: string, resource: string): string {
  return `arn:aws:${service}:${region}:${accountId}:${resource}`;
}

function streams(place: EnvironmentPlace): readonly string[] {
  const names = [
    ...place.pipelineStreams.filter((name) => !name.startsWith(place.streamPrefix)),
    `${place.streamPrefix}*`,
  ];
  return names.map((name) => arn(place, "kinesis", `stream/${name}`));
}

/** Names the key by its alias: its id is unknown until it is made. */
function keyStatement(place: EnvironmentPlace, actions: readonly string[], services: readonly string[]): Statement {
  return {
    sid: "KeysOfTheEnvironment",
    actions,
    resources: [arn(place, "kms", "key/*")],
    conditions: {
      StringEquals: { "kms:ViaService": services.map((service) => `${service}.${place.region}.amazonaws.com`) },
      "ForAnyValue:StringEquals": {
        "kms:ResourceAliases": ["masked", "unmasked"].map((name) => `alias/${place.streamPrefix}${name}`),
      },
    },
  };
}

function findStatements(place: EnvironmentPlace): readonly Statement[] {
  const { lakeBucket, deadLetterBucket, name } = place;
  return [
    {
      sid: "ListObjects",
      actions: ["s3:ListBucket", "s3:ListBucketVersions"],
      resources: [bucketArn(lakeBucket), bucketArn(deadLetterBucket)],
    },
    {
      sid: "ReadObjects",
      actions: ["s3:GetObject", "s3:GetObjectVersion"],
      resources: [
        ...[...eventFolders, "privacy/erasures", "replays"].map((folder) => `${bucketArn(lakeBucket)}/${folder}/*`),
        `${bucketArn(deadLetterBucket)}/${deadLetterFolder}/*`,
      ],
    },
    // It has no resource of its own:
    // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonkinesis.html
    { sid: "ListStreams", actions: ["kinesis:ListStreams"], resources: ["*"] },
    {
      sid: "ReadStreams",
      actions: [
        "kinesis:ListShards",
        "kinesis:GetShardIterator",
        "kinesis:GetRecords",
        "kinesis:DescribeStreamSummary",
      ],
      resources: streams(place),
    },
    {
      sid: "ReadPrivacyKeys",
      actions: ["secretsmanager:GetSecretValue"],
      // Secrets Manager puts six characters behind the name.
      resources: [arn(place, "secretsmanager", `secret:millrace/${name}/privacy-keys-??????`)],
    },
    keyStatement(place, ["kms:Decrypt", "kms:GenerateDataKey"], ["s3", ...keyed, "secretsmanager"]),
  ];
}

/** Returns the reads of the console: figures and alarms, the streams, and the objects of events. No key of privacy. */
function consoleStatements(place: EnvironmentPlace): readonly Statement[] {
  const { lakeBucket } = place;
  return [
    {
      sid: "ReadFigures",
      actions: ["cloudwatch:GetMetricData", "cloudwatch:DescribeAlarms", "cloudwatch:DescribeAlarmHistory"],
      // Metrics have no resource; alarms are asked for by their prefix:
      // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
      resources: ["*"],
    },
    { sid: "ListObjects", actions: ["s3:ListBucket"], resources: [bucketArn(lakeBucket)] },
    {
      sid: "ReadObjects",
      actions: ["s3:GetObject"],
      resources: ["enriched", "undelivered"].map((folder) => `${bucketArn(lakeBucket)}/${folder}/*`),
    },
    {
      sid: "ReadStreams",
      actions: ["kinesis:ListShards", "kinesis:GetShardIterator", "kinesis:GetRecords"],
      resources: streams(place),
    },
    keyStatement(place, ["kms:Decrypt"], ["s3", "kinesis"]),
  ];
}

/** Destinations of other accounts or names are granted by their owners. */
function tellStatements(place: EnvironmentPlace): readonly Statement[] {
  return [
    { sid: "PutToStreams", actions: ["kinesis:PutRecords"], resources: streams(place) },
    ...otherKinds.map(({ operatorSid: sid, writeActions: actions, service, resource }) => ({
      sid,
      actions,
      resources: [arn(place, service, `${resource}${place.streamPrefix}*`)],
    })),
  ];
}

function replayStatements(place: EnvironmentPlace): readonly Statement[] {
  const { lakeBucket, streamPrefix } = place;
  return [
    { sid: "KeepLedger", actions: ["s3:PutObject"], resources: [`${bucketArn(lakeBucket)}/replays/*`] },
    {
      sid: "StartJobs",
      actions: ["states:StartExecution"],
      resources: [arn(place, "states", `stateMachine:${streamPrefix}replay`)],
    },
  ];
}

function eraseStatements({ lakeBucket, deadLetterBucket }: EnvironmentPlace): readonly Statement[] {
  const events = [
    ...eventFolders.map((folder) => `${bucketArn(lakeBucket)}/${folder}/*`),
    `${bucketArn(deadLetterBucket)}/${deadLetterFolder}/*`,
  ];
  return [
    {
      sid: "RewriteObjects",
      actions: ["s3:PutObject"],
      resources: [...events, `${bucketArn(lakeBucket)}/privacy/erasures/*`],
    },
    { sid: "DeleteObjects", actions: ["s3:DeleteObject", "s3:DeleteObjectVersion"], resources: events },
  ];
}
