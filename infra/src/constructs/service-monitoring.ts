import { Manifest } from "@cdktf/provider-kubernetes/lib/manifest/index.js";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { EnvironmentConfig } from "../config/schema.ts";

/** Requests that may take longer than the limit, of all. */
const SLOW_PERCENT = 1;

type OperatorConfig = Extract<EnvironmentConfig["ingest"]["monitoring"], { mode: "prometheus-operator" }>;

export interface ServiceMonitoringProps {
  readonly config: OperatorConfig;
  /** Name of the Service, of its Deployment, and of the container in its pods. */
  readonly service: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Below this number of available pods the service is not whole. */
  readonly minReplicas: number;
  readonly dependsOn: ITerraformDependable[];
}

interface Alert {
  readonly alert: string;
  /** PromQL; a test reads it and holds its names against those of the service. */
  readonly expr: string;
  readonly for: string;
  readonly severity: "critical" | "warning";
  /** Text for the person who is paged: the fault and its remedy. */
  readonly summary: string;
}

/**
 * Tells the Prometheus operator where the service's metrics are, and what of them is an alarm. Terraform plans objects
 * of a custom resource only when its definition is in the cluster, so the operator comes before the stack.
 * https://prometheus-operator.dev/docs/api-reference/api/
 */
export class ServiceMonitoring extends Construct {
  constructor(scope: Construct, id: string, props: ServiceMonitoringProps) {
    super(scope, id);
    const { config, service, namespace, labels, dependsOn } = props;
    const metadata = { name: service, namespace, labels: { ...labels, ...config.labels } };
    const apiVersion = "monitoring.coreos.com/v1";
    new Manifest(this, "service_monitor", {
      manifest: {
        apiVersion,
        kind: "ServiceMonitor",
        metadata,
        spec: { selector: { matchLabels: labels }, endpoints: [{ port: "http", path: "/metrics", interval: "30s" }] },
      },
      dependsOn,
    });
    new Manifest(this, "prometheus_rule", {
      manifest: {
        apiVersion,
        kind: "PrometheusRule",
        metadata,
        spec: {
          groups: [
            {
              name: `millrace-${service}`,
              rules: alertsOf(props).map(({ alert, expr, for: duration, severity, summary }) => ({
                alert,
                expr,
                for: duration,
                labels: { severity },
                annotations: { summary },
              })),
            },
          ],
        },
      },
      dependsOn,
    });
  }
}

/**
 * Rates at which an error budget burns that are worth an alert, each over a long window that tells how much is gone and
 * a short one that tells that it still goes on: https://sre.google/workbook/alerting-on-slos/
 */
const BURNS = [
  { name: "Fast", rate: 14.4, long: "1h", short: "5m", severity: "critical" },
  { name: "Slow", rate: 6, long: "6h", short: "30m", severity: "warning" },
] as const;

/** @param badShare the share of bad requests over a window, as PromQL */
const burnAlerts = (
  alert: string,
  badShare: (window: string) => string,
  budgetPercent: number,
  summary: string,
): readonly Alert[] =>
  BURNS.map(({ name, rate, long, short, severity }) => ({
    alert: `${alert}${name}`,
    expr: [long, short].map((window) => `${badShare(window)} > ${rate} * ${budgetPercent / 100}`).join(" and "),
    for: "2m",
    severity,
    summary: `The error budget of ${budgetPercent} % of requests burns ${rate} times too fast. ${summary}`,
  }));

/** A bound of a histogram's bucket; Prometheus 3 writes whole numbers with a fraction. */
const boundOf = (seconds: number): string =>
  String(seconds).replace(".", String.raw`\\.`) + (Number.isInteger(seconds) ? String.raw`(\\.0)?` : "");

/** Metrics `kube_…` are those of kube-state-metrics, which comes with the operator's usual installation. */
function alertsOf({ config, service, namespace, minReplicas }: ServiceMonitoringProps): readonly Alert[] {
  const own = `namespace="${namespace}"`;
  const requests = "millrace_ingest_requests_total";
  const duration = "millrace_ingest_request_duration_seconds";
  const inTime = `le=~"${boundOf(config.latency / 1_000)}"`;
  return [
    ...burnAlerts(
      "MillraceIngestErrors",
      (window) => `sum(rate(${requests}{${own},status=~"5.."}[${window}])) / sum(rate(${requests}{${own}}[${window}]))`,
      config.errorShare,
      "They get a 5xx. Look at millrace_ingest_unconfirmed_events_total by reason: a throttled raw stream needs shards.",
    ),
    ...burnAlerts(
      "MillraceIngestLatency",
      (window) =>
        `1 - sum(rate(${duration}_bucket{${own},${inTime}}[${window}])) / sum(rate(${duration}_count{${own}}[${window}]))`,
      SLOW_PERCENT,
      `They take longer than ${config.latency} ms. Compare millrace_ingest_kinesis_request_duration_seconds: the rest is ` +
        "the service's own.",
    ),
    {
      alert: "MillraceIngestNotReady",
      expr: `kube_deployment_status_replicas_available{${own},deployment="${service}"} < ${minReplicas}`,
      for: "5m",
      severity: "critical",
      summary: `Fewer than ${minReplicas} pods take requests. See kubectl describe pods, namespace ${namespace}.`,
    },
    {
      alert: "MillraceIngestRestarts",
      expr: `increase(kube_pod_container_status_restarts_total{${own},container="${service}"}[15m]) > 2`,
      for: "0m",
      severity: "warning",
      summary: `A pod was restarted three times in 15 minutes. See kubectl logs --previous, namespace ${namespace}.`,
    },
    {
      alert: "MillraceIngestAbsent",
      expr: `absent(millrace_ingest_in_flight_requests{${own}})`,
      for: "5m",
      severity: "critical",
      summary: "Prometheus gets no metric of the event service, so none of its other alarms can fire.",
    },
  ];
}
