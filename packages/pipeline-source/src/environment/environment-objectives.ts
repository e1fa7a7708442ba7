import type { Objectives, ObjectiveSettings } from "@millrace/topology";
import type { ObjectiveFigures, ObjectivesFigures } from "../figures.ts";
import { mappingDimension } from "./environment-alarms.ts";
import { METRIC_DELAY_MINUTES, MINUTE_MS } from "./limits.ts";
import { type CloudWatch, getMetricData, type Metric, queryOf } from "./metric-reader.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** The promises of an environment: which of their periods of the window were bad, as CloudWatch's metrics have it. */
export class EnvironmentObjectives {
  readonly #cloudWatch: CloudWatch;
  readonly #objectives: Objectives;
  readonly #now: () => number;
  /** By objective, then by the beginning of the period: whether it was bad. Periods without a value are not there. */
  readonly #periods = new Map<string, Map<number, boolean>>();
  #untilMs: number | undefined;
  #reading: Promise<void> | undefined;

  constructor(options: {
    readonly cloudWatch: CloudWatch;
    readonly objectives: Objectives;
    readonly now: () => number;
  }) {
    this.#cloudWatch = options.cloudWatch;
    this.#objectives = options.objectives;
    this.#now = options.now;
  }

  /** @param mappingIds as {@link EnvironmentAlarms.mappingIds}; an objective that needs one it lacks is left out */
  async figures(
    mappingIds: ReadonlyMap<string, string>,
    isFiring: (alarm: string) => boolean,
  ): Promise<ObjectivesFigures> {
    const { goal, windowDays, all } = this.#objectives;
    const periodMs = (all[0]?.indicator.periodSeconds ?? 300) * 1_000;
    const endMs = Math.floor((this.#now() - METRIC_DELAY_MINUTES * MINUTE_MS) / periodMs) * periodMs;
    if (this.#untilMs !== endMs) {
      this.#reading ??= this.#read(endMs, periodMs, mappingIds).finally(() => (this.#reading = undefined));
      await this.#reading;
    }
    const beginMs = Math.min(endMs, ...[...this.#periods.values()].flatMap((periods) => [...periods.keys()]));
    const budget = ((windowDays * DAY_MS) / periodMs) * ((100 - goal) / 100);
    const objectives = all.flatMap((settings): readonly ObjectiveFigures[] => {
      const periods = this.#periods.get(settings.id);
      if (periods === undefined) return [];
      const badSince = (fromMs: number): number =>
        [...periods].filter(([atMs, isBad]) => isBad && atMs >= fromMs && atMs < endMs).length;
      const burnOf = (ms: number): number => badSince(endMs - ms) / ((ms / periodMs) * ((100 - goal) / 100));
      const { id, title, runbook, alarms } = settings;
      return [
        {
          ...{ id, title, runbook, budget },
          periods: (endMs - beginMs) / periodMs,
          badPeriods: badSince(0),
          burn: { hour: burnOf(HOUR_MS), sixHours: burnOf(6 * HOUR_MS) },
          // A period without a value is good.
          isBad: periods.get(endMs - periodMs) ?? false,
          firing: alarms.filter(isFiring),
        },
      ];
    });
    return { goal, windowDays, periodMinutes: periodMs / MINUTE_MS, objectives };
  }

  async #read(endMs: number, periodMs: number, mappingIds: ReadonlyMap<string, string>): Promise<void> {
    const windowMs = this.#objectives.windowDays * DAY_MS;
    // Values come late: the last hour is read again.
    const fromMs = this.#untilMs === undefined ? endMs - windowMs : this.#untilMs - HOUR_MS;
    for (const settings of this.#objectives.all) {
      const metrics = withMappings(settings, mappingIds);
      if (metrics === undefined) continue;
      const values = await this.#indicator(settings, metrics, { fromMs, toMs: endMs });
      const periods = this.#periods.get(settings.id) ?? new Map<number, boolean>();
      this.#periods.set(settings.id, periods);
      for (const [atMs, value] of values) periods.set(atMs, value > settings.indicator.threshold);
      for (const atMs of periods.keys()) if (atMs < endMs - windowMs) periods.delete(atMs);
    }
    this.#untilMs = endMs;
  }

  /** One request each: an answer has at most 100,800 values, and a window has 8,064 periods. */
  async #indicator(
    { indicator: { expression, periodSeconds } }: ObjectiveSettings,
    metrics: Readonly<Record<string, Metric>>,
    range: { readonly fromMs: number; readonly toMs: number },
  ): Promise<ReadonlyMap<number, number>> {
    const isPlain = metrics[expression] !== undefined;
    const queries = Object.entries(metrics).map(([id, metric]) => queryOf(id, metric, periodSeconds, isPlain));
    const result = "result";
    if (!isPlain) queries.push({ Id: result, Expression: expression, ReturnData: true });
    const found = await getMetricData(this.#cloudWatch, queries, { ...range, periodSeconds });
    return found.get(isPlain ? expression : result) ?? new Map<number, number>();
  }
}

/** The metrics with the identifiers that AWS gave to mappings; undefined where one is not known. */
function withMappings(
  { indicator }: ObjectiveSettings,
  mappingIds: ReadonlyMap<string, string>,
): Readonly<Record<string, Metric>> | undefined {
  const metrics: Record<string, Metric> = {};
  for (const [id, metric] of Object.entries(indicator.metrics)) {
    const mapping = metric.dimensions[mappingDimension];
    if (mapping === undefined) metrics[id] = metric;
    else {
      const known = mappingIds.get(mapping);
      if (known === undefined) return undefined;
      metrics[id] = { ...metric, dimensions: { [mappingDimension]: known } };
    }
  }
  return metrics;
}
