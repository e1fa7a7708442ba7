import { SqsQueues } from "@millrace/aws-simulator";
import type { DestinationModel } from "./destination-model.ts";

/** Standard queues. */
export const sqs: DestinationModel = {
  arguments: ["visibility_timeout_seconds", "message_retention_seconds"],
  // A policy is the cloud's; a delay, FIFO or a dead-letter queue would change what consumers see.
  harmlessArguments: ["kms_data_key_reuse_period_seconds", "kms_master_key_id", "sqs_managed_sse_enabled"],
  readSettings: (args) => ({
    visibilitySeconds: args.number("visibility_timeout_seconds", 30),
    retentionSeconds: args.number("message_retention_seconds", 345_600),
  }),
  open({ maxLength, onOverflow, ...options }) {
    const queues = new SqsQueues({
      ...options,
      ...(maxLength === undefined ? {} : { maxQueueLength: maxLength }),
      ...(onOverflow === undefined ? {} : { onOverflow }),
    });
    return {
      service: queues,
      create: ({ name, visibilitySeconds, retentionSeconds }) =>
        queues.createQueue({
          name,
          visibilitySeconds: Number(visibilitySeconds),
          retentionSeconds: Number(retentionSeconds),
        }),
      names: () => queues.queueNames(),
      client: (client) => queues.client(client),
      messageCount: (name) => queues.messageCount(name),
      messagesAfter: (name, number) => queues.messagesAfter(name, number),
      eventIn: (text) => text,
      // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
      metricsOf(name) {
        const ageMs = queues.oldestMessageAgeMs(name);
        const metric = { namespace: "AWS/SQS", metricName: "ApproximateAgeOfOldestMessage" };
        return ageMs === undefined ? [] : [{ ...metric, dimensions: { QueueName: name }, value: ageMs / 1_000 }];
      },
    };
  },
};
