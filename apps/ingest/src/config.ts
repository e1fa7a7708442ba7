import * as z from "zod";
import {
  DEFAULT_MAX_BODY_BYTES,
  DEFAULT_MAX_EVENT_BYTES,
  DEFAULT_MAX_EVENTS_PER_REQUEST,
  DEFAULT_MAX_IN_FLIGHT_REQUESTS,
  DEFAULT_SPOOL_MAX_BYTES,
  LARGEST_KINESIS_RECORD_BYTES,
  PARTITION_KEY_BYTES,
} from "./limits.ts";

/** The environment, or what it names, is wrong. `faults` has one line for each fault; all are found at once. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly code = "CONFIG_INVALID";
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`The configuration is not usable:\n${faults.map((fault) => `  - ${fault}`).join("\n")}`);
    this.faults = faults;
  }
}

function optionalInteger(min: number, max: number) {
  const expected = `Expected a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, expected)
    .transform(Number)
    .refine((value) => value >= min && value <= max, expected)
    .optional();
}

function integer(min: number, max: number, fallback: number) {
  return optionalInteger(min, max).default(fallback);
}

const list = z
  .string()
  .transform((text) => text.split(",").map((item) => item.trim()))
  .transform((items) => items.filter((item) => item !== ""));

const MEBIBYTE = 1_048_576;

const environmentSchema = z.object({
  PORT: integer(0, 65_535, 8080),
  STAGE: z.string().regex(/^[a-z][a-z\d-]{0,31}$/, "Expected lower-case letters, digits and hyphens"),
  RAW_STREAM_NAME: z.string().regex(/^[\w.-]{1,128}$/, "Expected the name of a Kinesis stream"),
  WRITE_KEYS_FILE: z.string().min(1).optional(),
  WRITE_KEYS_SECRET_ARN: z.string().min(1).optional(),
  // A key that is revoked has to stop working within a minute.
  WRITE_KEYS_REFRESH_SECONDS: integer(1, 60, 30),
  MAX_BODY_BYTES: integer(1_024, 64 * MEBIBYTE, DEFAULT_MAX_BODY_BYTES),
  MAX_EVENT_BYTES: integer(256, LARGEST_KINESIS_RECORD_BYTES - PARTITION_KEY_BYTES, DEFAULT_MAX_EVENT_BYTES),
  MAX_EVENTS_PER_REQUEST: integer(1, 10_000, DEFAULT_MAX_EVENTS_PER_REQUEST),
  // The defaults of these follow from the memory of the container.
  MEMORY_LIMIT_BYTES: optionalInteger(64 * MEBIBYTE, 1_048_576 * MEBIBYTE),
  MAX_IN_FLIGHT_BYTES: optionalInteger(MEBIBYTE, 4_096 * MEBIBYTE),
  MAX_CONNECTIONS: optionalInteger(1, 1_000_000),
  MAX_IN_FLIGHT_REQUESTS: integer(1, 1_000_000, DEFAULT_MAX_IN_FLIGHT_REQUESTS),
  PUT_TIMEOUT_MS: integer(100, 60_000, 5_000),
  LINGER_MS: integer(0, 1_000, 5),
  SPOOL_DIR: z.string().min(1).optional(),
  SPOOL_MAX_BYTES: integer(MEBIBYTE, 1_048_576 * MEBIBYTE, DEFAULT_SPOOL_MAX_BYTES),
  PREVIEW_DIR: z.string().min(1).optional(),
  CORS_ORIGINS: list
    .refine(
      (origins) => origins.every((origin) => origin === "*" || /^https?:\/\/[^/?#\s]+$/.test(origin)),
      "Expected origins such as https://shop.example, separated by commas, without a path",
    )
    .default([]),
  // Names of hosts such as eventgrid.azure.net, which the CloudEvents handshake carries.
  WEBHOOK_ORIGINS: list
    .refine(
      (origins) => origins.every((origin) => /^[\w*.:-]+$/.test(origin)),
      "Expected names of hosts such as eventgrid.azure.net, separated by commas",
    )
    .default([]),
  TRUST_PROXY_HOPS: integer(0, 10, 0),
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
  READY_TIMEOUT_MS: integer(0, 3_600_000, 120_000),
  DRAIN_NOTICE_MS: integer(0, 120_000, 0),
  DRAIN_TIMEOUT_MS: integer(100, 600_000, 25_000),
  HEADERS_TIMEOUT_MS: integer(100, 120_000, 10_000),
  REQUEST_TIMEOUT_MS: integer(100, 600_000, 30_000),
  KEEP_ALIVE_TIMEOUT_MS: integer(100, 600_000, 75_000),
});

/** The service's settings, checked. */
export type Config = z.output<typeof environmentSchema>;

/** The variables {@link readConfig} reads, in the order of the README's table. */
export const environmentVariables = Object.keys(environmentSchema.shape);

/**
 * Reads the settings from environment variables.
 * @throws ConfigError naming every variable that is missing or wrong; never quotes a value
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const faults: string[] = [];
  // An empty variable is what a template leaves for "not set".
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));
  const parsed = environmentSchema.safeParse(given);
  if (!parsed.success) faults.push(...describeIssues(parsed.error));
  if ((given["WRITE_KEYS_FILE"] === undefined) === (given["WRITE_KEYS_SECRET_ARN"] === undefined)) {
    faults.push("Set WRITE_KEYS_SECRET_ARN or WRITE_KEYS_FILE, one of them.");
  }
  if (parsed.success) faults.push(...findContradictions(parsed.data));
  if (!parsed.success || faults.length > 0) throw new ConfigError(faults);
  return parsed.data;
}

function findContradictions(environment: Config): string[] {
  const faults: string[] = [];
  if (environment.MAX_EVENT_BYTES > environment.MAX_BODY_BYTES) {
    faults.push("MAX_EVENT_BYTES: is larger than MAX_BODY_BYTES, so it can never apply.");
  }
  if (environment.MAX_BODY_BYTES > (environment.MAX_IN_FLIGHT_BYTES ?? Number.POSITIVE_INFINITY)) {
    faults.push("MAX_BODY_BYTES: is larger than MAX_IN_FLIGHT_BYTES, so the largest body never fits.");
  }
  if (environment.DRAIN_NOTICE_MS >= environment.DRAIN_TIMEOUT_MS) {
    faults.push("DRAIN_NOTICE_MS: has to be shorter than DRAIN_TIMEOUT_MS, which includes it.");
  }
  if (environment.HEADERS_TIMEOUT_MS > environment.REQUEST_TIMEOUT_MS) {
    faults.push("HEADERS_TIMEOUT_MS: is longer than REQUEST_TIMEOUT_MS, which includes it.");
  }
  return faults;
}

/** The faults that zod found, one line each, with the path of the value and without the value. */
export function describeIssues(error: z.ZodError, prefix?: string): string[] {
  return error.issues.map((issue) => {
    const path = [...(prefix === undefined ? [] : [prefix]), ...issue.path].join(".");
    return `${path}: ${issue.code === "invalid_type" && issue.path.length === 1 && prefix === undefined ? "is missing" : issue.message}.`;
  });
}
