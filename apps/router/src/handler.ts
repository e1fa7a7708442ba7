import { createKinesisClient, createPutRecords, type PutRecords } from "@millrace/put-records";
import { type CompiledRoutes, type CompiledStream, loadRoutes } from "@millrace/routes/runtime";
import { createLogger, createTelemetry, parseLogLevel } from "@millrace/telemetry";
import { readConfig } from "./config.ts";
import { createRouterHandler } from "./create-router-handler.ts";

/** The compiled routes as JSON text, put in by the build: parsing text is faster than evaluating an object literal. */
declare const COMPILED_ROUTES: string;

const config = readConfig(process.env);
const routes = loadRoutes(JSON.parse(COMPILED_ROUTES) as CompiledRoutes);
const client = createKinesisClient({});

function destination({ stream, arn, ordering }: CompiledStream): PutRecords {
  const streamArn = arn?.[config.stage];
  const target = streamArn === undefined ? { streamName: config.destinationStreamPrefix + stream } : { streamArn };
  return createPutRecords({ client, ...target, ordering });
}

/** Entry point of the function. */
export const handler = createRouterHandler({
  routes: () => routes,
  destination,
  badRows: createPutRecords({ client, streamName: config.badRowStreamName }),
  telemetry: createTelemetry({ service: "router", stage: config.stage, functionName: config.functionName }),
  logger: createLogger({
    level: parseLogLevel(config.logLevel),
    base: { service: "router", stage: config.stage, function: config.functionName },
  }),
});
