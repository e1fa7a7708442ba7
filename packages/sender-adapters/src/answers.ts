import type { Answer } from "./adapter.ts";

/** A JSON answer. */
export function answerJson(value: unknown, status = 200): Answer {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(value) };
}

/** A text answer. */
export function answerText(body: string, status = 200): Answer {
  return { status, headers: { "content-type": "text/plain; charset=utf-8" }, body };
}

/** A transparent GIF of one pixel. */
const pixel = Buffer.from("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "base64");

/** The answer to an `<img>`: never cached, or the second event would not be sent. */
export function answerPixel(): Answer {
  return { status: 200, headers: { "content-type": "image/gif", "cache-control": "no-store" }, body: pixel };
}
