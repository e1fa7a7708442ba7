/**
 * Sends the sample traffic in a process of its own, so that neither its work nor its garbage slows the services down.
 * It ends when everything is sent and answered, when it is told to stop, or when its parent is gone.
 */
import { createRandom } from "@millrace/aws-simulator/random";
import { createRouteOracle } from "../report/route-oracle.ts";
import { createEventClient } from "./event-client.ts";
import { OutcomeBatch } from "./outcome-batch.ts";
import { sampleMix } from "./sample-mix.ts";
import { sendTraffic } from "./send-traffic.ts";
import type { TrafficCommand, TrafficMessage, TrafficSettings } from "./traffic-messages.ts";
import { planTraffic } from "./traffic-plan.ts";

/** Requests under way at once: enough for 5,000 events a second while answers take 100 ms. */
const MAX_REQUESTS_IN_FLIGHT = 256;
const MESSAGE_INTERVAL_MS = 100;

const settings = JSON.parse(process.argv[2] ?? "") as TrafficSettings;
const stopping = new AbortController();
// There is one command: to stop.
process.once("message", (_command: TrafficCommand) => stopping.abort());
process.once("disconnect", () => process.exit(1));

const tell = (message: TrafficMessage): void => void process.send?.(message);
const batch = new OutcomeBatch();
const tellOutcomes = (): void => {
  const outcomes = batch.take();
  if (outcomes !== undefined) tell({ kind: "outcomes", outcomes });
};

const client = createEventClient(settings.url, MAX_REQUESTS_IN_FLIGHT);
const timer = setInterval(tellOutcomes, MESSAGE_INTERVAL_MS);
await sendTraffic(
  planTraffic({ ...sampleMix(settings.rate, settings.eventsPerRequest), random: createRandom(settings.seed) }),
  {
    client,
    writeKey: settings.writeKey,
    rate: settings.rate,
    limit: settings.limit ?? Number.POSITIVE_INFINITY,
    maxRequestsInFlight: MAX_REQUESTS_IN_FLIGHT,
    oracle: createRouteOracle(settings.routes),
    onOutcomes: (outcomes) => batch.add(outcomes),
    onStray: ({ name, bytes }) => tell({ kind: "stray", name, base64: Buffer.from(bytes).toString("base64") }),
    signal: stopping.signal,
  },
);
clearInterval(timer);
tellOutcomes();
await client.close();
process.removeAllListeners("disconnect");
process.disconnect();
