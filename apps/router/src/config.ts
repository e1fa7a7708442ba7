import { RouterConfigError } from "./errors.ts";

/** The router's settings, read from the environment. */
export interface RouterConfig {
  readonly stage: string;
  readonly region: string;
  /** Account of the environment, in which its own queues are. */
  readonly accountId: string;
  /** Put before the name of a destination: `millrace-prod-`. */
  readonly destinationPrefix: string;
  readonly badRowStreamName: string;
  /** Where undelivered events lie: `s3://bucket/prefix`, without a slash at the end. */
  readonly undeliveredUrl: string;
  readonly functionName: string;
  readonly logLevel: string | undefined;
  /** Where newer routes may lie: `s3://bucket/key`. */
  readonly routesUrl: string | undefined;
  readonly routesCheckMs: number;
}

const DEFAULT_CHECK_SECONDS = 60;

/** @throws RouterConfigError that names every fault at once. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): RouterConfig {
  const missing = [
    "STAGE",
    "AWS_REGION",
    "ACCOUNT_ID",
    "DESTINATION_PREFIX",
    "BAD_ROW_STREAM_NAME",
    "UNDELIVERED_URL",
  ].filter((name) => !environment[name]);
  const seconds = Number(environment["ROUTES_CHECK_SECONDS"] ?? DEFAULT_CHECK_SECONDS);
  const faults = missing.map((name) => `${name} is missing`);
  if (!Number.isFinite(seconds) || seconds < 1) faults.push("ROUTES_CHECK_SECONDS must be a number of at least 1");
  for (const name of ["UNDELIVERED_URL", "ROUTES_URL"]) {
    const url = environment[name];
    if (url && !/^s3:\/\/[^/]+\/.*[^/]$/.test(url)) faults.push(`${name} must be s3://bucket/key`);
  }
  if (faults.length > 0) throw new RouterConfigError(faults);
  return {
    stage: environment["STAGE"] ?? "",
    region: environment["AWS_REGION"] ?? "",
    accountId: environment["ACCOUNT_ID"] ?? "",
    destinationPrefix: environment["DESTINATION_PREFIX"] ?? "",
    badRowStreamName: environment["BAD_ROW_STREAM_NAME"] ?? "",
    undeliveredUrl: environment["UNDELIVERED_URL"] ?? "",
    functionName: environment["AWS_LAMBDA_FUNCTION_NAME"] ?? "router",
    logLevel: environment["LOG_LEVEL"],
    routesUrl: environment["ROUTES_URL"] || undefined,
    routesCheckMs: seconds * 1_000,
  };
}
