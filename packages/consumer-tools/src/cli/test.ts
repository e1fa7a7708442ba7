import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { UsageError } from "../errors.ts";
import { type Language, languageNames, languages } from "../languages.ts";
import { writeConsumer } from "../scaffold/new-consumer.ts";
import type { Command } from "./command.ts";
import { readStream } from "./delivered.ts";

/** The stream whose sample lies in the repository. */
const stream = "recommendations";
const fixtureFile = join(import.meta.dirname, "../../fixtures", `${stream}.ndjson`);

export const test: Command = {
  usage: `test [${languageNames.join("|")} …]`,
  summary:
    "writes a consumer in each language and runs its tests; where AWS_ENDPOINT_URL_KINESIS is set, against that pipeline as well",
  async run(args, output) {
    const { positionals } = parseArgs({ args: [...args], allowPositionals: true, options: {} });
    const wanted = positionals.length === 0 ? languageNames : positionals;
    const chosen = wanted.map((name) => {
      const language = languageNames.find((each) => each === name);
      if (language === undefined) {
        throw new UsageError(`Expected languages among ${languageNames.join(", ")}, got ${name}`);
      }
      return languages[language];
    });
    const delivered = readStream(stream, {});
    const fixture = readFileSync(fixtureFile, "utf8");
    let failed = 0;
    for (const language of chosen) {
      const missing = language.needs.filter((program) => !isOnPath(program));
      if (missing.length > 0) {
        output.out(`${language.name}: not run, ${missing.join(" and ")} not on the path`);
        continue;
      }
      const folder = mkdtempSync(join(tmpdir(), `consumer-${language.name}-`));
      try {
        await writeConsumer({ delivered, language: language.name, folder, fixture });
        if (!runTests(language, folder, output)) failed += 1;
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }
    return failed === 0 ? 0 : 1;
  },
};

function runTests(
  { name, test: [program, ...args] }: Language,
  folder: string,
  output: Parameters<Command["run"]>[1],
): boolean {
  const started = performance.now();
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: folder,
    encoding: "utf8",
    env: environment(),
  });
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  if (status === 0) {
    output.out(`${name}: its tests pass (${seconds} s)`);
    return true;
  }
  output.err(`${stdout}${stderr}`);
  output.out(`${name}: its tests fail (${seconds} s): ${error?.message ?? `${program} ended with ${status}`}`);
  return false;
}

/** Node 24, which runs this, comes first: an older one may be on the path. */
function environment(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env["PATH"] ?? ""}` };
}

function isOnPath(program: string): boolean {
  const { error } = spawnSync(program, ["--help"], { stdio: "ignore", env: environment() });
  return error === undefined;
}
