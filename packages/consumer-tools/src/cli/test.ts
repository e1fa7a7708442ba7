import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { Argument, type Command, type End, type Output } from "@millrace/command-line";
import { type Language, type LanguageName, languageNames, languages } from "../languages.ts";
import { writeConsumer } from "../scaffold/new-consumer.ts";
import { readStream } from "./delivered.ts";

/** The stream whose sample lies in the repository. */
const stream = "recommendations";
const fixtureFile = join(import.meta.dirname, "../../fixtures", `${stream}.ndjson`);

/** Adds `consumers test`. */
export function addTest(program: Command, end: End, output: Output): void {
  program
    .command("test")
    .summary("writes a consumer in each language and runs its tests")
    .description(
      "Writes a consumer in each language and runs its tests; where AWS_ENDPOINT_URL_KINESIS is set, against that " +
        "pipeline as well.",
    )
    .addArgument(new Argument("[languages...]", "languages to try (default: all)").choices(languageNames))
    .action((languages) => end(testConsumers(languages.length === 0 ? languageNames : languages, output)));
}

async function testConsumers(names: readonly LanguageName[], output: Output): Promise<number> {
  const delivered = readStream(stream, {});
  const fixture = readFileSync(fixtureFile, "utf8");
  let failed = 0;
  for (const language of names.map((name) => languages[name])) {
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
}

function runTests({ name, test: [program, ...args] }: Language, folder: string, output: Output): boolean {
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
