import type { BillLine } from "../model/bill.ts";
import { type CapacityPlan, plannedPercent, type RatePlan } from "../plan.ts";
import { barChart } from "./chart.ts";
import { count, dollars, markdownTable, percent, type Table, textTable } from "./table.ts";

const MODES = ["provisioned", "on-demand Standard", "on-demand Advantage"] as const;

/** The plan for a terminal. */
export function renderText(plan: CapacityPlan): string {
  return [summary(plan), ...tablesOf(plan).map(textTable), chartOf(plan)].join("\n\n");
}

/** The plan for a comment on a pull request, with what the other side of the request would do. */
export function renderMarkdown(plan: CapacityPlan, base: CapacityPlan | undefined): string {
  return [
    `#### Capacity and cost of ${plan.stage}`,
    "",
    ...(base === undefined ? [summary(plan)] : changes(plan, base)),
    "",
    "<details><summary>By part and rate</summary>",
    "",
    tablesOf(plan).map(markdownTable).join("\n\n"),
    "",
    "```text",
    chartOf(plan),
    "```",
    "</details>",
    "",
  ].join("\n");
}

const summary = ({ stage, sizes, pricesAsOf, first }: CapacityPlan): string =>
  `${stage}: ${first.kind} ${first.name} is full first, at ${count(first.eventsPerSecond)} events/s. ` +
  `Sizes: ${sizes}. List prices of ${pricesAsOf}, us-east-1.`;

function changes(plan: CapacityPlan, base: CapacityPlan): string[] {
  const rows = plan.rates.map(({ eventsPerSecond, grown }, index) => {
    const before = base.rates[index]?.grown.dollarsPerMonth ?? 0;
    return [count(eventsPerSecond), dollars(before), dollars(grown.dollarsPerMonth)];
  });
  const isSame = rows.every(([, before, after]) => before === after) && firstOf(plan) === firstOf(base);
  if (isSame) return [`No change. ${summary(plan)}`];
  return [
    firstOf(plan) === firstOf(base)
      ? `First to be full: ${firstOf(plan)}.`
      : `First to be full: ${firstOf(base)} → ${firstOf(plan)}.`,
    "",
    markdownTable({ title: "Dollars a month", head: ["events/s", "before", "after"], rows }),
  ];
}

const firstOf = ({ first }: CapacityPlan): string =>
  `${first.kind} ${first.name} at ${count(first.eventsPerSecond)} events/s`;

function tablesOf({ rates, stage }: CapacityPlan): readonly Table[] {
  const columns = rates.map(({ eventsPerSecond }) => `${count(eventsPerSecond)}/s`);
  const [first] = rates;
  const partsOf = (rate: RatePlan, index: number) => rate.parts[index];
  const names = first?.parts.map(({ kind, name }) => `${kind} ${name}`) ?? [];
  return [
    {
      title: `${stage}: share of the limit in use, and the rate at which it is full`,
      head: ["part", `load at ${columns[0] ?? ""}`, "limit", "full at", ...columns],
      rows: names.map((name, index) => {
        const part = first?.parts[index];
        const used = rates.map((rate) => {
          const share = partsOf(rate, index)?.utilization;
          return share === undefined ? "–" : percent(share);
        });
        const full = part?.breaksAt === undefined ? "–" : `${count(part.breaksAt)}/s`;
        return [name, part?.load ?? "", part?.limit ?? "", full, ...used];
      }),
    },
    {
      title: `${stage}: what carries each rate at ${plannedPercent} % of the limits`,
      head: ["part", ...columns],
      rows: names.map((name, index) => [name, ...rates.map((rate) => partsOf(rate, index)?.needs ?? "")]),
    },
    billTable(`${stage}: dollars a month, as deployed and grown where a rate asks for it`, columns, rates, "grown"),
    billTable(`${stage}: dollars a month, fitted to each rate`, columns, rates, "fitted"),
    {
      title: `${stage}: dollars a month of the streams alone, fitted, by mode`,
      head: ["mode", ...columns],
      rows: MODES.map((mode) => [mode, ...rates.map(({ streamsByMode }) => dollars(streamsByMode[mode]))]),
    },
  ];
}

function billTable(
  title: string,
  columns: readonly string[],
  rates: readonly RatePlan[],
  which: "grown" | "fitted",
): Table {
  const parts = [...new Set(rates.flatMap((rate) => rate[which].lines.map(({ part }) => part)))];
  const of = (lines: readonly BillLine[], part: string): number =>
    lines.filter((line) => line.part === part).reduce((sum, line) => sum + line.dollars, 0);
  return {
    title,
    head: ["part", ...columns],
    rows: [
      ...parts.map((part) => [part, ...rates.map((rate) => dollars(of(rate[which].lines, part)))]),
      ["together", ...rates.map((rate) => dollars(rate[which].dollarsPerMonth))],
      ["per million events", ...rates.map((rate) => dollars(rate[which].dollarsPerMillion))],
    ],
  };
}

const chartOf = ({ rates, stage }: CapacityPlan): string =>
  barChart(
    `${stage}: dollars per million events, fitted`,
    rates.map(({ eventsPerSecond, fitted }) => ({
      label: `${count(eventsPerSecond)}/s`,
      parts: fitted.lines.map(({ part, dollars: value }) => ({
        part,
        dollars: (value / fitted.dollarsPerMonth) * fitted.dollarsPerMillion,
      })),
    })),
  );
