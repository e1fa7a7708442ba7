import { describe, expect, test } from "@jest/globals";
import { createMetrics } from "@millrace/ingest/metrics";
import { parser } from "@prometheus-io/lezer-promql";
import { ENVIRONMENTS } from "../../src/config/environments.ts";
import { prometheusOperator } from "../../src/config/monitoring.ts";
import { type EnvironmentConfig, LATENCY_BOUNDS_MS } from "../../src/config/schema.ts";
import { planText } from "../support/plan-text.ts";
import { type Json, Plan } from "../synthesized-plan.ts";

const watchedBy = (environment: string, monitoring: EnvironmentConfig["ingest"]["monitoring"]): Plan =>
  new Plan(planText(environment, { change: (config) => ({ ...config, ingest: { ...config.ingest, monitoring } }) }));

const manifest = (plan: Plan, kind: string): Json =>
  plan.each("kubernetes_manifest").find(({ args }) => args.manifest.kind === kind)?.args.manifest;

/** Metrics and labels that an expression names; throws where it is no PromQL. */
function readPromql(expression: string): { metrics: string[]; labels: string[] } {
  const found = { metrics: [] as string[], labels: [] as string[] };
  parser
    .configure({ strict: true })
    .parse(expression)
    .iterate({
      enter: ({ name, from, to }) => {
        const text = expression.slice(from, to);
        if (name === "Identifier") found.metrics.push(text);
        if (name === "LabelName") found.labels.push(text);
      },
    });
  return found;
}

/** Every series that the event service exports, as Prometheus stores it, with its labels. */
const exported = new Map<string, ReadonlySet<string>>(
  createMetrics({ bytes: { used: 0 } }, false)
    .registry.getMetricsAsArray()
    .flatMap((metric) => {
      const { name, labelNames, constructor } = metric as unknown as {
        name: string;
        labelNames: readonly string[];
        constructor: { name: string };
      };
      const suffixes = constructor.name === "Histogram" ? ["_bucket", "_count", "_sum"] : [""];
      return suffixes.map(
        (suffix) => [`${name}${suffix}`, new Set([...labelNames, ...(suffix === "_bucket" ? ["le"] : [])])] as const,
      );
    }),
);

/** Metrics of kube-state-metrics: https://github.com/kubernetes/kube-state-metrics/tree/main/docs/metrics/workload */
const ofKubernetes: ReadonlySet<string> = new Set([
  "kube_deployment_status_replicas_available",
  "kube_pod_container_status_restarts_total",
]);

