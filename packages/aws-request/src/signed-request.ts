import { Buffer } from "node:buffer";
import { Agent as HttpAgent, type IncomingHttpHeaders, type IncomingMessage, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { Sha256 } from "@smithy/core/checksum";
import { SignatureV4 } from "@smithy/signature-v4";
import { type CredentialsProvider, environmentCredentials } from "./credentials.ts";

/** Environment variables, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** One request to an AWS service. */
export interface SignedRequest {
  readonly method: string;
  /** Path as it is sent, percent-encoded, without a query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Reading ends once the answer's body is longer: it is then cut, and longer than this. Default: no end. */
  readonly maxBodyBytes?: number;
  /** Ends the request; without it, it may wait for ever. */
  readonly signal: AbortSignal;
}

/** The answer, whatever its status. */
export interface SignedAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Signs a request, sends it once and reads the whole answer. Rejects when there is none. */
export type SendSigned = (request: SignedRequest) => Promise<SignedAnswer>;

/** A service, as the SDK names it in `AWS_ENDPOINT_URL_<SERVICE>` and in signatures. */
export interface AwsService {
  /** `secretsmanager`: name in signatures and host names. */
  readonly name: string;
  /** `SECRETS_MANAGER`: end of the variable that names another endpoint. */
  readonly endpointVariable: string;
  /** Default that of the environment. */
  readonly region?: string | undefined;
  /**
   * Keeps connections for the next request: for requests that follow each other within seconds. Lambda may freeze the
   * process in between; what meets a dead connection then ends without an answer. Default false.
   */
  readonly isKeptAlive?: boolean | undefined;
}

/**
 * Creates the sender of requests to one service, in the region and at the endpoint that the environment names, as the
 * SDK's clients find them. It signs with the signer of the SDK, which the Kinesis client brings along, and sends with
 * `node:http`, which that client has loaded: another client, or `fetch`, would cost a cold start several times as much.
 *
 * @example
 * ```ts
 * const send = createSignedRequest({ name: "s3", endpointVariable: "S3" }, process.env);
 * const { status } = await send({ method: "GET", path: "/bucket/key", signal: AbortSignal.timeout(2_000) });
 * ```
 */
export function createSignedRequest(
  service: AwsService,
  environment: Environment,
  credentials: CredentialsProvider = environmentCredentials(environment),
): SendSigned {
  const region = service.region ?? environment["AWS_REGION"] ?? "us-east-1";
  const endpoint = new URL(
    environment[`AWS_ENDPOINT_URL_${service.endpointVariable}`] ??
      environment["AWS_ENDPOINT_URL"] ??
      `https://${service.name}.${region}.${domainOf(region)}`,
  );
  const agent = service.isKeptAlive === true ? keptAlive(endpoint) : false;
  const signer = new SignatureV4({
    service: service.name,
    region,
    credentials: async () => {
      const { sessionToken, ...keys } = await credentials();
      return { ...keys, ...(sessionToken !== undefined && { sessionToken }) };
    },
    sha256: Sha256,
    // Paths come encoded, once: S3 wants them signed as they are sent, and the others have `/`.
    uriEscapePath: false,
  });

  return async ({ method, path, headers, body, maxBodyBytes = Number.POSITIVE_INFINITY, signal }) => {
    const signed = await signer.sign({
      method,
      protocol: endpoint.protocol,
      hostname: endpoint.hostname,
      path,
      query: {},
      headers: {
        host: endpoint.host,
        ...(body !== undefined && { "content-length": String(Buffer.byteLength(body)) }),
        ...headers,
      },
      ...(body !== undefined && { body }),
    });
    return exchange(endpoint, { method, path, headers: signed.headers, signal, agent, maxBodyBytes }, body);
  };
}

/** https://docs.aws.amazon.com/general/latest/gr/rande.html */
const domainOf = (region: string): string => (region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com");

function keptAlive({ protocol }: URL): HttpAgent | HttpsAgent {
  return protocol === "https:" ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
}

interface ExchangeOptions {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly signal: AbortSignal;
  /** False where minutes lie between two requests, and Lambda freezes the process in between. */
  readonly agent: HttpAgent | false;
  readonly maxBodyBytes: number;
}

function exchange(
  endpoint: URL,
  { maxBodyBytes, ...options }: ExchangeOptions,
  body: string | Uint8Array | undefined,
): Promise<SignedAnswer> {
  const send = endpoint.protocol === "https:" ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const outgoing = send(endpoint, options, (answer) => {
      readAll(answer, maxBodyBytes).then(
        (bytes) => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: bytes }),
        reject,
      );
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** By events: the first `for await` over a stream costs a cold start 2 ms of processor time. */
function readAll(answer: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    answer.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes <= maxBytes) return;
      answer.destroy();
      resolve(Buffer.concat(chunks));
    });
    answer.on("end", () => resolve(Buffer.concat(chunks)));
    // Also when the connection ends in the middle of the answer.
    answer.on("error", reject);
  });
}
