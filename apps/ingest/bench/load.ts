import autocannon from "autocannon";
import { benchKey, type LoadOptions, type LoadResult } from "./protocol.ts";

/** The load generator, in its own process: `node bench/load.ts <LoadOptions as JSON>`, started by `bench.ts`. */

const options = JSON.parse(process.argv[2] ?? "") as LoadOptions;

/** About 600 bytes, like a click of a shopper. */
function anEvent(index: number): object {
  return {
    specversion: "1.0",
    id: `01936b1e-7f00-7000-8000-${String(index).padStart(12, "0")}`,
    source: "https://shop.example/web",
    type: "search.click",
    subject: `visitor-${index % 10}`,
    time: "2026-11-22T18:30:00.000Z",
    datacontenttype: "application/json",
    data: {
      context: {
        pageUrl: "https://shop.example/search?q=running+shoes&utm_source=newsletter&utm_medium=email",
        pageTitle: "Running shoes: search results",
        referrerUrl: "https://www.example.com/",
        sessionId: "5f3c2a9e-8d1b-4c7f-9a60-1e2d3c4b5a69",
        visitorId: "b7e6d5c4-a3b2-4190-8f7e-6d5c4b3a2918",
        screen: { width: 1440, height: 900 },
        locale: "en-GB",
      },
      queryId: "q-7f3a",
      query: "running shoes",
      productId: "sku-104233",
      rank: 3,
    },
  };
}

const events = Array.from({ length: options.eventsPerRequest }, (_, index) => anEvent(index));
const result = await autocannon({
  url: `http://127.0.0.1:${options.port}/v1/events`,
  method: "POST",
  connections: options.connections,
  duration: options.seconds,
  headers: {
    "content-type": "application/json",
    authorization: `Bearer ${benchKey}`,
    "user-agent":
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    origin: "https://shop.example",
  },
  body: JSON.stringify(events.length === 1 ? events[0] : events),
});

const summary: LoadResult = {
  requests: result["2xx"],
  seconds: result.duration,
  non2xx: result.non2xx,
  errors: result.errors,
  p50Ms: result.latency.p50,
  p99Ms: result.latency.p99,
};
process.stdout.write(JSON.stringify(summary));
