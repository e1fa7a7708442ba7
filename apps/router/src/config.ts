import { RouterConfigError } from "./errors.ts";

/** What the environment says. */
export interface RouterConfig {
  readonly stage: string;
  /** Put before a route's stream name: `millrace-prod-`. */
  readonly destinationStreamPrefix: string;
  readonly badRowStreamName: string;
  readonly functionName: string;
  readonly logLevel: string | undefined;
}

/** @throws RouterConfigError that names every variable that is missing. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): RouterConfig {
  const missing = ["STAGE", "DESTINATION_STREAM_PREFIX", "BAD_ROW_STREAM_NAME"].filter((name) => !environment[name]);
  if (missing.length > 0) throw new RouterConfigError(missing);
  return {
    stage: environment["STAGE"] ?? "",
    destinationStreamPrefix: environment["DESTINATION_STREAM_PREFIX"] ?? "",
    badRowStreamName: environment["BAD_ROW_STREAM_NAME"] ?? "",
    functionName: environment["AWS_LAMBDA_FUNCTION_NAME"] ?? "router",
    logLevel: environment["LOG_LEVEL"],
  };
}
