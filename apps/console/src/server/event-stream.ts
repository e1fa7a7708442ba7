import type { ServerResponse } from "node:http";
import type { LiveEvents } from "../api.ts";
import { MAX_WAITING_BYTES } from "../events/limits.ts";

const BEAT_MS = 15_000;

/**
 * One browser that follows by Server-Sent Events. A message is written whole or not at all. While too much waits for
 * the browser, messages that may be lost are dropped, and their sender counts them.
 */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #beat: NodeJS.Timeout;

  constructor(response: ServerResponse) {
    this.#response = response;
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    response.write("retry: 1000\n\n");
    this.#beat = setInterval(() => this.isFull || response.write(":\n\n"), BEAT_MS).unref();
    response.once("close", () => clearInterval(this.#beat));
  }

  /** True if so much waits that a message would be lost. */
  get isFull(): boolean {
    return this.#response.writableLength > MAX_WAITING_BYTES;
  }

  /** @returns whether it was written */
  send(event: string, data: unknown): boolean {
    if (this.isFull || this.#response.destroyed) return false;
    // JSON has no line breaks outside of texts, and those are escaped.
    this.#response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    return true;
  }

  end(): void {
    this.#response.end();
  }
}

/** Gives a browser what comes. One that does not keep up loses whole batches, and hears how many events these held. */
export function eventSender(stream: Pick<EventStream, "send">): (events: LiveEvents) => void {
  let missed = 0;
  return ({ events, missed: unread, totals }) => {
    if (stream.send("events", { events, missed: missed + unread, totals })) missed = 0;
    else missed += events.length + unread;
  };
}
