import { zipSync, type Zippable } from "fflate";

/** The files of a zip: path inside the zip → content. */
export type ZipEntries = Readonly<Record<string, Uint8Array>>;

// The earliest date a zip can express. fflate writes the *local* fields of a date, so it is given in local time: the
// bytes are then the same in every time zone.
const fixedMtime = new Date(1980, 0, 1);

// Unix permissions rw-r--r-- in the upper half: Lambda refuses files that its user cannot read.
const readableByAll = 0o644 << 16;
const UNIX_HOST = 3;

/**
 * Zips files so that equal content gives equal bytes: entries sorted, one fixed mtime, one compressor.
 *
 * The compressor is fflate and not `node:zlib`, whose output differs between Node versions and processor architectures;
 * a differing hash makes Terraform redeploy a function that did not change.
 *
 * @param entries path inside the zip → bytes
 * @returns the bytes of the zip
 */
export function createDeterministicZip(entries: ZipEntries): Uint8Array {
  const sorted: Zippable = {};
  for (const path of Object.keys(entries).sort()) {
    const bytes = entries[path];
    if (bytes !== undefined)
      sorted[path] = [bytes, { level: 9, mtime: fixedMtime, os: UNIX_HOST, attrs: readableByAll }];
  }
  return zipSync(sorted);
}
