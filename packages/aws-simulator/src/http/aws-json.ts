/**
 * Shared parts of the front ends that speak awsJson1.1.
 * https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
 */
import { isAscii } from "node:buffer";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";

export type Request = IncomingMessage | Http2ServerRequest;
export type Response = ServerResponse | Http2ServerResponse;

export const jsonContentType = "application/x-amz-json-1.1";

/** The operation that `X-Amz-Target` names, without the service's prefix; `undefined` when it names none. */
export function operationOf(request: Request, targetPrefix: string): string | undefined {
  const target = request.headers["x-amz-target"];
  if (typeof target !== "string" || target === "") return undefined;
  return target.startsWith(targetPrefix) ? target.slice(targetPrefix.length) : target;
}

/** Returns the fault of a request's signature in the words of AWS. The signature itself is not verified. */
export function findSignatureFault(
  request: Request,
):
  | { readonly code: "MissingAuthenticationTokenException" | "IncompleteSignatureException"; readonly message: string }
  | undefined {
  const header = request.headers.authorization;
  if (header === undefined) {
    if ((request.url ?? "").includes("X-Amz-Algorithm=")) return undefined;
    return { code: "MissingAuthenticationTokenException", message: "Missing Authentication Token" };
  }
  const missing = ["Credential", "Signature", "SignedHeaders"].filter((part) => !header.includes(`${part}=`));
  if (missing.length === 0) return undefined;
  const message = missing.map((part) => `Authorization header requires '${part}' parameter.`).join(" ");
  return { code: "IncompleteSignatureException", message };
}

/** The body; `undefined` when it has more than `maxBytes`. Rejects when the connection breaks before its end. */
export function readBody(request: Request, maxBytes: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    let hasEnded = false;
    request.on("data", (chunk: Buffer) => {
      length += chunk.byteLength;
      if (length <= maxBytes) chunks.push(chunk);
    });
    request.once("end", () => {
      hasEnded = true;
      const [first] = chunks;
      if (length > maxBytes) resolve(undefined);
      else resolve(chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks));
    });
    request.once("error", reject);
    request.once("close", () => {
      if (!hasEnded) reject(new Error("The connection broke before the end of the request."));
    });
  });
}

/** Bytes as text. Base64 and JSON are ASCII almost always, which needs no look at each character. */
export function decodeText(bytes: Buffer): string {
  return bytes.toString(isAscii(bytes) ? "latin1" : "utf8");
}

export function answer(
  response: Response,
  status: number,
  requestId: string,
  body: string | Uint8Array,
  type = jsonContentType,
): void {
  response.statusCode = status;
  response.setHeader("x-amzn-requestid", requestId);
  response.setHeader("content-type", type);
  response.setHeader("content-length", Buffer.byteLength(body));
  response.end(body);
}

/** The form in which an error is written. */
export interface ErrorWire {
  readonly contentType: string;
  write(body: object): string | Uint8Array;
}

export function answerError(
  response: Response,
  requestId: string,
  error: { readonly code: string; readonly message: string; readonly $metadata: { readonly httpStatusCode: number } },
  wire: ErrorWire = { contentType: jsonContentType, write: JSON.stringify },
): void {
  const body = wire.write({ __type: error.code, message: error.message });
  answer(response, error.$metadata.httpStatusCode, requestId, body, wire.contentType);
}

/** Breaks the connection without a word: the caller cannot know what became of its request. */
export function abortConnection(request: Request): void {
  if ("stream" in request) request.stream.session?.destroy();
  else request.socket.destroy();
}
