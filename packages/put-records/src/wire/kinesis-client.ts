import { KinesisClient, type KinesisClientConfig } from "@aws-sdk/client-kinesis";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { PutRecordsProtocol } from "./put-records-protocol.ts";
import { Sha256 } from "./sha256.ts";

/** Options of {@link createKinesisClient}: the SDK's own, with the ones that matter for PutRecords set. */
export interface KinesisClientOptions extends Omit<KinesisClientConfig, "maxAttempts" | "requestHandler"> {
  /** Connections kept open. Default 16. */
  readonly maxSockets?: number | undefined;
  /** Default 1 s. */
  readonly connectionTimeoutMs?: number | undefined;
  /**
   * After this long without an answer a request fails. Default 6 s, just above the `requestTimeoutMs` of `PutRecords`.
   */
  readonly requestTimeoutMs?: number | undefined;
}

/**
 * A `KinesisClient` fit for {@link createPutRecords}: one attempt, so that no retry is hidden in the SDK; connections
 * kept alive, where the SDK's default opens one per request (https://github.com/aws/aws-sdk-js-v3/issues/8279); a
 * request timeout that throws, where the SDK's default only warns; PutRecords written and read by hand, in about half
 * of the SDK's processor time, unless `protocol` says otherwise; signatures by digests that are made in one call,
 * unless `sha256` says otherwise; no bookkeeping of attempts; and, unless a `logger` is given, no middleware that
 * prepares every record for one.
 */
export function createKinesisClient(options: KinesisClientOptions = {}): KinesisClient {
  const { maxSockets = 16, connectionTimeoutMs = 1000, requestTimeoutMs = 6000, ...config } = options;
  const agent = { keepAlive: true, maxSockets };
  const client = new KinesisClient({
    protocol: PutRecordsProtocol,
    sha256: Sha256,
    ...config,
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler({
      httpAgent: new HttpAgent(agent),
      httpsAgent: new HttpsAgent(agent),
      connectionTimeout: connectionTimeoutMs,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
    }),
  });
  // This middleware copies every record of request and answer, without sensitive fields, for a logger that drops it.
  if (config.logger === undefined) client.middlewareStack.remove("loggerMiddleware");
  // With one attempt nothing is tried again. Others find their place by the name, so that it has to stay.
  const place = { name: "retryMiddleware", step: "finalizeRequest", priority: "high", override: true } as const;
  client.middlewareStack.add((next) => next, place);
  return client;
}
