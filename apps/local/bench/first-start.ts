/**
 * `pnpm --filter @millrace/local bench:first-start`: CPU of the whole command that the README gives, from `npx` to the
 * answer 202 to the event in its greeting, when everything is built. Several checkouts take turns: what else the
 * machine does then falls on all of them. Needs Linux, whose /proc it reads.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { formatTable } from "../src/report/format-table.ts";
import { repositoryRoot } from "../src/runtime/folders.ts";
import { readTree, type TreeMember } from "./process-tree.ts";

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== "--"),
  options: {
    /** Checkouts of this repository, installed. */
    repository: { type: "string", multiple: true, default: [repositoryRoot] },
    runs: { type: "string", default: "5" },
  },
});
const command = ["npx", "-y", "pnpm@10.34.9", "start", "--port", "0"] as const;
/** The first start of a checkout may have to build everything. */
const deadlineMs = 300_000;

interface FirstStart {
  readonly seconds: number;
  /** CPU by process; of programs that had ended, such as a build, below the name of who ran them. */
  readonly cpuSeconds: ReadonlyMap<string, number>;
}

/** Address, write key and event of the greeting. The greeting tells how to send one. */
function readGreeting(
  output: string,
): { readonly url: string; readonly key: string; readonly event: string } | undefined {
  const url = /Events +(http\S+)/.exec(output)?.[1];
  const key = /Write key +(\S+)/.exec(output)?.[1];
  const event = /-d '([^']+)'/.exec(output)?.[1];
  return url === undefined || key === undefined || event === undefined ? undefined : { url, key, event };
}

async function runOnce(repository: string): Promise<FirstStart> {
  const state = mkdtempSync(join(tmpdir(), "millrace-first-start-"));
  const startedAt = Date.now();
  const [program, ...args] = command;
  // Under pnpm the environment names this repository's Node and folders; a user's shell does not.
  const environment = Object.entries(process.env).filter(([name]) => !/^(npm_|pnpm_|NODE)/i.test(name));
  const path = (process.env["PATH"] ?? "").split(":").filter((folder) => !folder.includes("node_modules"));
  const child = spawn(program, [...args, "--state", state], {
    cwd: repository,
    env: { ...Object.fromEntries(environment), PATH: path.join(":") },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const rootPid = child.pid ?? 0;
  try {
    const { url, key, event } = await new Promise<NonNullable<ReturnType<typeof readGreeting>>>((resolve, reject) => {
      let output = "";
      const timer = setTimeout(() => reject(new Error(`No greeting from ${repository}:\n${output}`)), deadlineMs);
      const read = (text: string): void => {
        output += text;
        const greeting = readGreeting(output);
        if (greeting === undefined) return;
        clearTimeout(timer);
        resolve(greeting);
      };
      child.stdout.setEncoding("utf8").on("data", read);
      child.stderr.setEncoding("utf8").on("data", read);
      child.once("exit", (code) => reject(new Error(`${repository} ended with code ${String(code)}:\n${output}`)));
    });
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    const { status } = await fetch(url, { method: "POST", headers, body: event });
    const tree = readTree(rootPid);
    if (status !== 202) throw new Error(`${repository}: the event of the greeting was answered with ${status}.`);
    return { seconds: (Date.now() - startedAt) / 1_000, cpuSeconds: sumByName(tree) };
  } finally {
    for (const { pid } of readTree(rootPid)) process.kill(pid, "SIGKILL");
    rmSync(state, { recursive: true, force: true, maxRetries: 5 });
  }
}

function sumByName(tree: readonly TreeMember[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  const add = (name: string, seconds: number): void => void sums.set(name, (sums.get(name) ?? 0) + seconds);
  for (const { name, cpuSeconds, endedChildrenSeconds } of tree) {
    add(name, cpuSeconds);
    if (endedChildrenSeconds > 0) add(`ended below ${name}`, endedChildrenSeconds);
  }
  return sums;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

const total = ({ cpuSeconds }: FirstStart): number => [...cpuSeconds.values()].reduce((sum, own) => sum + own, 0);

const starts = new Map<string, FirstStart[]>(values.repository.map((repository) => [repository, []]));
// Builds what is not fresh, and fills the caches of compiled code.
for (const repository of starts.keys()) await runOnce(repository);
for (let run = 0; run < Number(values.runs); run += 1)
  for (const [repository, own] of starts) own.push(await runOnce(repository));

console.log(`${command.join(" ")}: CPU seconds to the first 202, medians of ${values.runs} starts\n`);
const names = [...new Set([...starts.values()].flat().flatMap(({ cpuSeconds }) => [...cpuSeconds.keys()]))];
const row = (process: string, of: (start: FirstStart) => number): Record<string, unknown> => ({
  process,
  ...Object.fromEntries([...starts].map(([repository, own]) => [repository, median(own.map(of)).toFixed(2)])),
});
console.log(
  formatTable([
    ...names.map((name) => row(name, ({ cpuSeconds }) => cpuSeconds.get(name) ?? 0)),
    row("all", total),
    row("by the clock", ({ seconds }) => seconds),
  ]),
);
