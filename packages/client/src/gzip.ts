import { MAX_GZIP_RATIO, MIN_GZIP_BYTES } from "./limits.ts";

/**
 * Compresses a body, where the platform can and it pays; `undefined` means that the text is to be sent. Never rejects.
 */
export async function gzip(text: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (text.length < MIN_GZIP_BYTES || typeof CompressionStream === "undefined") return undefined;
  try {
    const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
    const packed = new Uint8Array(await new Response(stream).arrayBuffer());
    const isWorthIt = packed.length < text.length && packed.length * MAX_GZIP_RATIO > text.length;
    return isWorthIt ? packed : undefined;
  } catch {
    return undefined;
  }
}
