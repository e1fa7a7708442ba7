/**
 * `pnpm tail <stream>`: follows a stream of the running pipeline, one event a line, until Ctrl-C. With `--record` it
 * writes a sample into a file instead, which tests of consumers read.
 */
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { parseArgs } from "node:util";
import { runCommand } from "./control/run-command.ts";
import { findRun } from "./control/run-file.ts";
import { UsageError } from "./errors.ts";
import { defaultStateFolder, stateFolders } from "./runtime/folders.ts";

const defaultCount = 100;
const usage = `Usage: pnpm tail [options] <stream>, e.g. pnpm tail enriched
  --from-start      begin with the oldest event the stream still has, not with the next one
  --record <file>   write the events into a file instead, and end when there are enough
  --count <n>       how many events are enough (default ${defaultCount} with --record, else no end)
  --state <folder>  of the pipeline to follow (default .local)`;

await runCommand(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      "from-start": { type: "boolean" },
      record: { type: "string" },
      count: { type: "string" },
      state: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help === true) {
    console.log(usage);
    return;
  }
  const [stream] = positionals;
  if (stream === undefined) throw new UsageError(usage);
  const { record } = values;
  const enough = countOf(values.count ?? (record === undefined ? undefined : String(defaultCount)));
  const { controlUrl } = await findRun(stateFolders(resolve(values.state ?? defaultStateFolder)));
  const query = values["from-start"] === true ? "?from-start" : "";
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

function countOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new UsageError(`Expected --count to be a whole number above 0, got ${text}`);
  }
  return count;
}
