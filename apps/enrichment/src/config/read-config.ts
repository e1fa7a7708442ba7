import { ConfigError } from "../errors.ts";
import { type PrivacyKey, parsePrivacyKeys } from "../privacy/privacy-keys.ts";

/** What the function's environment says. */
export interface EnrichmentConfig {
  readonly stage: string;
  readonly functionName: string;
  readonly enrichedStreamName: string;
  readonly badRowStreamName: string;
  readonly privacyKeys: readonly PrivacyKey[];
  readonly logLevel: string | undefined;
}

/**
 * Reads the environment variables `STAGE`, `ENRICHED_STREAM_NAME`, `BAD_ROW_STREAM_NAME` and `PRIVACY_KEYS`, and `LOG_LEVEL`
 * if there is one.
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
  const privacyKeys = collectFaults(faults, () => parsePrivacyKeys(environment["PRIVACY_KEYS"]));
  if (faults.length > 0) throw new ConfigError(faults);
  return {
    stage,
    functionName: environment["AWS_LAMBDA_FUNCTION_NAME"] ?? `millrace-${stage}-enrichment`,
    enrichedStreamName,
    badRowStreamName,
    privacyKeys: privacyKeys ?? [],
    logLevel: environment["LOG_LEVEL"],
  };
}

function collectFaults<Value>(faults: string[], read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    faults.push(...error.faults);
    return undefined;
  }
}
