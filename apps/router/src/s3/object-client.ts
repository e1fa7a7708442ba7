import { SignatureV4 } from "@smithy/signature-v4";
import { createHash, createHmac } from "node:crypto";
import { ObjectRefusedError } from "../errors.ts";

type Environment = Readonly<Record<string, string | undefined>>;

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

/** Single signed requests with the function's own credentials: the S3 client would be the largest thing in the bundle. */
export function createObjectClient(environment: Environment): ObjectClient {
  const region = environment["AWS_REGION"] ?? "us-east-1";
  const endpoint = new URL(environment["AWS_ENDPOINT_URL_S3"] ?? `https://s3.${region}.amazonaws.com`);
  const signer = new SignatureV4({
    service: "s3",
    region,
    credentials: credentialsOf(environment),
    sha256: Sha256,
    uriEscapePath: false,
  });

  async function send(
    method: string,
    url: string,
    own: Readonly<Record<string, string>>,
    signal: AbortSignal,
    body?: Uint8Array,
  ): Promise<Response> {
    const { hostname: bucket, pathname } = new URL(url);
    const request = {
      method,
      protocol: endpoint.protocol,
      hostname: endpoint.hostname,
      ...(endpoint.port !== "" && { port: Number(endpoint.port) }),
      path: `/${bucket}${pathname}`,
      query: {},
      headers: { host: endpoint.host, ...own },
      ...(body !== undefined && { body }),
    };
    const { headers } = await signer.sign(request);
    // A copy: fetch wants bytes that no other thread can change.
    return fetch(new URL(request.path, endpoint), {
      method,
      headers,
      signal,
      ...(body && { body: Uint8Array.from(body) }),
    });
  }

  return {
    async get(url, etag, signal) {
      const response = await send("GET", url, etag === undefined ? {} : { "if-none-match": etag }, signal);
      if (response.status === 304 || response.status === 404) {
        await response.body?.cancel();
        return undefined;
      }
      if (!response.ok) throw await refusal(response, url);
      return { etag: response.headers.get("etag") ?? "", text: await response.text() };
    },
    async put(url, body, signal) {
      const response = await send("PUT", url, {}, signal, body);
      if (!response.ok) throw await refusal(response, url);
      await response.body?.cancel();
    },
  };
}

/** Codes of S3 that a later attempt may not meet; every 5xx is one as well. */
const PASSING = new Set([408, 429]);

async function refusal(response: Response, url: string): Promise<Error> {
  await response.body?.cancel();
  const message = `S3 answered ${response.status} for ${url}`;
  const isFinal = response.status < 500 && !PASSING.has(response.status);
  return isFinal ? new ObjectRefusedError(message) : new Error(message);
}

/** Lambda renews them in the environment of a new process only; a process never outlives them. */
function credentialsOf(environment: Environment): {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
} {
  const sessionToken = environment["AWS_SESSION_TOKEN"];
  return {
    accessKeyId: environment["AWS_ACCESS_KEY_ID"] ?? "",
    secretAccessKey: environment["AWS_SECRET_ACCESS_KEY"] ?? "",
    ...(sessionToken !== undefined && { sessionToken }),
  };
}

type Digest = ReturnType<typeof createHash> | ReturnType<typeof createHmac>;

/** node:crypto in the shape the signer asks for. */
class Sha256 {
  #hash: Digest;
  readonly #secret: string | Uint8Array | undefined;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#secret = secret === undefined || typeof secret === "string" ? secret : bytesOf(secret);
    this.#hash = this.#create();
  }

  update(chunk: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(typeof chunk === "string" ? chunk : bytesOf(chunk));
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }

  reset(): void {
    this.#hash = this.#create();
  }

  #create(): Digest {
    return this.#secret === undefined ? createHash("sha256") : createHmac("sha256", this.#secret);
  }
}

function bytesOf(data: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
