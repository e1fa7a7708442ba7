import { join } from "node:path";
import type { CommandResult } from "@millrace/pipeline-source";
import type { Pipeline } from "../runtime/pipeline.ts";
import { runProgram } from "./run-program.ts";

/**
 * Runs `pnpm routes redrive` against the running pipeline.
 * @throws RangeError for a name that no application has
 */
export function runRedrive(
  pipeline: Pipeline,
  application: string,
  isDry: boolean,
  signal: AbortSignal,
): Promise<CommandResult> {
  if (!/^[a-z][a-z0-9-]*$/.test(application)) throw new RangeError(`"${application}" is no name of an application.`);
  const [bucket = ""] = pipeline.topology.deliveryStreams.map((delivery) => delivery.bucket);
  const lake = join(pipeline.folders.objects, bucket);
  const args = ["redrive", application, "--stage", "local", "--lake", lake, ...(isDry ? ["--dry-run"] : [])];
  return runProgram(pipeline, "packages/route-tools/src/cli/main.ts", args, signal);
}
