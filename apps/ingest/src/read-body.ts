import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate, inflateRaw, zstdDecompress } from "node:zlib";
import {
  FREE_INFLATED_BYTES,
  MAX_DISCARDED_BYTES,
  MAX_INFLATE_RATIO,
  MIN_UPLOAD_BYTES,
  UPLOAD_CHECK_MS,
} from "./limits.ts";
import { IngestError } from "./problems.ts";

type Decompress = (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

const inflateZlib = promisify(inflate);
const inflateBare = promisify(inflateRaw);

/**
 * `deflate` is zlib's format; many clients send the bare one under that name.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-8.4.1.2
 */
const decompressDeflate: Decompress = (bytes, options) =>
  isZlib(bytes) ? inflateZlib(bytes, options) : inflateBare(bytes, options);

/**
 * The first two bytes of zlib's format: method 8, and together a multiple of 31.
 * @see https://www.rfc-editor.org/rfc/rfc1950#section-2.2
 */
function isZlib([method = 0, flags = 0]: Buffer): boolean {
  return (method & 0x0f) === 8 && (method * 256 + flags) % 31 === 0;
}

const decompressors = new Map<string, Decompress>([
  ["gzip", promisify(gunzip)],
  ["x-gzip", promisify(gunzip)],
  ["br", promisify(brotliDecompress)],
  ["deflate", decompressDeflate],
  ["zstd", promisify(zstdDecompress)],
]);

/** The content encodings accepted, as `Accept-Encoding` lists them. */
export const acceptedEncodings = ["gzip", "br", "zstd", "deflate", "identity"] as const;

/** The client went away before its request was complete, so no answer is sent. */
export class ClientGoneError extends Error {
  override readonly name = "ClientGoneError";
  readonly code = "CLIENT_GONE";
}

/** A body, and how many bytes of it came over the network. */
export interface ReceivedBody {
  readonly bytes: Buffer;
  readonly arrivedBytes: number;
}

/** Charges bytes that are held; throws when there is no room for them. */
export type ChargeBytes = (bytes: number) => void;

export interface ReadBodyOptions {
  readonly maxBytes: number;
  readonly charge: ChargeBytes;
  /** Watches the body arrive until the returned function is called, and calls back when it no longer does. */
  readonly watch: (onStalled: () => void) => () => void;
  /** Nothing in the headers stands against the body: a client that waits for `100 Continue` may send it. */
  readonly onWanted: () => void;
}

/**
 * Reads the body of a request into memory and decompresses it, both only up to `maxBytes`. Bytes are charged when they
 * have arrived, not when they are announced: an announcement costs nothing.
 * @throws IngestError `unsupported-content-encoding`, `body-too-large`, `malformed-content-encoding`,
 * `decompressed-body-too-large`, `request-timeout`, and the errors of `charge`
 * @throws ClientGoneError
 */
export function readBody(request: IncomingMessage, options: ReadBodyOptions): Promise<ReceivedBody> {
  const encoding = request.headers["content-encoding"]?.trim().toLowerCase() ?? "identity";
  if (encoding === "identity") return collect(request, options);
  const decompress = decompressors.get(encoding);
  if (decompress !== undefined) return readCompressedBody(request, options, decompress);
  discard(request);
  return Promise.reject(
    new IngestError("unsupported-content-encoding", `Send the body as ${acceptedEncodings.join(", ")}.`),
  );
}

async function readCompressedBody(
  request: IncomingMessage,
  options: ReadBodyOptions,
  decompress: Decompress,
): Promise<ReceivedBody> {
  return decompressBody(await collect(request, options), options.maxBytes, options.charge, decompress);
}

/**
 * The first bytes of gzip, which no JSON text begins with.
 * @see https://www.rfc-editor.org/rfc/rfc1952#section-2.3.1
 */
const gzipMagic = Buffer.from([0x1f, 0x8b]);

/**
 * Decompresses a body that is gzip by its first bytes, whatever its headers say: some SDKs leave `Content-Encoding`
 * out.
 * @throws IngestError `malformed-content-encoding`, `decompressed-body-too-large`, and what `charge` throws
 */
export async function unzipUntold(
  received: ReceivedBody,
  maxBytes: number,
  charge: ChargeBytes,
): Promise<ReceivedBody> {
  if (!received.bytes.subarray(0, gzipMagic.length).equals(gzipMagic)) return received;
  return decompressBody(received, maxBytes, charge, promisify(gunzip));
}

async function decompressBody(
  { bytes: packed, arrivedBytes }: ReceivedBody,
  maxBytes: number,
  charge: ChargeBytes,
  decompress: Decompress,
): Promise<ReceivedBody> {
  const limit = Math.min(maxBytes, Math.max(FREE_INFLATED_BYTES, arrivedBytes * MAX_INFLATE_RATIO));
  const bytes = await decompressWithin(decompress, packed, limit);
  charge(Math.max(0, bytes.byteLength - arrivedBytes));
  return { bytes, arrivedBytes };
}

function collect(
  request: IncomingMessage,
  { maxBytes, charge, watch, onWanted }: ReadBodyOptions,
): Promise<ReceivedBody> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    let isSettled = false;
    let endWatch = () => {};
    const settle = () => {
      isSettled = true;
      endWatch();
    };
    const refuse = (error: Error) => {
      settle();
      chunks.length = 0;
      discard(request);
      reject(error);
    };
    if (Number(request.headers["content-length"] ?? 0) > maxBytes) {
      refuse(bodyTooLarge(maxBytes));
      return;
    }
    onWanted();
    endWatch = watch(() => refuse(stalled()));
    request.on("data", (chunk: Buffer) => {
      if (isSettled) return;
      length += chunk.byteLength;
      if (length > maxBytes) {
        refuse(bodyTooLarge(maxBytes));
        return;
      }
      try {
        charge(chunk.byteLength);
      } catch (error) {
        refuse(error as Error);
        return;
      }
      chunks.push(chunk);
    });
    request.on("end", () => {
      if (isSettled) return;
      settle();
      const [first] = chunks;
      const bytes = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks, length);
      resolve({ bytes, arrivedBytes: length });
    });
    // Node emits this only when the connection ends before the request does.
    request.on("error", () => {
      if (isSettled) return;
      settle();
      reject(new ClientGoneError("The client closed the connection before its request was complete."));
    });
  });
}

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
    const detail = `The body is larger than ${maxBytes} bytes when decompressed, or than ${MAX_INFLATE_RATIO} times its size.`;
    throw new IngestError("decompressed-body-too-large", detail, { limit: maxBytes });
  }
}

/**
 * Reads on and throws away, so that the client gets to read the answer instead of a reset connection, but not for ever.
 */
export function discard(request: IncomingMessage): void {
  let discarded = 0;
  request.on("data", (chunk: Buffer) => {
    discarded += chunk.byteLength;
    if (discarded > MAX_DISCARDED_BYTES) request.destroy();
  });
  request.on("error", () => undefined);
}

function stalled(): IngestError {
  const seconds = UPLOAD_CHECK_MS / 1_000;
  return new IngestError("request-timeout", `The body brought less than ${MIN_UPLOAD_BYTES} bytes in ${seconds} s.`);
}

function bodyTooLarge(limit: number): IngestError {
  return new IngestError("body-too-large", `The body is larger than ${limit} bytes.`, { limit });
}
