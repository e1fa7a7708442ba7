import { type RouteDocument, loadRouteDocuments } from "@millrace/routes";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command, End, Output } from "@millrace/command-line";
import { LocationError } from "../errors.ts";
import { folders } from "./folders.ts";

/**
 * `.github/owners.json`: who of GitHub approves changes of routes, as `@organization/team` or `@user`. Null stands for
 * what a user of the repository has to fill in.
 */
export interface Owners {
  /** Who answers for clearances. */
  readonly clearance: string | null;
  /** By the `owner` of a document. */
  readonly teams: Readonly<Record<string, string | null>>;
}

const FILES = {
  owners: join(folders.repository, ".github/owners.json"),
  codeowners: join(folders.repository, ".github/CODEOWNERS"),
};

/** https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners */
const HANDLE = /^@[A-Za-z0-9][A-Za-z0-9-]{0,38}(?:\/[A-Za-z0-9._-]+)?$/;

/** The state of the file: nothing is filled in, everything that the documents need is, or what is wrong. */
export type OwnersState = "empty" | "filled" | { readonly faults: readonly string[] };

/** Says whether the file names somebody for clearances and for the owner of each document. */
export function stateOfOwners({ clearance, teams }: Owners, documents: readonly RouteDocument[]): OwnersState {
  const faults: string[] = [];
  const missing: string[] = [];
  const look = (place: string, handle: string | null | undefined): void => {
    if (handle === null) missing.push(place);
    else if (handle === undefined)
      faults.push(`${place} is not there: add it, with an "@organization/team" or a "@user"`);
    else if (!HANDLE.test(handle))
      faults.push(`${place} is "${handle}", which is no "@organization/team" and no "@user"`);
  };
  look('"clearance"', clearance);
  const owners = new Set(documents.map(({ owner }) => owner));
  for (const owner of owners) look(`"teams"."${owner}"`, teams[owner]);
  for (const team of Object.keys(teams)) {
    if (!owners.has(team)) faults.push(`"teams"."${team}" owns no document: take it out`);
  }
  if (missing.length === owners.size + 1) return "empty";
  faults.push(...missing.map((place) => `${place} is null, and others are filled in: name who approves`));
  return faults.length === 0 ? "filled" : { faults };
}

/** The lines of `CODEOWNERS`, by the path that each is about, in order: the last one that fits a file decides. */
export function codeownersLines(
  documents: readonly RouteDocument[],
  { clearance, teams }: Owners,
): Map<string, string> {
  if (clearance === null) return new Map();
  return new Map([
    ["/.github/CODEOWNERS", clearance],
    ["/.github/owners.json", clearance],
    // A document that has no line yet may ask for any clearance.
    ["/schemas/routes/", clearance],
    ...documents.map(({ application, owner, clearance: cleared = [] }): [string, string] => [
      `/schemas/routes/${application}.json`,
      // One approval of any owner of a line is enough for GitHub, so a cleared document has this one alone.
      cleared.length > 0 ? clearance : (teams[owner] ?? clearance),
    ]),
  ]);
}

/** The file that `routes owners` writes. */
export function renderCodeowners(documents: readonly RouteDocument[], owners: Owners): string {
  const lines = [...codeownersLines(documents, owners)].map(([path, who]) => `${path} ${who}`);
  const head = [
    "# Written by `pnpm routes owners` from schemas/routes and .github/owners.json; do not edit.",
    lines.length === 0
      ? "# .github/owners.json names nobody yet, so nobody has to approve a change of routes."
      : "# A document with a clearance needs whoever answers for clearances, any other one its own team.",
  ];
  return `${[...head, ...lines].join("\n")}\n`;
}

/**
 * Returns the faults of a `CODEOWNERS`: a line that the documents do not give, or a document of the file that has lost
 * its line. A new document without a line belongs to the owners of clearances, which is safe, and so no fault.
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

function readOwners(): Owners {
  try {
    return JSON.parse(readFileSync(FILES.owners, "utf8")) as Owners;
  } catch (error) {
    throw LocationError.from(".github/owners.json", error);
  }
}

/** Adds `routes owners`. */
export function addOwners(program: Command, end: End, output: Output): void {
  program
    .command("owners")
    .summary("writes .github/CODEOWNERS")
    .description("Writes .github/CODEOWNERS from .github/owners.json, the owners and the clearances of the documents.")
    .option("--check", "write nothing, and say whether it is fresh")
    .action(({ check }) => end(writeOwners(check === true, output)));
}

function writeOwners(isCheck: boolean, output: Output): number {
  const known = readOwners();
  const documents = loadRouteDocuments(folders.routes);
  const state = stateOfOwners(known, documents);
  if (typeof state === "object") {
    for (const fault of state.faults) output.err(`.github/owners.json: ${fault}.`);
    return 1;
  }
  if (state === "empty") {
    output.err(
      '.github/owners.json names nobody yet: nobody has to approve a change of routes. Fill it in, then run "routes owners".',
    );
  }
  if (!isCheck) {
    writeFileSync(FILES.codeowners, renderCodeowners(documents, known));
    return 0;
  }
  const text = existsSync(FILES.codeowners) ? readFileSync(FILES.codeowners, "utf8") : "";
  const stale = staleOwners(text, documents, known);
  for (const line of stale) output.err(`.github/CODEOWNERS: ${line}`);
  if (stale.length > 0) output.err('Run "routes owners".');
  return stale.length > 0 ? 1 : 0;
}
