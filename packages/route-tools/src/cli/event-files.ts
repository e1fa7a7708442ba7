import { openS3 } from "@millrace/stored-events";
import { createReadStream, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { LocationError, UsageError } from "../errors.ts";
import { parseS3Url } from "./s3-url.ts";

/** A file or an object, and how to get its bytes. */
export interface EventFile {
  readonly name: string;
  open(): Promise<Readable>;
}

/**
 * The file at a path, all files below a folder, or all objects below `s3://bucket/prefix`, in order of name.
 * @throws UsageError when nothing is there. @throws LocationError when S3 refuses.
 */
export async function* eventFiles(location: string): AsyncGenerator<EventFile> {
  if (location.startsWith("s3://")) yield* s3Files(location);
  else for (const name of filesOf(location)) yield { name, open: () => Promise.resolve(createReadStream(name)) };
}

function filesOf(path: string): string[] {
  let isFolder: boolean;
  try {
    isFolder = statSync(path).isDirectory();
  } catch (cause) {
    throw new UsageError(`There is no file or folder ${path}`, { cause });
  }
  if (!isFolder) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

async function* s3Files(url: string): AsyncGenerator<EventFile> {
  const { bucket, key: prefix } = parseS3Url(url);
  const s3 = await openS3();
  let count = 0;
  try {
    for await (const key of s3.list(bucket, prefix)) {
      // As with folders: "enriched" is not "enriched-before".
      if (prefix !== "" && !prefix.endsWith("/") && key !== prefix && !key.startsWith(`${prefix}/`)) continue;
      count += 1;
      yield { name: `s3://${bucket}/${key}`, open: () => s3.get(bucket, key) };
    }
  } catch (error) {
    throw LocationError.from(url, error);
  } finally {
    s3.close();
  }
  if (count === 0) throw new UsageError(`There is no object below ${url}`);
}
