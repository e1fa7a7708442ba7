/** `pnpm tail <stream>`: follows a stream of the running pipeline, one event a line, until Ctrl-C. */
import { parseArgs } from "node:util";
import { readRunFile } from "./control/run-file.ts";
import { runCommand } from "./control/run-command.ts";
import { UsageError } from "./errors.ts";
import { defaultStateFolder, stateFolders } from "./runtime/folders.ts";

const usage = `Usage: pnpm tail [--from-start] <stream>, e.g. pnpm tail enriched
  --from-start  begin with the oldest event the stream still has, not with the next one`;

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
  const { controlUrl } = readRunFile(stateFolders(values.state ?? defaultStateFolder).runFile);
  const query = values["from-start"] === true ? "?from-start" : "";
  const response = await fetch(new URL(`/streams/${encodeURIComponent(stream)}${query}`, controlUrl));
  if (!response.ok || response.body === null) throw new UsageError(await response.text());
  process.once("SIGINT", () => process.exit(0));
  for await (const piece of response.body as AsyncIterable<Uint8Array>) process.stdout.write(piece);
  console.error("The pipeline has ended.");
});
