import type { CommandResult, ReplayRequest } from "@millrace/pipeline-source";
import type { Pipeline } from "../runtime/pipeline.ts";
import { runProgram } from "./run-program.ts";

const isTime = (text: string): boolean => /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(text);

/**
 * Runs `pnpm replay raw … --into revalidation --dry-run` against the running pipeline: which of these events would be
 * valid by the contracts of this checkout.
 * @throws RangeError for a time that is none
 */
export function runReplay(
  pipeline: Pipeline,
  { source, type, from }: ReplayRequest,
  signal: AbortSignal,
): Promise<CommandResult> {
  if (!isTime(from)) throw new RangeError(`Expected \`from\` to be a time in UTC, got "${from.slice(0, 40)}".`);
  // One argument each: a value that begins with a hyphen is no option.
  const args = ["raw", `--from=${from}`, `--source=${source}`, `--type=${type}`, "--into=revalidation", "--dry-run"];
  return runProgram(pipeline, "packages/replay/src/cli/main.ts", [...args, `--state=${pipeline.folders.root}`], signal);
}
