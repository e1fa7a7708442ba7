import { Buffer } from "node:buffer";
import { isIP } from "node:net";
import { isAbsolute, join } from "node:path";
import { Reader, type Response } from "mmdb-lib";
import { DatabaseError, EnrichmentFailedError } from "./errors.ts";
import { unmapIp } from "./unmap-ip.ts";
import { createAddition } from "./addition.ts";
import type { Enrichment, ReadFile } from "./definition.ts";
import { clientAddress } from "./text-input.ts";

/** Looks an address up; `null` when the database does not have it. */
export type LookUp = (address: string) => Response | null;

/**
 * Opens a database in MaxMind format when the first address is looked up, not before: a cold start without it reads no
 * megabytes it may not need.
 *
 * A database that cannot be opened is not tried again.
 */
export function createLazyDatabase(path: string, readFile: ReadFile): LookUp {
  let reader: Reader<Response> | undefined;
  let failure: DatabaseError | undefined;
  return (address) => {
    if (failure !== undefined) throw failure;
    try {
      reader ??= new Reader<Response>(Buffer.from(readFile(path)));
    } catch (cause) {
      failure = new DatabaseError(`The database ${path} cannot be opened.`, { cause });
      throw failure;
    }
    return reader.get(address);
  };
}

/**
 * Creates an enrichment that looks the client's address up. A text that is no address is not looked up; the enrichment
 * `client` notes it.
 */
export function createIpLookup<Result>(
  name: string,
  lookUp: (address: string) => Result | undefined,
): Enrichment<Result> {
  return {
    input: clientAddress,
    read(text) {
      const address = unmapIp(text);
      if (isIP(address) === 0) return undefined;
      try {
        const value = lookUp(address);
        return value === undefined ? undefined : createAddition(name, value);
      } catch (cause) {
        throw cause instanceof DatabaseError ? new EnrichmentFailedError(cause.message) : cause;
      }
    },
  };
}

/** Reads files of the bundle: relative paths lie beside the bundled code. */
export function createBundleReader(folder: string, read: (path: string) => Uint8Array): ReadFile {
  return (path) => read(isAbsolute(path) ? path : join(folder, path));
}
