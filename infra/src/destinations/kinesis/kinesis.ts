import type { DestinationFacts } from "../destination-facts.ts";

const DEFAULT_RETENTION_HOURS = 24;

/** Streams. The pipeline has some for itself, whose rights are those of a destination, too. */
export const kinesis: DestinationFacts = {
  plural: "Streams",
  writeSid: "WriteDestinations",
  // Those of the PutRecords client. It lists the shards because it paces itself by shard.
  writeActions: ["kinesis:PutRecords", "kinesis:ListShards", "kinesis:DescribeStreamSummary"],
  // https://docs.aws.amazon.com/streams/latest/dev/permissions-user-key-KMS.html
  key: { verb: "Encrypt", actions: ["kms:GenerateDataKey"] },
  loss: "the events in it that nobody has read",
  keptFor: { attribute: "retention_period", unit: "hours", of: "records" },
  drill: {
    behaviours: { aws_kinesis_stream: { forcesNew: ["name"] } },
    requests: {
      aws_kinesis_stream: [
        { call: "kinesis:CreateStream", names: { StreamName: "name" } },
        {
          call: "kinesis:IncreaseStreamRetentionPeriod",
          names: { StreamName: "name", RetentionPeriodHours: "retention_period", StreamARN: "arn" },
          when: ({ retention_period: hours }) => typeof hours === "number" && hours > DEFAULT_RETENTION_HOURS,
        },
        {
          call: "kinesis:StartStreamEncryption",
          names: { StreamName: "name", KeyId: "kms_key_id", StreamARN: "arn" },
          when: ({ encryption_type: type }) => type === "KMS",
        },
      ],
    },
  },
};
