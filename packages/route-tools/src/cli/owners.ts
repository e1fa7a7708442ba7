import { type RouteDocument, loadRouteDocuments } from "@millrace/routes";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Command } from "./command.ts";
import { folders } from "./folders.ts";

/** `.github/owners.json`: the organization whose teams own documents, and the team that answers for clearances. */
export interface Owners {
  readonly organization: string;
  readonly clearance: string;
}

const FILES = {
  owners: join(folders.repository, ".github/owners.json"),
  codeowners: join(folders.repository, ".github/CODEOWNERS"),
};

/** The lines of `CODEOWNERS`, by the path that each is about, in order: the last one that fits a file decides. */
export function codeownersLines(
  documents: readonly RouteDocument[],
  { organization, clearance }: Owners,
): Map<string, string> {
  const team = (name: string): string => `@${organization}/${name}`;
  const answers = team(clearance);
  return new Map([
    ["/.github/CODEOWNERS", answers],
    ["/.github/owners.json", answers],
    // A document that has no line yet may ask for any clearance.
    ["/schemas/routes/", answers],
    ...documents.map(({ application, owner, clearance: cleared = [] }): [string, string] => [
      `/schemas/routes/${application}.json`,
      // One approval of any owner of a line is enough for GitHub, so a cleared document has this one alone.
      cleared.length > 0 ? answers : team(owner),
    ]),
  ]);
}

/** The file that `routes owners` writes. */
export function renderCodeowners(documents: readonly RouteDocument[], owners: Owners): string {
  const lines = [...codeownersLines(documents, owners)].map(([path, who]) => `${path} ${who}`);
  const head = [
    "# Written by `pnpm routes owners` from schemas/routes and .github/owners.json; do not edit.",
    "# A document with a clearance needs whoever answers for clearances, any other one its own team.",
  ];
  return `${[...head, ...lines].join("\n")}\n`;
}

/**
 * Faults of a `CODEOWNERS`: a line that the documents do not give, or a document of the file that has lost its line.
 * A new document without a line is owned by whoever answers for clearances, which is safe, and so no fault.
 */
export function staleOwners(text: string, documents: readonly RouteDocument[], owners: Owners): string[] {
  const wanted = codeownersLines(documents, owners);
  const written = text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split(" "));
  const wrong = written.filter(([path = "", who]) => wanted.get(path) !== who).map((line) => line.join(" "));
  const missing = [...wanted].slice(0, 3).filter(([path]) => !written.some(([one]) => one === path));
  return [...wrong, ...missing.map(([path]) => `${path} has no line`)];
}

export const owners: Command = {
  usage: "owners [--check]",
  summary:
    "writes .github/CODEOWNERS from the owners and clearances of the documents; with --check says whether it is fresh",
  async run(args, output) {
    const { values } = parseArgs({ args: [...args], options: { check: { type: "boolean" } } });
    const known = JSON.parse(readFileSync(FILES.owners, "utf8")) as Owners;
    const documents = loadRouteDocuments(folders.routes);
    if (!values.check) {
      writeFileSync(FILES.codeowners, renderCodeowners(documents, known));
      return 0;
    }
    const text = existsSync(FILES.codeowners) ? readFileSync(FILES.codeowners, "utf8") : "";
    const stale = staleOwners(text, documents, known);
    for (const line of stale) output.err(`.github/CODEOWNERS: ${line}`);
    if (stale.length > 0) output.err('Run "routes owners".');
    return stale.length > 0 ? 1 : 0;
  },
};
