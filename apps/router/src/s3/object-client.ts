import { createSignedRequest, type Environment, type SignedAnswer } from "@millrace/aws-request";
import { ObjectRefusedError } from "@millrace/destinations";

/** The two things the router does with S3. URLs are `s3://bucket/key`. */
export interface ObjectClient {
  /** The object, unless it is missing or still the one with this ETag. */
  get(
    url: string,
    etag: string | undefined,
    signal: AbortSignal,
  ): Promise<{ readonly etag: string; readonly text: string } | undefined>;
  /** @throws ObjectRefusedError when asking again will not help. */
  put(url: string, body: Uint8Array, signal: AbortSignal): Promise<void>;
}

/**
 * Single signed requests with the function's own credentials: the S3 client would be the largest thing in the bundle.
 */
export function createObjectClient(environment: Environment): ObjectClient {
  const send = createSignedRequest({ name: "s3", endpointVariable: "S3" }, environment);

  return {
    async get(url, etag, signal) {
      const headers = etag === undefined ? {} : { "if-none-match": etag };
      const answer = await send({ method: "GET", path: pathOf(url), headers, signal });
      if (answer.status === 304 || answer.status === 404) return undefined;
      if (!isSuccess(answer)) throw refusal(answer, url);
      return { etag: answer.headers.etag ?? "", text: answer.body.toString() };
    },
    async put(url, body, signal) {
      const answer = await send({ method: "PUT", path: pathOf(url), body, signal });
      if (!isSuccess(answer)) throw refusal(answer, url);
    },
  };
}

function pathOf(url: string): string {
  const { hostname: bucket, pathname } = new URL(url);
  return `/${bucket}${pathname}`;
}

const isSuccess = ({ status }: SignedAnswer): boolean => status >= 200 && status < 300;

/** Codes of S3 that a later attempt may not meet. Every 5xx is one too. */
const PASSING = new Set([408, 429]);

function refusal({ status }: SignedAnswer, url: string): Error {
  const message = `S3 answered ${status} for ${url}`;
  const isFinal = status < 500 && !PASSING.has(status);
  return isFinal ? new ObjectRefusedError(message) : new Error(message);
}
