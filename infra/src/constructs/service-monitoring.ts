import { Manifest } from "@cdktf/provider-kubernetes/lib/manifest/index.js";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { EnvironmentConfig } from "../config/schema.ts";

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

/** Metrics `kube_…` are those of kube-state-metrics, which comes with the operator's usual installation. */
function alertsOf({ config, service, namespace, minReplicas }: ServiceMonitoringProps): readonly Alert[] {
  const own = `namespace="${namespace}"`;
  const requests = "millrace_ingest_requests_total";
  return [
    {
      alert: "MillraceIngestErrors",
      expr:
        `sum(rate(${requests}{${own},status=~"5.."}[5m])) / sum(rate(${requests}{${own}}[5m])) ` +
        `> ${config.errorShare / 100}`,
      for: "5m",
      severity: "critical",
      summary:
        `More than ${config.errorShare} % of requests get a 5xx. Look at millrace_ingest_unconfirmed_events_total by ` +
        "reason: a throttled raw stream needs shards.",
    },
    {
      alert: "MillraceIngestLatency",
      expr:
        `histogram_quantile(0.99, sum by (le) (rate(millrace_ingest_request_duration_seconds_bucket{${own}}[5m]))) ` +
        `> ${config.latency / 1000}`,
      for: "10m",
      severity: "warning",
      summary:
        `One request in a hundred takes longer than ${config.latency} ms. Compare ` +
        "millrace_ingest_kinesis_request_duration_seconds: the rest is the service's own.",
    },
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
