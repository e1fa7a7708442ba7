import type { Buffer } from "node:buffer";
import { isAbsolute, join } from "node:path";
import { createSignedRequest, type Environment } from "@millrace/aws-request";
import { LookupReadError } from "../errors.ts";

/** A table as it lies at its source. */
export interface SourceBytes {
  readonly bytes: Buffer;
  /** Another one when the bytes are: an ETag, or size and time of change. */
  readonly version: string;
}

/**
 * Reads the source of a table, unless it is the version that was read before: then `undefined`.
 *
 * @throws LookupReadError when it cannot be read, or is larger than `maxBytes`
 */
export type ReadSource = (
  source: string,
  options: { readonly before: string | undefined; readonly maxBytes: number; readonly signal: AbortSignal },
) => Promise<SourceBytes | undefined>;

const tooLarge = (source: string, maxBytes: number): LookupReadError =>
  new LookupReadError(`${source} has more than ${maxBytes} bytes; raise \`maxBytes\`, or make the table smaller.`);

/**
 * Reads objects of S3 and files.
 *
 * @param folder of the bundle, where relative paths lie
 */
export function createSourceReader(environment: Environment, folder: string): ReadSource {
  let send: ReturnType<typeof createSignedRequest> | undefined;

  const readObject: ReadSource = async (source, { before, maxBytes, signal }) => {
    send ??= createSignedRequest({ name: "s3", endpointVariable: "S3" }, environment);
    const [bucket = "", ...key] = source.slice("s3://".length).split("/").map(encodeURIComponent);
    const { status, headers, body } = await send({
      method: "GET",
      path: `/${[bucket, ...key].join("/")}`,
      ...(before === undefined ? {} : { headers: { "if-none-match": before } }),
      maxBodyBytes: maxBytes,
      signal,
    });
    if (status === 304) return undefined;
    if (status === 403) throw new LookupReadError(`S3 answered 403 for ${source}: no such object, or no right to it.`);
    if (status !== 200) throw new LookupReadError(`S3 answered ${status} for ${source}.`);
    if (body.length > maxBytes) throw tooLarge(source, maxBytes);
    return { bytes: body, version: headers.etag ?? "" };
  };

  const readLocal: ReadSource = async (source, { before, maxBytes, signal }) => {
    const path = isAbsolute(source) ? source : join(folder, source);
    // Loaded with the first table: most functions have none.
    const { readFile, stat } = process.getBuiltinModule("node:fs/promises");
    try {
      const { mtimeMs, size } = await stat(path);
      const version = `${size}-${mtimeMs}`;
      if (version === before) return undefined;
      if (size > maxBytes) throw tooLarge(source, maxBytes);
      return { bytes: await readFile(path, { signal }), version };
    } catch (cause) {
      if (cause instanceof LookupReadError) throw cause;
      throw new LookupReadError(`${source} cannot be read: ${(cause as Error).message}.`, { cause });
    }
  };

  return (source, options) => (source.startsWith("s3://") ? readObject : readLocal)(source, options);
}
