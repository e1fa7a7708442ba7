import { promisify } from "node:util";
import { gunzip, gunzipSync } from "node:zlib";
import { etagOf } from "../object-store/stored-object.ts";
import { WarehouseError } from "./errors.ts";
import type { LoadFileRequest } from "./warehouse.ts";

const gunzipAsync = promisify(gunzip);

/**
 * Refuses bytes that are not the ones that were announced: a `.gz` that is cut off can look like an error in a line.
 */
export function checkFile({ bytes, sizeBytes, etag, fileName }: LoadFileRequest): void {
  if (bytes.byteLength === sizeBytes && etagOf(bytes) === etag) return;
  throw new WarehouseError(
    "FILE_CHANGED",
    `The file ${fileName} was announced with ${sizeBytes} bytes and ETag ${etag}, and has ${bytes.byteLength} bytes and ETag ${etagOf(bytes)}.`,
  );
}

/** The content of a file, unpacked on another thread. */
export async function readContent(request: LoadFileRequest): Promise<Buffer> {
  return unpack(request, (bytes) => gunzipAsync(bytes));
}

/** The text of a file, unpacked at once: for the virtual clock. */
export async function readTextSync(request: LoadFileRequest): Promise<string> {
  return (await unpack(request, async (bytes) => gunzipSync(bytes))).toString();
}

async function unpack(request: LoadFileRequest, gunzipBytes: (bytes: Uint8Array) => Promise<Buffer>): Promise<Buffer> {
  const { bytes, fileName } = request;
  if (!fileName.endsWith(".gz")) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    return await gunzipBytes(bytes);
  } catch (error) {
    throw new WarehouseError("FILE_UNREADABLE", `The file ${fileName} is not a complete gzip file.`, { cause: error });
  }
}

/** A line with content and its number, counted from 1 over all lines of the file. */
export interface NumberedLine {
  readonly number: number;
  readonly text: string;
}

/** The lines of NDJSON text; empty ones count and are left out. */
export function* linesOf(text: string): Generator<NumberedLine> {
  let number = 0;
  let start = 0;
  while (start < text.length) {
    const newline = text.indexOf("\n", start);
    const end = newline < 0 ? text.length : newline;
    number += 1;
    const line = text.slice(start, end);
    if (line.trim() !== "") yield { number, text: line };
    start = end + 1;
  }
}
