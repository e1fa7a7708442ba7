import { formatTable } from "./format-table.ts";
import type { Percentiles } from "./percentile.ts";
import type { Report } from "./reconcile.ts";

const milliseconds = (value: number | null): string => (value === null ? "–" : `${Math.round(value)} ms`);
const ageRow = (hop: string, { p50, p99 }: Percentiles) => ({
  "age at": hop,
  p50: milliseconds(p50),
  p99: milliseconds(p99),
});

/** The reconciliation as people read it. */
export function formatReport(report: Report): string {
  const { sent, accepted, rejected, enriched, valid, invalid, unknown, badRows, warehouse, latencyMs } = report;
  const places = [
    { place: "sent", events: sent, remark: "" },
    { place: "accepted", events: accepted, remark: "2xx, every record confirmed by Kinesis" },
    { place: "rejected", events: rejected, remark: "refused by ingest with a reason" },
    { place: "enriched", events: enriched, remark: `${valid} valid, ${invalid} invalid, ${unknown} unknown` },
    { place: "bad rows", events: badRows, remark: "" },
    { place: "warehouse view", events: warehouse.distinct, remark: `${warehouse.rows} rows loaded` },
  ];
  const hasForgotten = Object.keys(report.forgotten).length > 0;
  const routes = Object.entries(report.routes).map(([route, { undelivered, forgotten, ...counts }]) => ({
    route,
    ...counts,
    duplicates: report.duplicates.routes[route] ?? 0,
    undelivered,
    ...(hasForgotten ? { "not looked for": forgotten } : {}),
  }));
  const landings = Object.entries(report.landings).map(([table, counts]) => ({
    "landing table": table,
    ...counts,
    duplicates: report.duplicates.tables[table] ?? 0,
  }));
  const ages = [
    ageRow("raw stream", latencyMs.raw),
    ageRow("enriched stream", latencyMs.enriched),
    ageRow("destination streams", latencyMs.routed),
    ageRow("warehouse", latencyMs.warehouse),
  ];
  const verdict = `lost ${report.lost}, duplicated ${report.duplicated}, in ${(report.durationMs / 1000).toFixed(1)} s`;
  const throttled = Object.entries(report.throttled)
    .filter(([, records]) => records > 0)
    .map(([stream, records]) => `${stream} refused ${records} records for a while: its shards were busy.`);
  const forgotten = hasForgotten
    ? [
        `Streams forgot the oldest records of this run (--keep), so these events were not looked for there: ${Object.entries(
          report.forgotten,
        )
          .map(([place, events]) => `${events} in ${place}`)
          .join(", ")}.`,
      ]
    : [];
  const problems = report.problems.map((problem) => `  ✗ ${problem}`);
  const tables = [places, landings, routes, ages].map((rows) => formatTable(rows));
  return [...tables, [verdict, ...throttled, ...forgotten, ...problems].join("\n")].join("\n\n");
}

/** True if every sent event is in its place, once. */
export function isWhole(report: Report): boolean {
  return report.lost === 0 && report.duplicated === 0 && report.problems.length === 0;
}
