/**
 * `pnpm tail <stream>`: follows a stream of the running pipeline, one event a line, until Ctrl-C. With `--record` it
 * writes a sample into a file instead, which tests of consumers read.
 */
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { createProgram, parseProgram, wholeNumber } from "@millrace/command-line";
import { runCommand } from "./control/run-command.ts";
import { findRun } from "./control/run-file.ts";
import { UsageError } from "./errors.ts";
import { defaultStateFolder, stateFolders } from "./runtime/folders.ts";

const DEFAULT_COUNT = 100;
await runCommand(async () => {
  const program = createProgram("tail")
    .description("Follows a stream of the running pipeline, one event a line.")
    .argument("<stream>", 'such as "enriched"')
    .option("--from-start", "begin with the oldest event the stream still has, not with the next one")
    .option("--record <file>", "write the events into a file instead, and end when there are enough")
    .option(
      "--count <n>",
      `how many events are enough (default ${DEFAULT_COUNT} with --record, else no end)`,
      wholeNumber(1),
    )
    .option("--state <folder>", "of the pipeline to follow (default .local)");
  if (!parseProgram(program, process.argv.slice(2))) return;
  const values = program.opts();
  const [stream] = program.processedArgs;
  const { record } = values;
  const enough = values.count ?? (record === undefined ? undefined : DEFAULT_COUNT);
  const { controlUrl } = await findRun(stateFolders(resolve(values.state ?? defaultStateFolder)));
  const query = values.fromStart === true ? "?from-start" : "";
  const response = await fetch(new URL(`/streams/${encodeURIComponent(stream)}${query}`, controlUrl));
  if (!response.ok || response.body === null) throw new UsageError(await response.text());
  const recorded: string[] = [];
  const keep = (): void => {
    if (record === undefined) return;
    writeFileSync(record, recorded.map((line) => `${line}\n`).join(""));
    console.error(`${recorded.length} events of ${stream} are in ${record}.`);
  };
  process.once("SIGINT", () => {
    keep();
    process.exit(0);
  });
  // The reader of the output, such as `head`, has what it wanted.
  process.stdout.once("error", () => process.exit(0));
  let count = 0;
  try {
    for await (const line of createInterface({ input: Readable.fromWeb(response.body) })) {
      if (record === undefined) process.stdout.write(`${line}\n`);
      else recorded.push(line);
      if ((count += 1) === enough) break;
    }
  } catch {
    // The pipeline was killed: its connection breaks instead of ending.
  }
  keep();
  if (count === enough) process.exit(0);
  console.error("The pipeline has ended.");
});