describe.each(ENVIRONMENTS)("watching the event service of %s", (environment) => {
  const plan = watchedBy(environment, prometheusOperator);
  const rules: Json[] = manifest(plan, "PrometheusRule").spec.groups.flatMap((group: Json) => group.rules);
  const podOf = (of: Plan): Json => of.json.resource.kubernetes_deployment_v1.ingest.spec.template;

  test("is by annotations of the pods where there is no operator, and makes none of its objects", () => {
    const annotated = watchedBy(environment, { mode: "annotations" });
    expect(annotated.each("kubernetes_manifest")).toEqual([]);
    expect(podOf(annotated).metadata.annotations).toMatchObject({
      "prometheus.io/scrape": "true",
      "prometheus.io/path": "/metrics",
    });
  });

  test("is by a monitor that finds the Service's port, and then not by annotations too", () => {
    const { metadata, spec } = manifest(plan, "ServiceMonitor");
    const service = plan.json.resource.kubernetes_service_v1.ingest_service;
    expect(metadata.namespace).toBe(service.metadata.namespace);
    expect(service.metadata.labels).toMatchObject(spec.selector.matchLabels);
    expect(service.spec.port.map(({ name }: Json) => name)).toContain(spec.endpoints[0].port);
    expect(spec.endpoints[0].path).toBe("/metrics");
    expect(Object.keys(podOf(plan).metadata.annotations).filter((name) => name.startsWith("prometheus"))).toEqual([]);
  });

  test("carries the labels by which the operator's Prometheus picks its objects", () => {
    for (const kind of ["ServiceMonitor", "PrometheusRule"]) {
      expect(manifest(plan, kind).metadata.labels).toMatchObject({ release: "kube-prometheus-stack" });
    }
  });

  test("raises alarms for errors, latency, readiness, restarts and silence, each with what to do", () => {
    expect(rules.map(({ alert }) => alert)).toEqual([
      "MillraceIngestErrorsFast",
      "MillraceIngestErrorsSlow",
      "MillraceIngestLatencyFast",
      "MillraceIngestLatencySlow",
      "MillraceIngestNotReady",
      "MillraceIngestRestarts",
      "MillraceIngestAbsent",
    ]);
    for (const { annotations, labels } of rules) {
      expect(annotations.summary.length).toBeGreaterThan(40);
      expect(["critical", "warning"]).toContain(labels.severity);
    }
  });

  test("asks for metrics and labels that exist, in PromQL", () => {
    for (const { alert, expr } of rules) {
      const { metrics, labels } = readPromql(expr);
      expect(metrics).not.toEqual([]);
      for (const metric of metrics) {
        const isKnown = exported.has(metric) || ofKubernetes.has(metric);
        expect(`${alert}: ${metric} ${isKnown}`).toBe(`${alert}: ${metric} true`);
      }
      // Those that scraping and kube-state-metrics add.
      const known = new Set(["namespace", "deployment", "container"]);
      for (const metric of metrics) for (const label of exported.get(metric) ?? []) known.add(label);
      for (const label of labels) expect(`${alert}: ${label} ${known.has(label)}`).toBe(`${alert}: ${label} true`);
    }
  });

  test("wakes somebody for a budget that burns fast, over a long window and a short one", () => {
    const rule = (name: string): Json => rules.find(({ alert }) => alert === name);
    for (const name of ["MillraceIngestErrors", "MillraceIngestLatency"]) {
      expect(rule(`${name}Fast`).labels.severity).toBe("critical");
      expect(rule(`${name}Fast`).expr.match(/\[\w+\]|> [^a]+?(?= and|$)/g)).toEqual([
        "[1h]",
        "[1h]",
        "> 14.4 * 0.01",
        "[5m]",
        "[5m]",
        "> 14.4 * 0.01",
      ]);
      expect(rule(`${name}Slow`).labels.severity).toBe("warning");
      expect(rule(`${name}Slow`).expr.match(/\[\w+\]|> [^a]+?(?= and|$)/g)).toEqual([
        "[6h]",
        "[6h]",
        "> 6 * 0.01",
        "[30m]",
        "[30m]",
        "> 6 * 0.01",
      ]);
    }
  });

  test("counts slow requests by a bucket that the service has", async () => {
    const metrics = createMetrics({ bytes: { used: 0 } }, false);
    const text = await metrics.registry.metrics();
    const bounds = new Set(
      [...text.matchAll(/request_duration_seconds_bucket\{le="([^"]+)"/g)].map(([, bound]) => bound),
    );
    for (const ms of LATENCY_BOUNDS_MS) expect(bounds).toContain(String(ms / 1_000));
    const fast = rules.find(({ alert }) => alert === "MillraceIngestLatencyFast");
    expect(fast.expr).toContain(String.raw`le=~"1(\\.0)?"`);
  });

  test("names in its advice only metrics that exist", () => {
    const names = new Set([...exported.keys()].map((name) => name.replace(/_(bucket|count|sum)$/, "")));
    for (const { annotations } of rules) {
      for (const [name] of annotations.summary.matchAll(/millrace_\w+/g)) expect(names).toContain(name);
    }
  });
});

test("what is no PromQL is noticed", () => {
  expect(() => readPromql('rate(millrace_ingest_requests_total{status=~"5.."[5m])')).toThrow(SyntaxError);
});
