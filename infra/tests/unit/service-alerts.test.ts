/** The alerts of the event service, evaluated over the metrics that it exports while one thing at a time goes wrong. */
import { expect, test } from "@jest/globals";
import { createMetrics, type IngestMetrics } from "@millrace/ingest/metrics";
import { planText } from "../support/plan-text.ts";
import { Prometheus } from "../support/prometheus.ts";
import { type Json, Plan } from "../synthesized-plan.ts";

const SCRAPE_SECONDS = 30;
const QUIET_MINUTES = 60;
const BROKEN_MINUTES = 40;
/** So that one of them is a per cent. */
const REQUESTS_PER_SCRAPE = 100;
const PODS = 3;

const rules: Json[] = new Plan(planText("prod"))
  .each("kubernetes_manifest")
  .filter(({ args }) => args.manifest.kind === "PrometheusRule")
  .flatMap(({ args }) => args.manifest.spec.groups.flatMap((group: Json) => group.rules));
const namespace = "millrace";

/** The event service and its pods, as a minute of them looks from outside. */
interface State {
  /** Of a hundred requests, those that get a 503. */
  readonly failed: number;
  /** Of a hundred requests, those that take two seconds. */
  readonly slow: number;
  readonly podsAvailable: number;
  /** Restarts of a container, each hour. */
  readonly restartsPerHour: number;
  readonly isScraped: boolean;
}

const well: State = { failed: 0, slow: 0, podsAvailable: PODS, restartsPerHour: 0, isScraped: true };

function serve(metrics: IngestMetrics, { failed, slow }: State): void {
  for (let request = 0; request < REQUESTS_PER_SCRAPE; request += 1) {
    const isFailed = request < failed;
    const answer = { accepted: isFailed ? 0 : 1, rejections: [], unconfirmed: [] };
    const reply = isFailed ? { ...answer, status: 503, code: "unavailable" } : { ...answer, status: 202 };
    metrics.requestStarted();
    metrics.requestFinished(reply as never, request >= REQUESTS_PER_SCRAPE - slow ? 2_000 : 20, 500, undefined);
  }
}

/** Alerts that fire after a time of quiet, each with the minutes it took. */
async function alertsOf(broken: Partial<State>): Promise<Readonly<Record<string, number>>> {
  const metrics = createMetrics({ bytes: { used: 0 } }, false);
  const prometheus = new Prometheus();
  const pendingSince = new Map<string, number>();
  const fired: Record<string, number> = {};
  let restarts = 0;
  for (let at = 0; at <= (QUIET_MINUTES + BROKEN_MINUTES) * 60; at += SCRAPE_SECONDS) {
    const state = at < QUIET_MINUTES * 60 ? well : { ...well, ...broken };
    serve(metrics, state);
    restarts += (state.restartsPerHour * SCRAPE_SECONDS) / 3_600;
    if (state.isScraped) prometheus.scrape(await metrics.registry.metrics(), { namespace }, at);
    const ofKubernetes = [
      `kube_deployment_status_replicas_available{deployment="ingest"} ${state.podsAvailable}`,
      `kube_pod_container_status_restarts_total{container="ingest"} ${Math.floor(restarts)}`,
    ];
    prometheus.scrape(ofKubernetes.join("\n"), { namespace }, at);
    for (const { alert, expr, for: duration } of rules) {
      if (prometheus.evaluate(expr, at).length === 0) {
        pendingSince.delete(alert);
        continue;
      }
      const since = pendingSince.get(alert) ?? at;
      pendingSince.set(alert, since);
      if (at - since >= Number.parseInt(duration, 10) * 60) fired[alert] ??= at / 60 - QUIET_MINUTES;
    }
  }
  return fired;
}

interface Trouble {
  readonly name: string;
  readonly broken: Partial<State>;
  /** Alerts that fire and no other, each with the minutes that it may take. */
  readonly alerts: Readonly<Record<string, number>>;
}

const troubles: readonly Trouble[] = [
  { name: "nothing goes wrong", broken: {}, alerts: {} },
  {
    name: "every request gets a 503",
    broken: { failed: 100 },
    alerts: { MillraceIngestErrorsFast: 15, MillraceIngestErrorsSlow: 15 },
  },
  {
    name: "one request of ten gets a 503",
    broken: { failed: 10 },
    alerts: { MillraceIngestErrorsSlow: BROKEN_MINUTES },
  },
  { name: "one request of fifty gets a 503", broken: { failed: 2 }, alerts: {} },
  {
    name: "every request takes two seconds",
    broken: { slow: 100 },
    alerts: { MillraceIngestLatencyFast: 15, MillraceIngestLatencySlow: 15 },
  },
  {
    name: "a pod does not become ready",
    broken: { podsAvailable: PODS - 1 },
    alerts: { MillraceIngestNotReady: 6 },
  },
  {
    name: "a container restarts every four minutes",
    broken: { restartsPerHour: 15 },
    alerts: { MillraceIngestRestarts: 15 },
  },
  { name: "Prometheus gets no metric", broken: { isScraped: false }, alerts: { MillraceIngestAbsent: 12 } },
];

test.each(troubles)("$name: these alerts fire and no other", async ({ broken, alerts }) => {
  const fired = await alertsOf(broken);
  expect(Object.keys(fired).sort()).toEqual(Object.keys(alerts).sort());
  for (const [alert, minutes] of Object.entries(alerts)) {
    expect(fired[alert]).toBeGreaterThan(0);
    expect(fired[alert]).toBeLessThanOrEqual(minutes);
  }
});

test("every alert of the event service is tried", () => {
  const tried = new Set(troubles.flatMap(({ alerts }) => Object.keys(alerts)));
  expect(rules.map(({ alert }) => alert).filter((alert) => !tried.has(alert))).toEqual([]);
});
