import { provisioned } from "../config/capacity.ts";
import type { EnvironmentInput } from "../config/defaults.ts";
import { prometheusOperator } from "../config/monitoring.ts";
import * as unit from "../config/units.ts";

const retention = unit.hours(168);

/** Real traffic: a week to repair what broke before a stream forgets it. */
export const environment: EnvironmentInput = {
  kind: "production",
  deployAfter: "staging",
  aws: { accountId: "333333333333", region: "eu-west-1" },
  streams: {
    raw: provisioned(8, retention),
    enriched: provisioned(4, retention),
    badRows: provisioned(2, retention),
    destinations: { ...provisioned(2, retention), share: unit.percent(10) },
    destinationOverrides: { recommendations: { ...provisioned(11, retention), share: unit.percent(60) } },
  },
  functions: { canary: { share: unit.percent(10), watch: unit.seconds(900) } },
  canaries: { writeKey: { from: "secrets-manager", secretName: "millrace/prod/canary-key" } },
  lake: { infrequentAccessAfter: unit.days(90), expireAfter: unit.days(1_095), deadLettersExpireAfter: unit.days(30) },
  logs: { retention: 90 },
  warehouse: { edition: "enterprise", timeTravel: unit.days(14) },
  frontDoor: { dns: { mode: "route53", zone: "shop.example" } },
  ingest: {
    cluster: { oidcIssuer: "oidc.eks.eu-west-1.amazonaws.com/id/FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF" },
    host: "events.shop.example",
    certificateArn: "arn:aws:acm:eu-west-1:333333333333:certificate/33333333-0000-4000-8000-000000000000",
    replicas: { min: unit.replicas(3), max: unit.replicas(6) },
    resources: { cpuRequest: unit.millicores(1_000), memory: unit.mebibytes(1_024) },
    corsOrigins: ["https://shop.example", "https://www.shop.example"],
    network: { mode: "closed", loadBalancer: ["10.3.0.0/16"], monitoringNamespace: "monitoring" },
    monitoring: prometheusOperator,
  },
  alarms: {
    page: { emails: ["millrace-oncall@shop.example"] },
    ticket: { emails: ["millrace@shop.example"] },
    iteratorAge: unit.seconds(120),
    eventAge: unit.seconds(30),
    freshness: unit.seconds(300),
    onSilence: true,
  },
};
