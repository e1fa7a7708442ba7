import { pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { parseKeepingSpelling } from "@millrace/event-pattern";
import { LocationError } from "../errors.ts";
import { eventFiles } from "./event-files.ts";

/** A line of NDJSON that was an object, and where it stood. */
export interface ReadLine {
  readonly value: Readonly<Record<string, unknown>>;
  readonly file: string;
  readonly line: number;
}

/**
 * Reads every JSON object of an NDJSON file, or of all files below a folder or objects below `s3://bucket/prefix` (as
 * Firehose leaves them), gzipped or not. Lines that are no objects are passed to `onBadLine`.
 * @throws LocationError when a file cannot be read to its end. @throws UsageError when there is none.
 */
export async function* readLines(
  location: string,
  onBadLine: (file: string, line: number) => void,
  isWanted: (file: string) => boolean = () => true,
): AsyncGenerator<ReadLine> {
  for await (const file of eventFiles(location)) {
    if (!isWanted(file.name)) continue;
    let line = 0;
    for await (const lines of chunksOfLines(file.name, await file.open())) {
      for (const text of lines) {
        line += 1;
        if (text.trim() === "") continue;
        const value = parseObject(text);
        if (value === undefined) onBadLine(file.name, line);
        else yield { value, file: file.name, line };
      }
    }
  }
}

async function* chunksOfLines(file: string, stream: Readable): AsyncGenerator<string[]> {
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for await (const bytes of unpacked(stream)) {
      // Only \n ends a line: JSON may hold the other characters that Unicode calls line ends.
      const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      yield lines;
    }
  } catch (error) {
    throw LocationError.from(file, error);
  } finally {
    stream.destroy();
  }
  yield [rest + decoder.decode()];
}

/** Gunzips what begins as gzip does: object stores keep it under any name. */
async function* unpacked(stream: Readable): AsyncGenerator<Uint8Array> {
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let head = Buffer.alloc(0);
  while (head.length < 2) {
    const next = await chunks.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  const whole = resume(head, chunks);
  if (head[0] !== 0x1f || head[1] !== 0x8b) {
    yield* whole;
    return;
  }
  // An error of either side ends the iteration, which is where it is answered for.
  yield* pipeline(whole, createGunzip(), () => undefined) as AsyncIterable<Buffer>;
}

async function* resume(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  if (head.length > 0) yield head;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = parseKeepingSpelling(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}
