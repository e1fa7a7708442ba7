import { createSecretReader, RotatingSecret } from "@millrace/aws-request";
import { systemClock } from "@millrace/put-records";
import { createLogger, createTelemetry, parseLogLevel } from "@millrace/telemetry";
import { createCanaryHandler } from "./create-canary-handler.ts";
import { ANSWER_TIMEOUT_MS, KEY_MAX_AGE_MS, KEY_TIMEOUT_MS } from "./limits.ts";
import { userAgent } from "./user-agent.ts";

/** JSON text of the canary events, put in by the build. */
declare const CANARY_EVENTS: string;

const { STAGE: stage = "", EVENTS_URL: url = "", CANARY_KEY_SECRET_ARN: secretId = "" } = process.env;
const functionName = process.env["AWS_LAMBDA_FUNCTION_NAME"] ?? "canary";
const readSecret = createSecretReader(process.env);
const writeKey = new RotatingSecret<string>({
  read: (signal) => readSecret(secretId, signal),
  parse: (text) => JSON.parse(text) as string,
  maxAgeMs: KEY_MAX_AGE_MS,
  timeoutMs: KEY_TIMEOUT_MS,
  clock: systemClock,
  random: Math.random,
});

/** The Lambda function. */
export const handler = createCanaryHandler({
  events: JSON.parse(CANARY_EVENTS) as object[],
  writeKey: () => writeKey.take(KEY_TIMEOUT_MS),
  post: async (key, body) => {
    const response = await fetch(url, {
      method: "POST",
      headers: {
        authorization: `Bearer ${key}`,
        "content-type": "application/cloudevents-batch+json",
        "user-agent": userAgent,
      },
      body,
      redirect: "error",
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    return { status: response.status, body: await response.text() };
  },
  clock: systemClock,
  telemetry: createTelemetry({ service: "canary", stage, functionName }),
  logger: createLogger({
    level: parseLogLevel(process.env["LOG_LEVEL"]),
    base: { service: "canary", stage, function: functionName },
  }),
});
