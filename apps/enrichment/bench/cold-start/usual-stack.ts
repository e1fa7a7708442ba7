import { BatchProcessor, EventType, processPartialResponse } from "@aws-lambda-powertools/batch";
import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics } from "@aws-lambda-powertools/metrics";
import { Tracer } from "@aws-lambda-powertools/tracer";
import { KinesisClient, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { Ajv2020 } from "ajv/dist/2020.js";
import { fullFormats } from "ajv-formats/dist/formats.js";
import type { Context, KinesisStreamEvent } from "aws-lambda";
import context from "../../../../schemas/shared/context/1-0-0.json" with { type: "json" };
import click from "../../../../schemas/events/search/click/1-0-0.json" with { type: "json" };
import query from "../../../../schemas/events/search/query/1-0-0.json" with { type: "json" };
import view from "../../../../schemas/events/page/view/1-0-0.json" with { type: "json" };

const logger = new Logger({ serviceName: "usual" });
const metrics = new Metrics({ namespace: "usual", serviceName: "usual" });
const tracer = new Tracer({ serviceName: "usual", enabled: true });
const client = tracer.captureAWSv3Client(new KinesisClient({}));
const ajv = new Ajv2020({ allErrors: true, formats: fullFormats, strict: false });
ajv.addSchema(context);
const validators = [click, query, view].map((schema) => ajv.compile(schema));
const processor = new BatchProcessor(EventType.KinesisDataStreams);

export const handler = async (event: KinesisStreamEvent): Promise<object> => {
  logger.debug("invoked", {
    validators: validators.length,
    client: typeof client.send,
    command: PutRecordsCommand.name,
  });
  metrics.publishStoredMetrics();
  return processPartialResponse(event, async () => undefined, processor, { context: {} as Context });
};
