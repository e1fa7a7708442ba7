import { OTLPLogExporter } from "@opentelemetry/exporter-logs-otlp-http";
import { BatchLogRecordProcessor, LoggerProvider } from "@opentelemetry/sdk-logs";
import RudderAnalytics from "@rudderstack/rudder-sdk-node";
import { Analytics } from "@segment/analytics-node";
import { buildPageView, buildSelfDescribingEvent, newTracker } from "@snowplow/node-tracker";
import { CloudEvent, emitterFor, httpTransport, Mode } from "cloudevents";
import { PostHog } from "posthog-node";
import type { SdkTarget } from "./sdk.ts";

/** A real SDK. */
interface Sdk {
  readonly name: string;
  /** Sends two events with the SDK as an application does, and ends. */
  send(target: SdkTarget): Promise<void>;
}

const segment: Sdk = {
  name: "@segment/analytics-node",
  send: async ({ url, writeKey }) => {
    const analytics = new Analytics({ writeKey, host: url, flushAt: 2 });
    analytics.track({ userId: "u1", event: "Order Completed", properties: { total: 3 } });
    analytics.identify({ userId: "u1", traits: { plan: "pro" } });
    await analytics.closeAndFlush();
  },
};

const rudderstack: Sdk = {
  name: "@rudderstack/rudder-sdk-node",
  send: async ({ url, writeKey }) => {
    const analytics = new RudderAnalytics(writeKey, { dataPlaneUrl: url, flushAt: 2, flushInterval: 200 });
    await Promise.all([
      new Promise<void>((resolve) => void analytics.track({ userId: "u1", event: "Order" }, () => resolve())),
      new Promise<void>((resolve) => void analytics.page({ userId: "u1", name: "Home" }, () => resolve())),
    ]);
  },
};

const snowplow: Sdk = {
  name: "@snowplow/node-tracker",
  send: async ({ url, appId }) => {
    const { hostname, port } = new URL(url);
    const tracker = newTracker(
      { namespace: "n", appId, encodeBase64: true },
      { endpoint: `http://${hostname}:${port}`, bufferSize: 2, eventMethod: "post" },
    );
    tracker.track(buildPageView({ pageUrl: "https://shop.example/x" }));
    tracker.track(
      buildSelfDescribingEvent({ event: { schema: "iglu:com.acme/click/jsonschema/1-0-0", data: { x: 1 } } }),
    );
    await tracker.flush();
    // Failed messages wait for the next flush.
    await tracker.flush();
  },
};

const posthog: Sdk = {
  name: "posthog-node",
  send: async ({ url, writeKey }) => {
    const client = new PostHog(writeKey, { host: url, flushAt: 2, fetchRetryDelay: 50 });
    client.capture({ distinctId: "u1", event: "order completed" });
    client.identify({ distinctId: "u1", properties: { plan: "pro" } });
    await client.shutdown();
  },
};

const cloudEvents: Sdk = {
  name: "cloudevents",
  send: async ({ url, writeKey }) => {
    const transport = httpTransport(`${url}/v1/events`);
    const headers = { authorization: `Bearer ${writeKey}` };
    for (const mode of [Mode.BINARY, Mode.STRUCTURED]) {
      const event = new CloudEvent({ source: "https://sdks.example/js", type: "custom.event", data: { mode } });
      await emitterFor(transport, { mode })(event, { headers });
    }
  },
};

const openTelemetry: Sdk = {
  name: "@opentelemetry/exporter-logs-otlp-http",
  send: async ({ url, writeKey }) => {
    const exporter = new OTLPLogExporter({ url: `${url}/v1/logs`, headers: { authorization: `Bearer ${writeKey}` } });
    const provider = new LoggerProvider({ processors: [new BatchLogRecordProcessor({ exporter })] });
    const logger = provider.getLogger("shop");
    logger.emit({ eventName: "shop.click", body: "hi", attributes: { "session.id": "s1" } });
    logger.emit({ eventName: "shop.scroll", body: "ho", attributes: { "session.id": "s1" } });
    await provider.forceFlush();
    await provider.shutdown();
  },
};

/** The SDKs behind the names of `nodeSdkFacts`. */
export const nodeSdks: readonly Sdk[] = [segment, rudderstack, snowplow, posthog, cloudEvents, openTelemetry];
