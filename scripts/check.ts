/**
 * `pnpm check`: every rule of the repository that is not a test, each as one named step. All steps run; each failure
 * prints what its tool said, and the last line counts.
 *
 * Usage: pnpm check [name …]   (no name: all)
 */
import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const root = join(import.meta.dirname, "..");

interface Check {
  readonly name: string;
  /** Meaning of a failure, and its cure. */
  readonly onFailure: string;
  readonly commands: readonly (readonly string[])[];
}

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
}

/** Packages that npm gets: their tarballs must resolve for every kind of consumer. */
function publishedFolders(): readonly string[] {
  return globSync("packages/*/package.json", { cwd: root })
    .filter((file) => (JSON.parse(readFileSync(join(root, file), "utf8")) as Manifest).private !== true)
    .map((file) => dirname(file))
    .sort();
}

const checks: readonly Check[] = [
  {
    name: "format",
    onFailure: 'Run "pnpm format".',
    commands: [["biome", "format", "."]],
  },
  {
    name: "lint",
    onFailure: "Mend what the rule names; rules are in .oxlintrc.json.",
    commands: [["oxlint"]],
  },
  {
    name: "types",
    onFailure: "Mend the types; settings are in packages/tsconfig.",
    commands: [
      ["turbo", "run", "typecheck", "--continue", "--output-logs=errors-only", "--log-order=grouped"],
      ["tsc", "--noEmit"],
    ],
  },
  {
    name: "boundaries",
    onFailure: "Imports go apps → packages → event-contracts; see .dependency-cruiser.js.",
    commands: [
      [
        "depcruise",
        "--config",
        ".dependency-cruiser.js",
        "--output-type",
        "err",
        "apps",
        "packages",
        "infra",
        "scripts",
      ],
    ],
  },
  {
    name: "generated",
    onFailure: 'A generated file differs from its source: run "pnpm schemas render" and commit what changed.',
    commands: [
      ["node", "--conditions=@millrace/source", "packages/contract-tools/src/cli/main.ts", "render", "--check"],
    ],
  },
  {
    name: "documents",
    onFailure: "Each fault names file, line and rule; packages/repository-rules/README.md says how to mend each.",
    commands: [["node", "packages/repository-rules/src/cli/main.ts"]],
  },
  {
    name: "schemas",
    onFailure: "Each fault names file, pointer and cure.",
    commands: [["node", "--conditions=@millrace/source", "packages/contract-tools/src/cli/main.ts", "check"]],
  },
  {
    name: "routes",
    onFailure: "Each fault names file, pointer and cure.",
    commands: [["node", "--conditions=@millrace/source", "packages/route-tools/src/cli/main.ts", "check"]],
  },
  {
    name: "expressions",
    onFailure: "Rewrite the regular expression that is named so that it matches in linear time (decision 0013).",
    commands: [["pnpm", "--filter", "@millrace/enrichment", "run", "check:expressions"]],
  },
  {
    name: "unused",
    onFailure: "Delete what nothing uses, or name its use in knip.json.",
    // The enrichment function imports validators that its build generates.
    commands: [["turbo", "run", "build", "--filter=@millrace/enrichment", "--output-logs=errors-only"], ["knip"]],
  },
  {
    name: "versions",
    onFailure: "One version of a dependency for all: name it in the catalog.",
    commands: [["syncpack", "lint"]],
  },
  {
    name: "packages",
    onFailure: "The tarball of a published package is not what its consumers need.",
    commands: [
      ["turbo", "run", "build", "--filter=./packages/*", "--output-logs=errors-only", "--log-order=grouped"],
      ...publishedFolders().flatMap((folder) => [
        ["publint", "--strict", folder],
        ["attw", "--pack", folder, "--profile", "esm-only", "--quiet"],
      ]),
    ],
  },
];

function runCommand(command: readonly string[]): { readonly isPassed: boolean; readonly output: string } {
  const [file = "", ...args] = command;
  const result = spawnSync(file, args, { cwd: root, encoding: "utf8", maxBuffer: 1 << 28 });
  const output = [result.stdout, result.stderr, result.error?.message].filter((text) => text !== undefined).join("");
  return { isPassed: result.status === 0, output };
}

function runCheck(check: Check): boolean {
  const startedAt = performance.now();
  for (const command of check.commands) {
    const { isPassed, output } = runCommand(command);
    if (isPassed) continue;
    console.log(`✗ ${check.name}: ${command.join(" ")}\n${output.trimEnd()}\n  → ${check.onFailure}`);
    return false;
  }
  console.log(`✓ ${check.name} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
  return true;
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !checks.some((check) => check.name === name));
if (unknown.length > 0) {
  console.error(
    `No check is called ${unknown.join(", ")}. There are: ${checks.map((check) => check.name).join(", ")}.`,
  );
  process.exit(2);
}
const results = checks.filter((check) => wanted.length === 0 || wanted.includes(check.name)).map(runCheck);
const passed = results.filter(Boolean).length;
console.log(`${passed} passed, ${results.length - passed} failed`);
process.exit(passed === results.length ? 0 : 1);
