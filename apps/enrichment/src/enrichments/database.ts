import { isAbsolute, join } from "node:path";
import { Buffer } from "node:buffer";
import { Reader, type Response } from "mmdb-lib";
import { DatabaseError } from "../errors.ts";
import type { ReadFile } from "./enrichment.ts";

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

/** Reads files of the bundle: relative paths lie beside the bundled code. */
export function createBundleReader(folder: string, read: (path: string) => Uint8Array): ReadFile {
  return (path) => read(isAbsolute(path) ? path : join(folder, path));
}
