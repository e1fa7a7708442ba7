import { gunzipSync } from "node:zlib";

/** Returns the lines of an object that hold anything; undefined for a `.gz` that is no whole gzip. */
export function linesOfObject(key: string, bytes: Uint8Array): string[] | undefined {
  let content = bytes;
  try {
    if (key.endsWith(".gz")) content = gunzipSync(bytes);
  } catch {
    return undefined;
  }
  const text = new TextDecoder().decode(content);
  return text.split("\n").filter((line) => line.trim() !== "");
}
