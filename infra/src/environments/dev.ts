import { onDemand, smallBatches, smallFunction } from "../config/capacity.ts";
import type { EnvironmentInput } from "../config/defaults.ts";
import * as unit from "../config/units.ts";

const stream = onDemand(unit.hours(24));

/** Where changes meet AWS first: streams that need no sizing, short retention. */
export const environment: EnvironmentInput = {
  kind: "test",
  aws: { accountId: "111111111111", region: "eu-west-1" },
  streams: { raw: stream, enriched: stream, badRows: stream, destinations: { ...stream, share: unit.percent(10) } },
  functions: { enrichment: smallFunction, router: smallFunction },
  mappings: { enrichment: smallBatches, router: smallBatches },
  delivery: { enriched: { bufferSize: unit.mebibytes(64) }, badRows: { bufferSize: unit.mebibytes(64) } },
  lake: { expireAfter: unit.days(60) },
  logs: { retention: 7, level: "debug" },
  warehouse: { edition: "standard", timeTravel: unit.days(1) },
  frontDoor: { accessLogs: { mode: "none" }, dns: { mode: "route53", zone: "dev.shop.example" } },
  ingest: {
    cluster: { oidcIssuer: "oidc.eks.eu-west-1.amazonaws.com/id/DDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDD" },
    host: "events.dev.shop.example",
    certificateArn: "arn:aws:acm:eu-west-1:111111111111:certificate/11111111-0000-4000-8000-000000000000",
    replicas: { min: unit.replicas(2), max: unit.replicas(4) },
    resources: { cpuRequest: unit.millicores(250), memory: unit.mebibytes(512) },
    corsOrigins: ["https://dev.shop.example"],
  },
  alarms: {
    page: { emails: ["millrace-dev@shop.example"] },
    ticket: { emails: ["millrace-dev@shop.example"] },
    eventAge: unit.seconds(300),
  },
};
