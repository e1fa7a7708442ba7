import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Command, type End, Option, type Output } from "@millrace/command-line";
import { FixtureError, UsageError } from "../errors.ts";
import { type LanguageName, languageNames, languages } from "../languages.ts";
import { writeConsumer } from "../scaffold/new-consumer.ts";
import { destinationWord, readStream, repository, type SourceFolders, sourceOptions } from "./delivered.ts";

const SAMPLE_EVENTS = 20;
const RECORD_TIMEOUT_MS = 60_000;

interface NewOptions extends SourceFolders {
  readonly language?: LanguageName | undefined;
  readonly to?: string | undefined;
  readonly fixture?: string | undefined;
  readonly state?: string | undefined;
}

/** Adds `consumers new`. */
export function addNew(program: Command, end: End, output: Output): void {
  program
    .command("new")
    .summary("writes a small tested consumer of a stream, in a language")
    .description(
      "Writes a small tested consumer, typed, with a sample of the stream: a file of `pnpm tail --record`, else of the " +
        "running pipeline.",
    )
    .argument("<stream>")
    .addOption(new Option("--language <name>", "language of the consumer").choices(languageNames))
    .option("--to <folder>", "a new or empty folder (default <stream>-consumer)")
    .option("--fixture <file>", "sample of the stream, one event a line")
    .option("--state <folder>", "of the running pipeline that gives the sample (default .local)")
    .addOption(sourceOptions.schemas)
    .addOption(sourceOptions.routes)
    .action((stream, options) => end(newConsumer(stream, options, output)));
}

async function newConsumer(stream: string, options: NewOptions, output: Output): Promise<number> {
  const { language } = options;
  if (language === undefined) {
    throw new UsageError(`Expected --language to be one of ${languageNames.join(", ")}, got nothing.`);
  }
  const delivered = readStream(stream, options);
  const word = destinationWord(stream, options);
  if (word !== "stream") {
    throw new UsageError(
      `"${stream}" is a ${word}, and what \`new\` writes reads a Kinesis stream. \`consumers schema ${stream}\` writes the types of its events; docs/consume-a-stream.md tells how they come.`,
    );
  }
  const folder = options.to ?? `${stream}-consumer`;
  const fixture = options.fixture === undefined ? recordSample(stream, options.state) : readSample(options.fixture);
  const files = await writeConsumer({ delivered, language, folder, fixture });
  for (const name of files) output.out(`  ${name}`);
  output.out(`${files.length} files in ${folder}. Its tests, there: ${languages[language].test.join(" ")}`);
  return 0;
}

function readSample(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new FixtureError(`${file} cannot be read: ${String(cause)}`, { cause });
  }
}

function recordSample(stream: string, state: string | undefined): string {
  const folder = mkdtempSync(join(tmpdir(), "sample-"));
  const file = join(folder, "sample.ndjson");
  const tail = join(repository, "apps/local/src/tail.ts");
  const where = state === undefined ? [] : ["--state", state];
  const options = ["--from-start", "--count", String(SAMPLE_EVENTS), "--record", file, ...where];
  try {
    execFileSync(process.execPath, ["--conditions=@millrace/source", tail, stream, ...options], {
      stdio: ["ignore", "ignore", "pipe"],
      timeout: RECORD_TIMEOUT_MS,
    });
    return readFileSync(file, "utf8");
  } catch (cause) {
    const { stderr = "" } = cause as { stderr?: Buffer | string };
    const why = String(stderr).trim() || `${SAMPLE_EVENTS} events did not come within ${RECORD_TIMEOUT_MS / 1_000} s.`;
    throw new FixtureError(
      `No sample: ${why}\nOr give one with --fixture, by \`pnpm tail ${stream} --record <file>\`.`,
      {
        cause,
      },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
