import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { brotliDecompress, gunzip } from "node:zlib";
import type { InFlightBytes } from "./in-flight-bytes.ts";
import { maxDiscardedBytes } from "./limits.ts";
import { IngestError } from "./problems.ts";

const decompressors = new Map([
  ["gzip", promisify(gunzip)],
  ["x-gzip", promisify(gunzip)],
  ["br", promisify(brotliDecompress)],
]);

/** The content encodings accepted, as `Accept-Encoding` lists them. */
export const acceptedEncodings = ["gzip", "br", "identity"] as const;

/** The client went away before its request was complete; there is nobody to answer. */
export class ClientGoneError extends Error {
  override readonly name = "ClientGoneError";
  readonly code = "CLIENT_GONE";
}

/** A body, and how many bytes of {@link InFlightBytes} it holds until it is released. */
export interface ReceivedBody {
  readonly bytes: Buffer;
  release(): void;
}

/**
 * Reads the body of a request into memory and decompresses it, both only up to `maxBytes`.
 * @throws IngestError `unsupported-content-encoding`, `body-too-large`, `overloaded`, `malformed-content-encoding`,
 * `decompressed-body-too-large`
 * @throws ClientGoneError
 */
export function readBody(request: IncomingMessage, maxBytes: number, inFlight: InFlightBytes): Promise<ReceivedBody> {
  const encoding = request.headers["content-encoding"]?.trim().toLowerCase() ?? "identity";
  if (encoding === "identity") return collect(request, maxBytes, inFlight);
  const decompress = decompressors.get(encoding);
  if (decompress !== undefined) return readCompressedBody(request, maxBytes, inFlight, decompress);
  discard(request);
  return Promise.reject(
    new IngestError("unsupported-content-encoding", `Send the body as ${acceptedEncodings.join(", ")}.`),
  );
}

async function readCompressedBody(
  request: IncomingMessage,
  maxBytes: number,
  inFlight: InFlightBytes,
  decompress: Decompress,
): Promise<ReceivedBody> {
  return decompressBody(await collect(request, maxBytes, inFlight), maxBytes, inFlight, decompress);
}

/** The first bytes of gzip, which no JSON text begins with. @see https://www.rfc-editor.org/rfc/rfc1952#section-2.3.1 */
const gzipMagic = Buffer.from([0x1f, 0x8b]);

/**
 * Decompresses a body that is gzip by its first bytes, whatever its headers say: some SDKs leave `Content-Encoding` out.
 * @throws IngestError `malformed-content-encoding`, `decompressed-body-too-large`, `overloaded`
 */
export async function unzipUntold(
  received: ReceivedBody,
  maxBytes: number,
  inFlight: InFlightBytes,
): Promise<ReceivedBody> {
  if (!received.bytes.subarray(0, gzipMagic.length).equals(gzipMagic)) return received;
  return decompressBody(received, maxBytes, inFlight, promisify(gunzip));
}

async function decompressBody(
  received: ReceivedBody,
  maxBytes: number,
  inFlight: InFlightBytes,
  decompress: Decompress,
): Promise<ReceivedBody> {
  try {
    const bytes = await decompressWithin(decompress, received.bytes, maxBytes);
    // The decompressed bytes are what is held from here on; they fit, or the request is turned away.
    const more = Math.max(0, bytes.byteLength - received.bytes.byteLength);
    if (!inFlight.tryReserve(more)) throw overloaded();
    return {
      bytes,
      release: () => {
        received.release();
        inFlight.release(more);
      },
    };
  } catch (error) {
    received.release();
    throw error;
  }
}

function collect(request: IncomingMessage, maxBytes: number, inFlight: InFlightBytes): Promise<ReceivedBody> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    let reserved = 0;
    let isSettled = false;
    const release = () => {
      inFlight.release(reserved);
      reserved = 0;
    };
    const fail = (error: Error) => {
      if (isSettled) return;
      isSettled = true;
      release();
      reject(error);
    };
    const reserve = (bytes: number): boolean => {
      const more = bytes - reserved;
      if (more <= 0) return true;
      if (bytes <= maxBytes && inFlight.tryReserve(more)) {
        reserved = bytes;
        return true;
      }
      fail(bytes > maxBytes ? bodyTooLarge(maxBytes) : overloaded());
      discard(request);
      return false;
    };
    // What the client says it will send is reserved before anything is read.
    if (!reserve(Number(request.headers["content-length"] ?? 0))) return;
    request.on("data", (chunk: Buffer) => {
      if (isSettled) return;
      length += chunk.byteLength;
      if (reserve(length)) chunks.push(chunk);
    });
    request.on("end", () => {
      if (isSettled) return;
      isSettled = true;
      const [first] = chunks;
      resolve({ bytes: chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks, length), release });
    });
    // Node emits this only when the connection ends before the request does.
    request.on("error", () =>
      fail(new ClientGoneError("The client closed the connection before its request was complete.")),
    );
  });
}

type Decompress = (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

async function decompressWithin(decompress: Decompress, bytes: Buffer, maxBytes: number): Promise<Buffer> {
  try {
    // zlib counts while it inflates and stops at the limit: a decompression bomb never unfolds.
    return await decompress(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_BUFFER_TOO_LARGE") {
      throw new IngestError(
        "malformed-content-encoding",
        "The body is cut off or is not what Content-Encoding says.",
        {},
      );
    }
    throw new IngestError(
      "decompressed-body-too-large",
      `The body is larger than ${maxBytes} bytes when decompressed.`,
      {
        limit: maxBytes,
      },
    );
  }
}

/**
 * Reads on and throws away, so that the client gets to read the answer instead of a reset connection, but not for ever.
 */
export function discard(request: IncomingMessage): void {
  let discarded = 0;
  request.on("data", (chunk: Buffer) => {
    discarded += chunk.byteLength;
    if (discarded > maxDiscardedBytes) request.destroy();
  });
  request.on("error", () => undefined);
}

function bodyTooLarge(limit: number): IngestError {
  return new IngestError("body-too-large", `The body is larger than ${limit} bytes.`, { limit });
}

function overloaded(): IngestError {
  return new IngestError("overloaded", "The service holds as many events as it can. Try again later.");
}
