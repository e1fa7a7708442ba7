import { provisioned, smallBatches, smallFunction } from "../config/capacity.ts";
import type { EnvironmentInput } from "../config/defaults.ts";
import * as unit from "../config/units.ts";

const retention = unit.hours(24);
const batches = { ...smallBatches, batchSize: unit.records(500), batchingWindow: unit.seconds(0) };
/** No alarm on consumers: they are started and stopped by hand. */
const consumers = { polling: false, fanOut: [] };
const delivery = { bufferInterval: unit.seconds(2), bufferSize: unit.mebibytes(5) };
/** Signs webhooks; as public as the key. */
const localWebhookSecret = "mrw_local_webhook_secret";

/** Runs on one laptop: few shards, small buffers, keys that are public and worth nothing elsewhere. */
export const environment: EnvironmentInput = {
  kind: "local",
  aws: { accountId: "000000000000", region: "eu-west-1" },
  tags: { costCenter: "none" },
  streams: {
    raw: provisioned(6, retention),
    enriched: provisioned(12, retention),
    badRows: provisioned(1, retention),
    destinations: { ...provisioned(2, retention), share: unit.percent(10), consumers },
    destinationOverrides: { recommendations: { ...provisioned(8, retention), share: unit.percent(60), consumers } },
  },
  functions: { enrichment: smallFunction, router: smallFunction },
  mappings: { enrichment: batches, router: { ...batches, batchSize: unit.records(100) } },
  // Traffic of one sender: with more lanes, hardly two events would share a record.
  packing: { lanes: unit.lanes(32) },
  canaries: { writeKey: { from: "inline", value: "mrw_local_canaries_only" } },
  delivery: { enriched: delivery, badRows: delivery },
  lake: { expireAfter: unit.days(31), deadLettersExpireAfter: unit.days(7) },
  logs: { retention: 1 },
  warehouse: { edition: "standard", timeTravel: unit.days(1) },
  frontDoor: { firewall: { mode: "none" }, accessLogs: { mode: "none" } },
  ingest: {
    cluster: { oidcIssuer: "oidc.eks.eu-west-1.amazonaws.com/id/LOCAL" },
    // No image runs on a laptop: the service starts from its bundle.
    image: { repository: "millrace/ingest", digest: `sha256:${"0".repeat(64)}` },
    host: "localhost",
    certificateArn: "arn:aws:acm:eu-west-1:000000000000:certificate/00000000-0000-0000-0000-000000000000",
    replicas: { min: unit.replicas(1), max: unit.replicas(1) },
    resources: { cpuRequest: unit.millicores(250), memory: unit.mebibytes(512) },
    drainTimeout: unit.seconds(10),
    deregistrationDelay: unit.seconds(0),
    corsOrigins: ["*"],
    webhookOrigins: ["*"],
    writeKeys: {
      from: "inline",
      value: [
        {
          name: "local development",
          // sha256 of `localWriteKey`
          sha256: "d5dc50f1d59f87709e1b83f159d9488fc192f8ab8d91f61e7df9dac62c7f549c",
          tenantId: "local",
          sources: ["https://shop.example/*"],
          // An SDK can be tried here without configuring a key first.
          adapters: {
            segment: {},
            posthog: {},
            snowplow: { appIds: ["*"] },
            otlp: {},
            github: { secrets: [localWebhookSecret] },
            stripe: { secrets: [localWebhookSecret] },
            "event-grid": {},
            rudderstack: {},
          },
        },
        {
          name: "canaries",
          // sha256 of the key of `canaries`
          sha256: "c08ad68acf932f6b4e32c8a3158a17c58d3b5827f235d48956009df86ba3fb3c",
          tenantId: "millrace",
          sources: ["/millrace/canaries"],
          canary: true,
        },
      ],
    },
    localWriteKey: "mrw_local_development_only",
  },
  privacyKeys: {
    from: "inline",
    // base64 of "millrace-local-development-only!"
    value: [{ id: "local-1", key: "bWlsbHJhY2UtbG9jYWwtZGV2ZWxvcG1lbnQtb25seSE=" }],
  },
  alarms: {
    page: { emails: [] },
    ticket: { emails: [] },
    iteratorAge: unit.seconds(60),
    freshness: unit.seconds(60),
  },
};
