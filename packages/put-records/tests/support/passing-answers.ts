import { createKinesisClient, createPutRecords, type Delivery } from "../../src/index.ts";
import { type HttpFate, startHttpKinesis } from "./http-kinesis.ts";
import { records } from "./set-up.ts";

/** An answer that concerns no record: the next attempt stores them all. */
export interface PassingAnswer {
  readonly title: string;
  readonly fate: HttpFate;
  /** The records may be stored although the answer does not say so. */
  readonly isAmbiguous: boolean;
}

const named = (name: string, message = "said the server") => JSON.stringify({ __type: name, message });
const html = (text: string) => `<html><body><h1>${text}</h1></body></html>`;

const refusedByName: readonly (readonly [number, string])[] = [
  [400, "ThrottledException"],
  [400, "ThrottlingException"],
  [400, "RequestThrottledException"],
  [400, "ProvisionedThroughputExceededException"],
  [400, "SlowDown"],
  [400, "KMSThrottlingException"],
  [400, "ResourceInUseException"],
  [400, "ValidationException"],
  [400, "InvalidArgumentException"],
  [400, "NeverSeenException"],
  [403, "RequestTimeTooSkewed"],
  [403, "RequestExpired"],
  [429, "TooManyRequestsException"],
];
const failedByName: readonly (readonly [number, string])[] = [
  [400, "RequestTimeoutException"],
  [408, "RequestTimeoutException"],
  ...[400, 404, 500].flatMap((status) => [
    [status, "InternalFailure"] as const,
    [status, "ServiceUnavailable"] as const,
  ]),
  [400, "InternalServerError"],
  [503, "SlowDown"],
];

/** One of each kind, from Kinesis and from proxies in front of it. */
export const passingAnswers: readonly PassingAnswer[] = [
  ...refusedByName.map(([status, name]) => ({
    title: `${status} ${name}`,
    fate: { status, body: named(name) },
    isAmbiguous: false,
  })),
  {
    title: "403 InvalidSignatureException, signature expired",
    fate: { status: 403, body: named("InvalidSignatureException", "Signature expired: 20260101T000000Z is too early") },
    isAmbiguous: false,
  },
  ...failedByName.map(([status, name]) => ({
    title: `${status} ${name}`,
    fate: { status, body: named(name) },
    isAmbiguous: true,
  })),
  ...[403, 407, 413, 429].map((status) => ({
    title: `${status} in HTML`,
    fate: { status, body: html("Not through here") },
    isAmbiguous: false,
  })),
  ...[404, 408, 500, 502, 503, 504].map((status) => ({
    title: `${status} in HTML`,
    fate: { status, body: html("Something is wrong") },
    isAmbiguous: true,
  })),
  ...[403, 407, 413].map((status) => ({
    title: `${status} without body`,
    fate: { status, body: "" },
    isAmbiguous: false,
  })),
  ...[400, 404, 408, 500].map((status) => ({
    title: `${status} without body`,
    fate: { status, body: "" },
    isAmbiguous: true,
  })),
  ...[301, 302, 307, 308].map((status) => ({
    title: `${status} redirect`,
    fate: { status, body: "" },
    isAmbiguous: false,
  })),
  { title: "200 without body", fate: { status: 200, body: "" }, isAmbiguous: true },
  { title: "200 in HTML", fate: { status: 200, body: html("Sign in to the network") }, isAmbiguous: true },
  { title: "a reset before the answer", fate: "reset before storing", isAmbiguous: true },
];

/** The deliveries of `count` records whose first request met `fate`. */
export interface Played {
  readonly deliveries: readonly Delivery[];
  readonly requests: number;
  readonly stored: readonly string[];
}

/**
 * Puts records through the unmodified client; the server meets the first request with `fate` and answers all others.
 */
export async function playOnce(fate: HttpFate, count: number): Promise<Played> {
  const kinesis = await startHttpKinesis((index) => (index === 0 ? fate : "answered"));
  const client = createKinesisClient({
    region: "eu-west-1",
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
    endpoint: kinesis.url,
  });
  try {
    const deliveries = await createPutRecords({ client, streamName: "s", random: () => 0.1 }).put(records(count));
    return { deliveries, requests: kinesis.requests, stored: kinesis.stored };
  } finally {
    client.destroy();
    await kinesis.close();
  }
}
