import { readFileSync } from "node:fs";
import { contracts } from "#contracts";
import { lookupParts, ownPackages } from "#own-packages";
import { createSecretReader } from "@millrace/aws-request";
import { createBundleReader } from "@millrace/enrichments";
import { createKinesisClient, systemClock } from "@millrace/put-records";
import { createLogger, createTelemetry, parseLogLevel } from "@millrace/telemetry";
import { readConfig } from "./config/read-config.ts";
import { createEnrichmentHandler } from "./create-enrichment-handler.ts";
import { defaultEnrichments } from "./default-enrichments.ts";
import { createLookupTables } from "./lookups/lookup-tables.ts";
import { createSourceReader } from "./lookups/read-source.ts";
import { createPrivacyKeySource } from "./privacy/privacy-key-source.ts";

/** Put in by the build: what was built, and a hash of the contracts in it. Benchmarks bundle without them. */
declare const BUILD_VERSION: string | undefined;
declare const CONTRACT_SET: string | undefined;

const config = readConfig(process.env);
const telemetry = createTelemetry({ service: "enrichment", stage: config.stage, functionName: config.functionName });
const logger = createLogger({
  level: parseLogLevel(config.logLevel),
  base: { service: "enrichment", stage: config.stage, function: config.functionName },
});
// First of all: the answer is under way while everything else is set up.
const privacyKeys = createPrivacyKeySource({
  secretId: config.privacyKeysSecretId,
  read: createSecretReader(process.env),
  maxAgeMs: config.privacyKeysMaxAgeMs,
  clock: systemClock,
  random: Math.random,
  telemetry,
  logger,
});

const lookups = createLookupTables({
  parts: lookupParts,
  readSource: createSourceReader(process.env, import.meta.dirname),
  clock: systemClock,
  random: Math.random,
  telemetry,
  logger,
});

/** The Lambda function. */
export const handler = createEnrichmentHandler({
  client: createKinesisClient(),
  enrichedStreamName: config.enrichedStreamName,
  badRowStreamName: config.badRowStreamName,
  lanes: config.lanes,
  compression: config.compression,
  privacyKeys,
  contracts,
  ...(typeof BUILD_VERSION === "string" ? { processor: { name: "enrichment", version: BUILD_VERSION } } : {}),
  ...(typeof CONTRACT_SET === "string" ? { contractSet: CONTRACT_SET } : {}),
  enrichments: defaultEnrichments(
    config.stage,
    { readFile: createBundleReader(import.meta.dirname, readFileSync), openTable: lookups.open },
    ownPackages,
  ),
  lookups,
  clock: systemClock,
  random: Math.random,
  telemetry,
  logger,
});
