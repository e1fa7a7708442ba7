import { closeSync, createReadStream, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";
import { UsageError } from "../errors.ts";

/** A line of NDJSON that was an object, and where it stood. */
export interface ReadLine {
  readonly value: Readonly<Record<string, unknown>>;
  readonly file: string;
  readonly line: number;
  readonly bytes: number;
}

/**
 * Reads every JSON object of an NDJSON file, or of all files below a folder (as Firehose leaves them in a bucket), gzipped
 * or not. Lines that are no objects are passed to `onBadLine`.
 */
export async function* readLines(
  path: string,
  onBadLine: (file: string, line: number) => void,
): AsyncGenerator<ReadLine> {
  for (const file of filesOf(path)) {
    let line = 0;
    for await (const text of createInterface({ input: open(file), crlfDelay: Number.POSITIVE_INFINITY })) {
      line += 1;
      if (text.trim() === "") continue;
      const value = parseObject(text);
      if (value === undefined) onBadLine(file, line);
      else yield { value, file, line, bytes: Buffer.byteLength(text) + 1 };
    }
  }
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

function open(file: string): NodeJS.ReadableStream {
  const stream = createReadStream(file);
  return isGzip(file) ? stream.pipe(createGunzip()) : stream;
}

/** By the first two bytes: object stores keep gzip under any name. */
function isGzip(file: string): boolean {
  const head = Buffer.alloc(2);
  const descriptor = openSync(file, "r");
  try {
    readSync(descriptor, head, 0, 2, 0);
  } finally {
    closeSync(descriptor);
  }
  return head[0] === 0x1f && head[1] === 0x8b;
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}
