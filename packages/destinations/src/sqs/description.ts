import type { DestinationKind } from "../destination-kind.ts";

/**
 * Standard queues only. A FIFO queue keeps order within a group, and takes 300 calls a second or asks for high
 * throughput; routes that need order have streams.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
 */
export const sqs: DestinationKind<"sqs", "queue"> = {
  kind: "sqs",
  property: "queue",
  noun: "standard SQS queue",
  service: "sqs",
  resource: "",
  physicalName: /^[\w-]{1,80}$/,
  maxNameLength: 60,
  reservedNames: [],
  settings: new Set(),
  arrivals: { namespace: "AWS/SQS", metricName: "NumberOfMessagesSent", dimension: "QueueName" },
  // https://aws.amazon.com/sqs/pricing/ (2026-11-29)
  dollarsPerMillion: 0.4,
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
  afterErasure: (name) =>
    `The queue ${name} was not looked into: what its consumer does not take expires within 14 days.`,
  resourceType: "aws_sqs_queue",
  endpointVariable: "SQS",
};
