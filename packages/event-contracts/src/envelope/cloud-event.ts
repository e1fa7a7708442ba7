/**
 * A CloudEvents 1.0 event in the JSON format.
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
 */
export interface CloudEvent<T extends string = string, D = unknown> {
  specversion: "1.0";
  /** Unique together with `source`; see `eventIdentity`. */
  id: string;
  /** URI reference of the producer, e.g. `https://shop.example/web`. */
  source: string;
  /** `<domain>.<event>`, e.g. `search.click`; names the contract. */
  type: T;
  /** The subject of the event. It becomes the partition key, so events of one subject stay in order. */
  subject?: string;
  /** When it happened, RFC 3339. */
  time?: string;
  /** `$id` of the schema `data` adheres to; without it the newest version of `type` applies. */
  dataschema?: string;
  datacontenttype?: string;
  data?: D;
  /** CloudEvents extension attributes: lower-case letters and digits. */
  [extension: string]: unknown;
}
