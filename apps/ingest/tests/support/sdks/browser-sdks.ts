import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser } from "@millrace/jest-preset/chromium";
import { build } from "esbuild";
import type { SdkFacts, SdkTarget } from "./sdk.ts";

/** An SDK of pages. Its code is text, because it runs in the page. */
export interface BrowserSdk extends SdkFacts {
  /** A module that puts what `run` needs onto `globalThis`. */
  readonly module: string;
  /** An expression over `target` that sends two events. */
  readonly run: string;
}

const snowplowModule = `import * as snowplow from "@snowplow/browser-tracker"; globalThis.snowplow = snowplow;`;

const runSnowplow = (method: string) => `
  snowplow.newTracker("sp", target.url, { appId: target.appId, bufferSize: 1, eventMethod: "${method}" });
  snowplow.trackPageView();
  const schema = "iglu:com.acme/click/jsonschema/1-0-0";
  snowplow.trackSelfDescribingEvent({ event: { schema, data: { x: 1 } } });
  // Failed messages wait in the page's storage for the next flush.
  globalThis.flushing = setInterval(() => snowplow.flushBuffer(), 200);`;

const beaconEvent = (id: string) =>
  `JSON.stringify({ specversion: "1.0", id: "${id}", source: "https://sdks.example/page", type: "page.left", data: {} })`;

export const browserSdks: readonly BrowserSdk[] = [
  {
    name: "@segment/analytics-next",
    retries: true,
    key: "sdk",
    module: `import { AnalyticsBrowser } from "@segment/analytics-next"; globalThis.AnalyticsBrowser = AnalyticsBrowser;`,
    // The settings come from the service, as they come from Segment's CDN.
    run: `
      const analytics = AnalyticsBrowser.load({ writeKey: target.writeKey, cdnURL: target.url });
      void analytics.track("Order Completed", { total: 3 });
      void analytics.identify("u1", { plan: "pro" });`,
  },
  {
    name: "@snowplow/browser-tracker",
    retries: true,
    key: "sdk",
    module: snowplowModule,
    run: runSnowplow("post"),
  },
  {
    name: "@snowplow/browser-tracker, GET",
    retries: true,
    key: "sdk",
    module: snowplowModule,
    run: runSnowplow("get"),
  },
  {
    name: "@rudderstack/analytics-js",
    retries: true,
    key: "rudderstack",
    // The other build loads its plugins from a CDN.
    module: `import { RudderAnalytics } from "@rudderstack/analytics-js/bundled"; globalThis.RudderAnalytics = RudderAnalytics;`,
    run: `
      const analytics = new RudderAnalytics();
      analytics.load(target.writeKey, target.url, { configUrl: target.url, loadIntegration: false });
      analytics.track("Order Completed", { total: 3 });
      analytics.identify("u1", { plan: "pro" });`,
  },
  {
    name: "posthog-js",
    retries: true,
    key: "sdk",
    module: `import posthog from "posthog-js"; globalThis.posthog = posthog;`,
    run: `
      // It sends nothing for a browser that declares itself headless.
      const options = { opt_out_useragent_filter: true, autocapture: false, capture_pageview: false };
      posthog.init(target.writeKey, { api_host: target.url, ...options });
      posthog.capture("order completed", { total: 3 });
      posthog.capture("order shipped");`,
  },
  {
    name: "navigator.sendBeacon",
    retries: false,
    key: "sdk",
    module: "",
    run: `
      const url = target.url + "/v1/events?key=" + target.writeKey;
      addEventListener("pagehide", () => {
        navigator.sendBeacon(url, ${beaconEvent("text")});
        navigator.sendBeacon(url, new Blob([${beaconEvent("blob")}], { type: "application/json" }));
      });
      location.href = "about:blank";`,
  },
];

export interface PageSender {
  readonly send: (target: SdkTarget) => Promise<void>;
  close(): Promise<void>;
}

/** Opens a page on an origin of its own and sends from it. */
export async function openPage(browser: Browser, { module, run }: BrowserSdk): Promise<PageSender> {
  const { outputFiles } = await build({
    stdin: { contents: module, resolveDir: import.meta.dirname },
    bundle: true,
    write: false,
    format: "iife",
    platform: "browser",
    logLevel: "error",
  });
  const script = outputFiles[0]?.text ?? "";
  const server = createServer((_request, response) => {
    response.setHeader("content-type", "text/html");
    response.end(`<!doctype html><title>shop</title><script>${script.replaceAll("</script", "<\\/script")}</script>`);
  });
  await new Promise<void>((resolve) => void server.listen(0, resolve));
  const context = await browser.newContext();
  const page = await context.newPage();
  return {
    send: async (target) => {
      await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
      await page.evaluate(`{ const target = ${JSON.stringify(target)}; ${run} }`);
    },
    close: async () => {
      await context.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
}
