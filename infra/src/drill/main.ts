import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { parseEnvironmentName } from "../config/load-config.ts";
import { ENVIRONMENTS } from "../config/environments.ts";
import type { EnvironmentName } from "../config/schema.ts";
import { DrillError, InfraError } from "../errors.ts";
import { EnvironmentDrill } from "./environment-drill.ts";
import { noticeFaults } from "./faults.ts";
import { stages } from "./stages/index.ts";
import { TERRAFORM_MISSING } from "./workspace.ts";

const PLANTED_SECRET = "drill-planted-secret-6f1c2d";

async function drillEnvironment(environment: EnvironmentName): Promise<void> {
  const started = performance.now();
  const drill = await EnvironmentDrill.start(environment, PLANTED_SECRET);
  let isDone = false;
  try {
    for (const stage of stages) {
      const from = performance.now();
      const outcome = await stage.run(drill).catch((error: unknown) => {
        throw new DrillError(
          `${environment}, ${stage.name}: ${error instanceof Error ? error.message : String(error)}`,
          { cause: error },
        );
      });
      say(environment, stage.name, outcome, from);
    }
    isDone = true;
  } finally {
    await drill.close({ keep: !isDone });
    if (!isDone) process.stderr.write(`${environment}: stack and log are kept in ${drill.workspace.folder}\n`);
  }
  say(environment, "whole drill", "passed", started);
}

/** Everything that a drill prints: the log of CI. */
const printed: string[] = [];

function print(line: string): void {
  printed.push(line);
  process.stdout.write(`${line}\n`);
}

function say(environment: string, stage: string, outcome: string, startedAt: number): void {
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  print(`${environment.padEnd(8)} ${stage.padEnd(16)} ${outcome} (${seconds} s)`);
}

/** A key that a drill planted must not come out with what it tells, least of all in the words of a fault. */
function assertSilent(words: readonly string[]): void {
  if (words.some((line) => line.includes(PLANTED_SECRET))) throw new DrillError("The drill printed a planted key.");
}

/** Shows that the drill is not blind. */
async function plantFaults(environment: EnvironmentName): Promise<void> {
  const drill = await EnvironmentDrill.start(environment, PLANTED_SECRET);
  try {
    await noticeFaults(drill, (line) => print(`${environment.padEnd(8)} ${line}`));
  } finally {
    await drill.close();
  }
}

/**
 * Two at a time: Terraform waits for most of an apply's time. Every environment is drilled, whatever another one finds.
 */
async function drillAll(environments: readonly EnvironmentName[]): Promise<void> {
  const left = [...environments];
  const faults: InfraError[] = [];
  const drillNext = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      await drillEnvironment(next).catch((fault: unknown) => {
        if (!(fault instanceof InfraError)) throw fault;
        faults.push(fault);
      });
    }
  };
  await Promise.all([drillNext(), drillNext()]);
  if (faults.length > 0) throw new DrillError(faults.map(({ message }) => message).join("\n\n"));
}

try {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { faults: { type: "boolean", default: false } },
  });
  if (spawnSync("terraform", ["version"]).error !== undefined) throw new DrillError(TERRAFORM_MISSING);
  const named = positionals.map((name) => parseEnvironmentName(name));
  const wanted = named.length > 0 ? named : ENVIRONMENTS.filter((name) => name !== "local");
  if (values.faults) await plantFaults(wanted[0] ?? "dev");
  else await drillAll(wanted);
  assertSilent(printed);
} catch (error) {
  if (!(error instanceof InfraError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
