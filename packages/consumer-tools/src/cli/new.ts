import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { FixtureError, UsageError } from "../errors.ts";
import { languageNames, languages } from "../languages.ts";
import { writeConsumer } from "../scaffold/new-consumer.ts";
import type { Command } from "./command.ts";
import { destinationWord, readStream, repository, sourceOptions } from "./delivered.ts";

const sampleEvents = 20;
const recordTimeoutMs = 60_000;

export const newConsumer: Command = {
  usage: `new <stream> --language ${languageNames.join("|")} [--to folder] [--fixture file] [--state folder] [--schemas folder] [--routes folder]`,
  summary:
    "writes a small tested consumer, typed, with a sample of the stream: a file of `pnpm tail --record`, else of the running pipeline",
  async run(args, output) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        ...sourceOptions,
        language: { type: "string" },
        to: { type: "string" },
        fixture: { type: "string" },
        state: { type: "string" },
      },
    });
    const [stream] = positionals;
    if (stream === undefined) throw new UsageError(`Usage: ${newConsumer.usage}`);
    const language = languageNames.find((name) => name === values.language);
    if (language === undefined) {
      throw new UsageError(
        `Expected --language to be one of ${languageNames.join(", ")}, got ${values.language ?? "nothing"}`,
      );
    }
    const delivered = readStream(stream, values);
    const word = destinationWord(stream, values);
    if (word !== "stream") {
      throw new UsageError(
        `"${stream}" is a ${word}, and what \`new\` writes reads a Kinesis stream. \`consumers schema ${stream}\` writes the types of its events; docs/consume-a-stream.md tells how they come.`,
      );
    }
    const folder = values.to ?? `${stream}-consumer`;
    const fixture = values.fixture === undefined ? recordSample(stream, values.state) : readSample(values.fixture);
    const files = await writeConsumer({ delivered, language, folder, fixture });
    for (const name of files) output.out(`  ${name}`);
    output.out(`${files.length} files in ${folder}. Its tests, there: ${languages[language].test.join(" ")}`);
    return 0;
  },
};

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
  const options = ["--from-start", "--count", String(sampleEvents), "--record", file, ...where];
  try {
    execFileSync(process.execPath, ["--conditions=@millrace/source", tail, stream, ...options], {
      stdio: ["ignore", "ignore", "pipe"],
      timeout: recordTimeoutMs,
    });
    return readFileSync(file, "utf8");
  } catch (cause) {
    const { stderr = "" } = cause as { stderr?: Buffer | string };
    const why = String(stderr).trim() || `${sampleEvents} events did not come within ${recordTimeoutMs / 1_000} s.`;
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
