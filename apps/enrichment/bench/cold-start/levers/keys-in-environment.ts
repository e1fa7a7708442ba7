// The function as it would be if its privacy keys were in its environment (0094).
import { readFileSync } from "node:fs";
import { contracts } from "#contracts";
import { createKinesisClient, systemClock } from "@millrace/put-records";
import { createLogger, createTelemetry, parseLogLevel } from "@millrace/telemetry";
import { readConfig } from "../../../src/config/read-config.ts";
import { createEnrichmentHandler } from "../../../src/create-enrichment-handler.ts";
import { defaultEnrichments } from "../../../src/default-enrichments.ts";
import { createBundleReader } from "@millrace/enrichments";
import { parsePrivacyKeys } from "@millrace/privacy-keys";

const config = readConfig(process.env);

export const handler = createEnrichmentHandler({
  client: createKinesisClient(),
  enrichedStreamName: config.enrichedStreamName,
  badRowStreamName: config.badRowStreamName,
  privacyKeys: parsePrivacyKeys(process.env["PRIVACY_KEYS"]),
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
