import { readFileSync } from "node:fs";
import { contracts } from "#contracts";
import { createKinesisClient, systemClock } from "@millrace/put-records";
import { createLogger, createTelemetry, parseLogLevel } from "@millrace/telemetry";
import { readConfig } from "./config/read-config.ts";
import { createEnrichmentHandler } from "./create-enrichment-handler.ts";
import { defaultEnrichments } from "./default-enrichments.ts";
import { createBundleReader } from "./enrichments/database.ts";

const config = readConfig(process.env);

/** The Lambda function. */
export const handler = createEnrichmentHandler({
  client: createKinesisClient(),
  enrichedStreamName: config.enrichedStreamName,
  badRowStreamName: config.badRowStreamName,
  privacyKeys: config.privacyKeys,
  contracts,
  enrichments: defaultEnrichments(config.stage, { readFile: createBundleReader(import.meta.dirname, readFileSync) }),
  clock: systemClock,
  random: Math.random,
  telemetry: createTelemetry({ service: "enrichment", stage: config.stage, functionName: config.functionName }),
  logger: createLogger({
    level: parseLogLevel(config.logLevel),
    base: { service: "enrichment", stage: config.stage, function: config.functionName },
  }),
});
