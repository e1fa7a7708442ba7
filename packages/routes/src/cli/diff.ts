import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { compileRoutes } from "../compile/compile-routes.ts";
import { RoutesDiffer } from "../diff/diff-routes.ts";
import { renderDiffMarkdown, renderDiffText } from "../diff/render-diff.ts";
import { loadRouteDocuments } from "../document/load-route-documents.ts";
import type { RouteDocument } from "../document/route-document.ts";
import { UsageError } from "../errors.ts";
import type { Command } from "./command.ts";
import { folders } from "./folders.ts";
import { readLines } from "./read-events.ts";

export const diff: Command = {
  usage:
    "diff <base: git ref or folder> --events <ndjson file or folder> [--routes folder] [--rate events/s] [--headroom n] [--samples n] [--format text|markdown|json]",
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
    const before = existsSync(base) ? loadRouteDocuments(base) : documentsOfRef(base);
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

/** The documents as a commit has them. */
function documentsOfRef(ref: string): RouteDocument[] {
  const git = (...args: string[]): string => {
    try {
      return execFileSync("git", ["-C", folders.repository, ...args], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"],
      });
    } catch (cause) {
      throw new UsageError(`"${ref}" is neither a folder nor something git knows`, { cause });
    }
  };
  const files = git("ls-tree", "--name-only", ref, "schemas/routes/").split("\n");
  const folder = mkdtempSync(join(tmpdir(), "routes-"));
  try {
    for (const file of files) {
      if (!file.endsWith(".json") || file.endsWith(".schema.json")) continue;
      writeFileSync(join(folder, file.slice(file.lastIndexOf("/") + 1)), git("show", `${ref}:${file}`));
    }
    return loadRouteDocuments(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
