import { milliseconds, percent } from "./units.ts";

/** For clusters with the Prometheus operator, under the label that its usual Helm chart looks for. */
export const prometheusOperator = {
  mode: "prometheus-operator",
  labels: { release: "kube-prometheus-stack" },
  errorShare: percent(1),
  latency: milliseconds(1_000),
} as const;
