/** `pnpm tail <stream>`: follows a stream of the running pipeline, one event a line, until Ctrl-C. */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { runCommand } from "./control/run-command.ts";
import { findRun } from "./control/run-file.ts";
import { UsageError } from "./errors.ts";
import { defaultStateFolder, stateFolders } from "./runtime/folders.ts";

const usage = `Usage: pnpm tail [options] <stream>, e.g. pnpm tail enriched
  --from-start      begin with the oldest event the stream still has, not with the next one
  --state <folder>  of the pipeline to follow (default .local)`;

await runCommand(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { "from-start": { type: "boolean" }, state: { type: "string" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help === true) {
    console.log(usage);
    return;
  }
  const [stream] = positionals;
  if (stream === undefined) throw new UsageError(usage);
  const { controlUrl } = await findRun(stateFolders(resolve(values.state ?? defaultStateFolder)));
  const query = values["from-start"] === true ? "?from-start" : "";
  const response = await fetch(new URL(`/streams/${encodeURIComponent(stream)}${query}`, controlUrl));
  if (!response.ok || response.body === null) throw new UsageError(await response.text());
  process.once("SIGINT", () => process.exit(0));
  try {
    for await (const piece of response.body as AsyncIterable<Uint8Array>) process.stdout.write(piece);
  } catch {
    // The pipeline was killed: its connection breaks instead of ending.
  }
  console.error("The pipeline has ended.");
});
