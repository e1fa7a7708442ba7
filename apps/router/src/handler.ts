import { type Connections, openDestination, signedServices, targetOf } from "@millrace/destinations";
import { createKinesisClient, createPutRecords, systemClock } from "@millrace/put-records";
import { type CompiledRoutes, loadRoutes } from "@millrace/routes/runtime";
import type { StreamHandler } from "@millrace/stream-handler";
import { createDeliveryHooks, createLogger, createTelemetry, parseLogLevel } from "@millrace/telemetry";
import { readConfig } from "./config.ts";
import { createRouterHandler } from "./create-router-handler.ts";
import { RELOAD_TIMEOUT_MS } from "./limits.ts";
import { RouteSource } from "./reload/route-source.ts";
import { createObjectClient } from "./s3/object-client.ts";

/** The compiled routes as JSON text, put in by the build: parsing text is faster than evaluating an object literal. */
declare const COMPILED_ROUTES: string;
/** Version and hash of the built artifact; benchmarks bundle without it. */
declare const BUILD_VERSION: string | undefined;

const config = readConfig(process.env);
const bundled = loadRoutes(JSON.parse(COMPILED_ROUTES) as CompiledRoutes);
const client = createKinesisClient({});
const objects = createObjectClient(process.env);
const logger = createLogger({
  level: parseLogLevel(config.logLevel),
  base: { service: "router", stage: config.stage, function: config.functionName },
});
const telemetry = createTelemetry({ service: "router", stage: config.stage, functionName: config.functionName });
const hooks = createDeliveryHooks(telemetry);
const { undeliveredUrl, routesUrl } = config;
const source =
  routesUrl === undefined
    ? undefined
    : new RouteSource({
        bundled,
        fetchRoutes: (etag, signal) => objects.get(routesUrl, etag, signal),
        checkEveryMs: config.routesCheckMs,
        timeoutMs: RELOAD_TIMEOUT_MS,
        clock: systemClock,
        logger,
      });

/** A client signs for one region and asks its endpoint, so a destination elsewhere needs a client of its own. */
const clients = new Map<string, ReturnType<typeof createKinesisClient>>();

function clientIn(region: string): ReturnType<typeof createKinesisClient> {
  if (region === config.region) return client;
  const known = clients.get(region) ?? createKinesisClient({ region });
  clients.set(region, known);
  return known;
}

const { stage, region, accountId, destinationPrefix: prefix } = config;
const connections: Connections = {
  kinesis: clientIn,
  ...signedServices(process.env),
  clock: systemClock,
  random: Math.random,
  hooks,
};

const route = createRouterHandler({
  routes: () => source?.current() ?? bundled,
  destination: (destination) =>
    openDestination(targetOf(destination, { stage, region, accountId, prefix }), connections),
  badRows: createPutRecords({ client, streamName: config.badRowStreamName, hooks }),
  undelivered: { put: (key, bytes, signal) => objects.put(`${undeliveredUrl}/${key}`, bytes, signal) },
  telemetry,
  logger,
  ...(typeof BUILD_VERSION === "string" ? { processor: { name: "router", version: BUILD_VERSION } } : {}),
});

/** Entry point of the function. */
export const handler: StreamHandler = async (event, context) => {
  await source?.refresh();
  return route(event, context);
};
