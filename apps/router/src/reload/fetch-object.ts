import { SignatureV4 } from "@smithy/signature-v4";
import { createHash, createHmac } from "node:crypto";
import type { FetchRoutes } from "./route-source.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads one S3 object with the function's own credentials. One signed GET: the S3 client would be the largest thing in
 * the bundle.
 *
 * @param url `s3://bucket/key`
 */
export function fetchObject(url: string, environment: Environment): FetchRoutes {
  const { hostname: bucket, pathname } = new URL(url);
  const region = environment["AWS_REGION"] ?? "us-east-1";
  const endpoint = new URL(environment["AWS_ENDPOINT_URL_S3"] ?? `https://s3.${region}.amazonaws.com`);
  return async (etag, signal) => {
    const request = {
      method: "GET",
      protocol: endpoint.protocol,
      hostname: endpoint.hostname,
      ...(endpoint.port !== "" && { port: Number(endpoint.port) }),
      path: `/${bucket}${pathname}`,
      query: {},
      headers: { host: endpoint.host, ...(etag !== undefined && { "if-none-match": etag }) },
    };
    const signer = new SignatureV4({
      service: "s3",
      region,
      credentials: credentialsOf(environment),
      sha256: Sha256,
      uriEscapePath: false,
    });
    const { headers } = await signer.sign(request);
    const response = await fetch(new URL(request.path, endpoint), { headers, signal });
    if (response.status === 304 || response.status === 404) {
      await response.body?.cancel();
      return undefined;
    }
    if (!response.ok) throw new Error(`S3 answered ${response.status} for ${url}`);
    return { etag: response.headers.get("etag") ?? "", text: await response.text() };
  };
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
