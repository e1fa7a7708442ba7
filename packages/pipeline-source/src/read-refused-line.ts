import { isMissingObject, readTextLines } from "@millrace/stored-events";
import type { Readable } from "node:stream";
import type { RefusedLine } from "./traces.ts";

export type LinePlace = Pick<RefusedLine, "object" | "line">;

/**
 * Returns a line of an object that a pipe loads, as it lies in the lake.
 * @throws RangeError when no pipe loads the object, it is gone, or it has no such line
 */
export async function readRefusedLine(
  pipes: readonly { readonly bucket: string; readonly prefix: string }[],
  get: (bucket: string, object: string) => Promise<Readable>,
  { object, line }: LinePlace,
): Promise<string> {
  const pipe = pipes.find(({ prefix }) => object.startsWith(prefix));
  if (pipe === undefined) throw new RangeError(`No pipe loads "${object}".`);
  const address = `s3://${pipe.bucket}/${object}`;
  const stream = await get(pipe.bucket, object).catch((error: unknown) => {
    throw isMissingObject(error) ? new RangeError(`${address} is gone.`) : error;
  });
  let before = 0;
  for await (const lines of readTextLines(stream)) {
    const found = lines[line - 1 - before];
    if (found !== undefined) return found;
    before += lines.length;
  }
  throw new RangeError(`${address} has no line ${line}.`);
}
