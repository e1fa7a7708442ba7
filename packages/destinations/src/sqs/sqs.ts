import type { WriterOfKind } from "../writer-of-kind.ts";
import { EntryWriter } from "../entries/entry-writer.ts";
import { createQueueService } from "./queue-service.ts";

/** Standard SQS queues: one event is one message. */
export const sqs: WriterOfKind = {
  service: { target: "AmazonSQS", version: "1.0" },
  open({ region, accountId, physicalName }, { clock, random, ...connections }) {
    const queueUrl = `https://sqs.${region}.amazonaws.com/${accountId}/${physicalName}`;
    return new EntryWriter(createQueueService(queueUrl, connections.call("sqs", region)), { clock, random });
  },
};
