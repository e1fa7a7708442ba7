/** Where an SDK sends, and as whom. */
export interface SdkTarget {
  readonly url: string;
  readonly writeKey: string;
  readonly appId: string;
}

/** Facts about a real SDK that need no loading of it. */
export interface SdkFacts {
  /** Name of its npm package, or of a function of the browser. */
  readonly name: string;
  /** True if the SDK sends a request again after a 503. */
  readonly retries: boolean;
  /** The sender of its requests. */
  readonly key: "sdk" | "rudderstack";
}

/** Events that every SDK sends. */
export const sentEvents = 2;

/** The SDKs that run in Node, as their packages are; each in a process of its own. */
export const nodeSdkFacts: readonly SdkFacts[] = [
  { name: "@segment/analytics-node", retries: true, key: "sdk" },
  { name: "@rudderstack/rudder-sdk-node", retries: true, key: "rudderstack" },
  { name: "@snowplow/node-tracker", retries: true, key: "sdk" },
  { name: "posthog-node", retries: true, key: "sdk" },
  // It leaves repetition to its transport.
  { name: "cloudevents", retries: false, key: "sdk" },
  { name: "@opentelemetry/exporter-logs-otlp-http", retries: true, key: "sdk" },
];
