import { provisioned } from "../config/capacity.ts";
import type { EnvironmentInput } from "../config/defaults.ts";
import { prometheusOperator } from "../config/monitoring.ts";
import * as unit from "../config/units.ts";

const retention = unit.hours(48);

/** Prod in small: the same modes and the same mappings, so that what passes here has met them. */
export const environment: EnvironmentInput = {
  kind: "test",
  deployAfter: "dev",
  aws: { accountId: "222222222222", region: "eu-west-1" },
  streams: {
    raw: provisioned(2, retention),
    enriched: provisioned(4, retention),
    badRows: provisioned(1, retention),
    destinations: { ...provisioned(1, retention), share: unit.percent(10) },
    destinationOverrides: { recommendations: { ...provisioned(3, retention), share: unit.percent(60) } },
  },
  functions: { canary: { share: unit.percent(10), watch: unit.seconds(900) } },
  canaries: { writeKey: { from: "secrets-manager", secretName: "millrace/staging/canary-key" } },
  lake: { expireAfter: unit.days(180) },
  logs: { retention: 30 },
  warehouse: { edition: "enterprise", timeTravel: unit.days(7) },
  frontDoor: { dns: { mode: "route53", zone: "staging.shop.example" } },
  ingest: {
    cluster: { oidcIssuer: "oidc.eks.eu-west-1.amazonaws.com/id/55555555555555555555555555555555" },
    host: "events.staging.shop.example",
    certificateArn: "arn:aws:acm:eu-west-1:222222222222:certificate/22222222-0000-4000-8000-000000000000",
    replicas: { min: unit.replicas(2), max: unit.replicas(3) },
    resources: { cpuRequest: unit.millicores(500), memory: unit.mebibytes(768) },
    corsOrigins: ["https://staging.shop.example"],
    network: { mode: "closed", loadBalancer: ["10.2.0.0/16"], monitoringNamespace: "monitoring" },
    monitoring: prometheusOperator,
  },
  alarms: {
    page: { emails: ["millrace-staging@shop.example"] },
    ticket: { emails: ["millrace-staging@shop.example"] },
  },
};
