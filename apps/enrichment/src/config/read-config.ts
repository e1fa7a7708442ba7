import { type Compression, compressions } from "@millrace/packed-records";
import { ConfigError } from "../errors.ts";
import {
  DEFAULT_LANES,
  DEFAULT_PRIVACY_KEYS_REFRESH_SECONDS,
  MAX_LANES,
  MAX_PRIVACY_KEYS_REFRESH_SECONDS,
} from "../limits.ts";
import { isLaneCount } from "../packing/lanes.ts";

/** Configuration from the function's environment variables. */
export interface EnrichmentConfig {
  readonly stage: string;
  readonly functionName: string;
  readonly enrichedStreamName: string;
  readonly badRowStreamName: string;
  /** Lanes of the enriched stream. */
  readonly lanes: number;
  /** Form of the records of the enriched stream. */
  readonly compression: Compression;
  /** Name or ARN of the Secrets Manager secret with the privacy keys. */
  readonly privacyKeysSecretId: string;
  readonly privacyKeysMaxAgeMs: number;
  readonly logLevel: string | undefined;
}

/**
 * Reads the environment variables `STAGE`, `ENRICHED_STREAM_NAME`, `BAD_ROW_STREAM_NAME` and `PRIVACY_KEYS_SECRET_ARN`,
 * and `ENRICHED_LANES`, `ENRICHED_COMPRESSION`, `PRIVACY_KEYS_REFRESH_SECONDS` and `LOG_LEVEL` if they are there.
 *
 * @throws ConfigError naming everything that is missing, so that one deployment shows all of it
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): EnrichmentConfig {
  const faults: string[] = [];
  const required = (name: string): string => {
    const value = environment[name];
    if (value === undefined || value === "") faults.push(`${name} is missing`);
    return value ?? "";
  };
  const stage = required("STAGE");
  const enrichedStreamName = required("ENRICHED_STREAM_NAME");
  const badRowStreamName = required("BAD_ROW_STREAM_NAME");
  const privacyKeysSecretId = required("PRIVACY_KEYS_SECRET_ARN");
  const refresh = environment["PRIVACY_KEYS_REFRESH_SECONDS"] ?? String(DEFAULT_PRIVACY_KEYS_REFRESH_SECONDS);
  const refreshSeconds = /^\d{1,4}$/.test(refresh) ? Number(refresh) : 0;
  if (refreshSeconds < 1 || refreshSeconds > MAX_PRIVACY_KEYS_REFRESH_SECONDS) {
    const range = `a whole number from 1 to ${MAX_PRIVACY_KEYS_REFRESH_SECONDS}`;
    faults.push(`PRIVACY_KEYS_REFRESH_SECONDS: expected ${range}, got "${refresh}"`);
  }
  const stated = environment["ENRICHED_LANES"] ?? String(DEFAULT_LANES);
  const lanes = /^\d{1,4}$/.test(stated) ? Number(stated) : 0;
  if (!isLaneCount(lanes)) {
    faults.push(`ENRICHED_LANES: expected a power of two from 1 to ${MAX_LANES}, got "${stated}"`);
  }
  const form = environment["ENRICHED_COMPRESSION"] ?? "none";
  const compression = compressions.find((known) => known === form);
  if (compression === undefined) {
    faults.push(`ENRICHED_COMPRESSION: expected ${compressions.join(" or ")}, got "${form}"`);
  }
  if (faults.length > 0) throw new ConfigError(faults);
  return {
    stage,
    functionName: environment["AWS_LAMBDA_FUNCTION_NAME"] ?? `millrace-${stage}-enrichment`,
    enrichedStreamName,
    badRowStreamName,
    lanes,
    compression: compression ?? "none",
    privacyKeysSecretId,
    privacyKeysMaxAgeMs: refreshSeconds * 1_000,
    logLevel: environment["LOG_LEVEL"],
  };
}
