import { execFile } from "node:child_process";
import { join } from "node:path";
import type { CommandResult } from "@millrace/pipeline-source";
import { accountEnvironment } from "../runtime/account.ts";
import { repositoryRoot } from "../runtime/folders.ts";
import type { Pipeline } from "../runtime/pipeline.ts";

const DEADLINE_MS = 120_000;

/** Runs one of the repository's programs against the running pipeline, as an operator would. */
export function runProgram(
  { kinesisUrl, s3Url, secretsUrl, services }: Pick<Pipeline, "kinesisUrl" | "s3Url" | "secretsUrl" | "services">,
  program: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<CommandResult> {
  const { endpoints: destinationEndpoints } = services;
  const account = accountEnvironment({ kinesis: kinesisUrl, s3: s3Url, secrets: secretsUrl, destinationEndpoints });
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ["--conditions=@millrace/source", join(repositoryRoot, program), ...args],
      { env: { ...process.env, ...account }, timeout: DEADLINE_MS, signal },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
        resolve({ code, output: `${stdout}${stderr}` });
      },
    );
  });
}
