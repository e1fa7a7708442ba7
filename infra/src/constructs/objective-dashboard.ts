import { CloudwatchDashboard } from "@cdktf/provider-aws/lib/cloudwatch-dashboard/index.js";
import { Construct } from "constructs";
import { budgetOf, type Objective, WINDOW_DAYS } from "../objectives/objectives.ts";
import { type Metric, PERIOD_SECONDS } from "./metric.ts";
import type { Expression } from "./metric-math.ts";

export interface ObjectiveDashboardProps {
  readonly name: string;
  readonly region: string;
  /** Per cent. */
  readonly goal: number;
  readonly objectives: readonly Objective[];
}

const WIDTH = 8;
const HEIGHT = 6;

const expressionOf = (indicator: Metric | Expression): Expression =>
  "text" in indicator ? indicator : { text: "value", metrics: { value: indicator }, label: indicator.metricName };

/**
 * The rest of each error budget over its window, in per cent: 100 at its start, 0 when it is used up.
 * Metric math: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html (RUNNING_SUM)
 */
export class ObjectiveDashboard extends Construct {
  constructor(scope: Construct, id: string, { name, region, goal, objectives }: ObjectiveDashboardProps) {
    super(scope, id);
    const widgets = objectives.map(({ title, indicator, badAbove }, index) => {
      const { text, metrics } = expressionOf(indicator);
      const bad = `IF(FILL(indicator, 0) > ${badAbove}, 1, 0)`;
      return {
        type: "metric",
        x: (index % 3) * WIDTH,
        y: Math.floor(index / 3) * HEIGHT,
        width: WIDTH,
        height: HEIGHT,
        properties: {
          title,
          region,
          view: "timeSeries",
          period: PERIOD_SECONDS,
          yAxis: { left: { max: 100 } },
          annotations: { horizontal: [{ label: "used up", value: 0 }] },
          metrics: [
            [{ id: "left", expression: `100 - 100 * RUNNING_SUM(${bad}) / ${budgetOf(goal)}`, label: "% left" }],
            [{ id: "indicator", expression: text, visible: false }],
            ...Object.entries(metrics).map(([metricId, metric]) => [
              metric.namespace,
              metric.metricName,
              ...Object.entries(metric.dimensions).flat(),
              { id: metricId, stat: metric.statistic, visible: false },
            ]),
          ],
        },
      };
    });
    new CloudwatchDashboard(this, "resource", {
      dashboardName: name,
      dashboardBody: JSON.stringify({ start: `-P${WINDOW_DAYS}D`, periodOverride: "inherit", widgets }),
    });
  }
}

/** An objective for programs: what a bad period is, as CloudWatch would be asked. */
export function describeObjective(
  { id, title, indicator, badAbove, unit, alarms, runbook }: Objective,
  prefix: string,
): object {
  const { text, metrics } = expressionOf(indicator);
  return {
    id,
    title,
    expression: text,
    metrics: Object.fromEntries(
      Object.entries(metrics).map(([metricId, { namespace, metricName, dimensions, statistic }]) => [
        metricId,
        { namespace, metric_name: metricName, dimensions, stat: statistic },
      ]),
    ),
    bad_above: badAbove,
    unit,
    alarms: alarms.map((burn) => `${prefix}-objective-${id.replaceAll("_", "-")}-${burn}`),
    runbook,
  };
}
