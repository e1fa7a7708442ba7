import { pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";

/** Unpacked at once: each piece is a turn of the thread that unpacks. */
const UNPACKED_BYTES = 256 * 1024;

/**
 * The lines of a stream of bytes, gzipped or not, in batches as they come. Only `\n` ends a line: JSON may hold the
 * other characters that Unicode calls line ends. The last batch has the text behind the last line end.
 */
export async function* readTextLines(stream: Readable): AsyncGenerator<string[]> {
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for await (const bytes of unpacked(stream)) {
      const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      yield lines;
    }
  } finally {
    stream.destroy();
  }
  yield [rest + decoder.decode()];
}

/** True if a stream of bytes, gzipped or not, contains the text. It is read to its first place, or to its end. */
export async function containsText(stream: Readable, text: string): Promise<boolean> {
  const wanted = Buffer.from(text);
  // The text may begin in one piece and end in the next.
  let seam = Buffer.alloc(0);
  try {
    for await (const bytes of unpacked(stream)) {
      const piece = Buffer.concat([seam, bytes]);
      if (piece.includes(wanted)) return true;
      seam = piece.subarray(Math.max(0, piece.length - wanted.length + 1));
    }
  } finally {
    stream.destroy();
  }
  return false;
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
  yield* pipeline(whole, createGunzip({ chunkSize: UNPACKED_BYTES }), () => undefined) as AsyncIterable<Buffer>;
}

async function* resume(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  if (head.length > 0) yield head;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}
