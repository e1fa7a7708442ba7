import type { Readable } from "node:stream";
import { parseKeepingSpelling } from "@millrace/event-pattern";
import { asObject, readTextLines } from "@millrace/stored-events";
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
  try {
    yield* readTextLines(stream);
  } catch (error) {
    throw LocationError.from(file, error);
  }
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = parseKeepingSpelling(text);
    return asObject(value);
  } catch {
    return undefined;
  }
}
