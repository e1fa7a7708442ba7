import { parseArgs } from "node:util";
import { compileRoutes, loadRouteDocuments } from "@millrace/routes";
import { RoutesDiffer } from "../diff/diff-routes.ts";
import { renderDiffMarkdown, renderDiffText } from "../diff/render-diff.ts";
import { UsageError } from "../errors.ts";
import { baseDocuments } from "./base-documents.ts";
import type { Command } from "./command.ts";
import { folders } from "./folders.ts";
import { readLines } from "./read-events.ts";

export const diff: Command = {
  usage:
    "diff <base: git ref or folder> --events <ndjson file, folder or s3://bucket/prefix> [--routes folder] [--rate events/s] [--headroom n] [--samples n] [--format text|markdown|json]",
  summary: "old against new documents on real enriched events",
  async run(args, output) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        events: { type: "string" },
        routes: { type: "string" },
        rate: { type: "string" },
        headroom: { type: "string" },
        samples: { type: "string" },
        format: { type: "string" },
      },
    });
    const [base] = positionals;
    if (base === undefined || values.events === undefined) throw new UsageError(`Usage: ${diff.usage}`);
    const before = baseDocuments(base);
    const after = loadRouteDocuments(values.routes ?? folders.routes);
    const differ = new RoutesDiffer(compileRoutes(before), compileRoutes(after), {
      ratePerSecond: numberOption("rate", values.rate),
      headroom: numberOption("headroom", values.headroom),
      samples: numberOption("samples", values.samples),
    });
    const started = performance.now();
    let bad = 0;
    for await (const { value } of readLines(values.events, () => (bad += 1))) if (!differ.add(value)) bad += 1;
    const result = differ.result();
    const seconds = ((performance.now() - started) / 1_000).toFixed(1);
    const { format = "text" } = values;
    if (format === "json") output.out(JSON.stringify(result, null, 2));
    else output.out(format === "markdown" ? renderDiffMarkdown(result) : renderDiffText(result));
    output.err(`${result.events} events in ${seconds} s${bad > 0 ? `; ${bad} lines are no enriched event` : ""}`);
    return 0;
  },
};

function numberOption(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0)
    throw new UsageError(`Expected --${name} to be a number above 0, got ${text}`);
  return value;
}
