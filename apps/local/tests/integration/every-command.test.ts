import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "@jest/globals";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../../../..");

interface Program {
  readonly name: string;
  readonly args: readonly string[];
  /** Exit code of wrong usage. */
  readonly wrong: number;
}

const readScripts = (folder: string) =>
  (JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as { scripts: Record<string, string> }).scripts;

/** The last program of a script that runs TypeScript, with the arguments that the script gives it. */
function programOf(folder: string, script: string): string[] | undefined {
  const [, words] = /(?:^|&& |\w )node ((?:-\S+ )*\S+\.ts(?: \S+)*)$/.exec(script) ?? [];
  return words?.split(" ").map((word) => (word.endsWith(".ts") ? join(root, folder, word) : word));
}

/** Scripts for who works on this repository; nobody else gives them options. */
const forDevelopers = ["benches", "check", "drill", "release:pack", "release:drill"];
/** The commands of a deployment are one program: `plan` stands for all. */
const ofInfra = ["bootstrap", "doctor", "plan"];

function programsOf(folder: string, isWanted: (name: string) => boolean, wrongOf: (args: string[]) => number) {
  return Object.entries(readScripts(folder)).flatMap(([name, script]): Program[] => {
    const args = isWanted(name) ? programOf(folder, script) : undefined;
    return args === undefined ? [] : [{ name, args, wrong: wrongOf(args) }];
  });
}

const programs = [
  ...programsOf(
    ".",
    (name) => !forDevelopers.includes(name),
    () => 2,
  ),
  // 2 is what `drift` ends with when there is drift.
  ...programsOf(
    "infra",
    (name) => ofInfra.includes(name),
    (args) => (args.some((arg) => arg.endsWith("deploy/main.ts")) ? 64 : 2),
  ),
];

async function answer({ args }: Program, ...more: string[]) {
  try {
    const { stdout, stderr } = await run(process.execPath, [...args, ...more], { cwd: root });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}

test("every public command is tried", () => {
  expect(programs.map(({ name }) => name)).toEqual([
    ...["start", "warehouse", "console", "explain", "privacy", "tail", "replay"],
    ...["schemas", "routes", "capacity", "consumers", "tap", "simulate"],
    ...ofInfra,
  ]);
});

describe.each(programs)("$name", (program) => {
  test("--help ends with 0, and an unknown option is named", async () => {
    const [help, wrong] = await Promise.all([answer(program, "--help"), answer(program, "--no-such-option")]);
    expect({ code: help.code, stderr: help.stderr }).toEqual({ code: 0, stderr: "" });
    expect(help.stdout).toMatch(/^Usage: pnpm [^]* -h, --help /);
    expect(wrong.code).toBe(program.wrong);
    expect(wrong.stderr).toMatch(/^Unknown option '--no-such-option'\n(.*\n)?pnpm .*--help lists the options\.\n$/);
  });
});
