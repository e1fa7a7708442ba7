import type { OtherDestinationFacts } from "../destination-facts.ts";

/** Standard queues. */
export const sqs: OtherDestinationFacts = {
  plural: "Queues",
  writeSid: "WriteQueues",
  writeActions: ["sqs:SendMessage"],
  // SQS decrypts the data key that it uses again:
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
  key: { verb: "Send", actions: ["kms:GenerateDataKey", "kms:Decrypt"] },
  operatorSid: "SendToQueues",
  terraform: {
    read: ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ListQueueTags"],
    write: ["sqs:CreateQueue", "sqs:DeleteQueue", "sqs:SetQueueAttributes", "sqs:TagQueue", "sqs:UntagQueue"],
  },
  loss: "the messages in it that nobody has handled",
  keptFor: { attribute: "message_retention_seconds", unit: "seconds", of: "messages" },
  drill: {
    behaviours: {
      aws_sqs_queue: { forcesNew: ["name", "fifo_queue"] },
      aws_sqs_queue_policy: { forcesNew: ["queue_url"] },
    },
    requests: {
      aws_sqs_queue: [
        {
          call: "sqs:CreateQueue",
          names: { QueueName: "name", Attributes: "attributes" },
          state: (state) => ({
            name: state["name"] ?? null,
            attributes: {
              KmsMasterKeyId: state["kms_master_key_id"] ?? null,
              MessageRetentionPeriod: JSON.stringify(state["message_retention_seconds"]),
              VisibilityTimeout: JSON.stringify(state["visibility_timeout_seconds"]),
            },
          }),
        },
      ],
      aws_sqs_queue_policy: [
        {
          call: "sqs:SetQueueAttributes",
          names: { Attributes: "attributes" },
          state: (state) => ({
            queue_url: state["queue_url"] ?? null,
            attributes: { Policy: state["policy"] ?? null },
          }),
        },
      ],
    },
    values: {
      "aws_sqs_queue.url": ({ name }, { region, accountId }) =>
        `https://sqs.${region}.amazonaws.com/${accountId}/${typeof name === "string" ? name : ""}`,
    },
  },
};
