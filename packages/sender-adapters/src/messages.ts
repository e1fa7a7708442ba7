import type { ReadMessage } from "./adapter.ts";
import { AdapterError } from "./adapter-error.ts";
import { isObject, type JsonObject } from "./json-text.ts";
import { MAX_MESSAGES_PER_REQUEST } from "./limits.ts";

/** Reads each message of a batch; one that is no object keeps its place as a fault. @throws AdapterError */
export function readMessages(batch: readonly unknown[], read: (message: JsonObject) => ReadMessage): ReadMessage[] {
  if (batch.length > MAX_MESSAGES_PER_REQUEST) {
    const detail = `A request takes ${MAX_MESSAGES_PER_REQUEST} messages; split the batch.`;
    throw new AdapterError("too-many-events", detail, MAX_MESSAGES_PER_REQUEST);
  }
  return batch.map((message) =>
    isObject(message) ? read(message) : unreadable("Expected a message to be a JSON object.", message),
  );
}

/** A message that cannot become an event. */
export function unreadable(detail: string, message: unknown): ReadMessage {
  return { fault: { code: "event-not-an-object", detail, text: JSON.stringify(message) } };
}
