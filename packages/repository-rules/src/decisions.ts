import { posix } from "node:path";
import GithubSlugger from "github-slugger";
import type { Document, Fault } from "./document.ts";

/** The folder of decisions, from the root of the repository. */
export const decisionsFolder = "docs/decisions";

/** The generated list of all decisions. */
export const indexPath = `${decisionsFolder}/README.md`;

const MAX_LINES = 40;
const sections = ["## Context", "## Decision", "## Consequences"] as const;
const titleForm = /^# (?<number>\d{4}) (?<title>.+)$/;
const nameForm = /^(?<number>\d{4})-[a-z0-9-]+\.md$/;
const statusForm =
  /^Status: (?<status>accepted|superseded by \[\d{4}\]\(\d{4}-[a-z0-9-]+\.md\)) · (?<date>\d{4}-\d\d-\d\d) · area: (?<area>[a-z, -]+?)(?<more>(?: · (?:supersedes|see also): \d{4}(?:, \d{4})*)*)$/;

interface Decision {
  readonly name: string;
  readonly number: string;
  readonly title: string;
  readonly status: string;
  readonly date: string;
  readonly area: string;
}

/** True for a decision record, false for the index. */
export function isDecision({ path }: Document): boolean {
  return posix.dirname(path) === decisionsFolder && path !== indexPath && path.endsWith(".md");
}

/** Finds what is wrong with the form of each decision, and whether the index is that of these decisions. */
export function checkDecisions(documents: readonly Document[]): readonly Fault[] {
  const decisions = documents.filter(isDecision);
  const index = documents.find(({ path }) => path === indexPath);
  const faults = [...decisions.flatMap(checkDecision), ...checkNumbers(decisions)];
  // An index of decisions that cannot be read would only repeat the fault.
  if (faults.length === 0 && index?.text !== renderIndex(decisions)) {
    const message = "The index is not that of the decisions. Run packages/repository-rules/src/cli/main.ts --write.";
    faults.push({ file: indexPath, line: 1, code: "decision-index", message });
  }
  return faults;
}

/** Renders the index: a table of all decisions, in the order of their numbers. */
export function renderIndex(documents: readonly Document[]): string {
  const rows = documents
    .filter(isDecision)
    .map(readDecision)
    .filter((decision) => decision !== undefined)
    .sort((left, right) => (left.name < right.name ? -1 : 1))
    .map(({ name, number, title, status, date, area }) => {
      return `| [${number}](${name}) | ${title} | ${area} | ${date} | ${status} |`;
    });
  const head = [
    "# Decisions",
    "",
    "<!-- Generated from the records of this folder by packages/repository-rules. -->",
    "",
    "A record says what was decided and why, and stays as it was; a later one supersedes it.",
    "",
    "| number | decision | area | date | status |",
    "|---|---|---|---|---|",
  ];
  return `${[...head, ...rows].join("\n")}\n`;
}

function readDecision({ path, text }: Document): Decision | undefined {
  const [first = "", , third = ""] = text.split("\n");
  const title = titleForm.exec(first)?.groups;
  const status = statusForm.exec(third)?.groups;
  if (title === undefined || status === undefined) return undefined;
  return {
    name: posix.basename(path),
    number: title["number"] ?? "",
    title: title["title"] ?? "",
    status: status["status"] ?? "",
    date: status["date"] ?? "",
    area: status["area"] ?? "",
  };
}

function checkDecision({ path, text }: Document): readonly Fault[] {
  const faults: Fault[] = [];
  const tell = (line: number, code: string, message: string) => faults.push({ file: path, line, code, message });
  const lines = text.trimEnd().split("\n");
  const [first = "", , third = ""] = lines;
  const title = titleForm.exec(first)?.groups;
  const name = posix.basename(path);
  const expected = title === undefined ? undefined : `${title["number"]}-${nameOfTitle(title["title"] ?? "")}.md`;
  if (expected === undefined) tell(1, "decision-name", `Expected "# NNNN Title", got ${JSON.stringify(first)}.`);
  else if (expected !== name) tell(1, "decision-name", `The title asks for the name ${expected}.`);
  if (!statusForm.test(third)) {
    const form = "Status: accepted · YYYY-MM-DD · area: name";
    tell(3, "decision-status", `Expected "${form}", got ${JSON.stringify(third)}.`);
  }
  const found = lines.filter((line) => line.startsWith("## ") && (sections as readonly string[]).includes(line));
  if (found.join() !== sections.join()) {
    tell(1, "decision-sections", `Expected ${sections.join(", ")}, got ${found.join(", ") || "none"}.`);
  }
  if (lines.length > MAX_LINES) {
    tell(MAX_LINES + 1, "decision-length", `${lines.length} lines, ${MAX_LINES} at most.`);
  }
  return faults;
}

function checkNumbers(decisions: readonly Document[]): readonly Fault[] {
  const holders = new Map<string, string>();
  const faults: Fault[] = [];
  for (const { path } of decisions) {
    const number = nameForm.exec(posix.basename(path))?.groups?.["number"];
    if (number === undefined) continue;
    const holder = holders.get(number);
    if (holder === undefined) holders.set(number, path);
    else faults.push({ file: path, line: 1, code: "decision-number", message: `${number} is that of ${holder}.` });
  }
  return faults;
}

function nameOfTitle(title: string): string {
  return new GithubSlugger().slug(title).replaceAll(/-+/g, "-");
}
