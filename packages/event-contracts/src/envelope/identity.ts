/**
 * The identity of an event, `(source, id)` as CloudEvents defines uniqueness, as one string. Every sink dedupes on it.
 * It is a JSON array of both, so no pair of different events can give the same text.
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md#id
 * @example eventIdentity({ source: "https://shop.example", id: "1" }) // '["https://shop.example","1"]'
 */
export function eventIdentity(event: { source: string; id: string }): string {
  return JSON.stringify([event.source, event.id]);
}
