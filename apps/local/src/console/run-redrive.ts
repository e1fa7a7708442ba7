import { execFile } from "node:child_process";
import { join } from "node:path";
import type { CommandResult } from "@millrace/pipeline-source";
import { accountEnvironment } from "../runtime/account.ts";
import { repositoryRoot } from "../runtime/folders.ts";
import type { Pipeline } from "../runtime/pipeline.ts";

const program = join(repositoryRoot, "packages", "route-tools", "src", "cli", "main.ts");
const deadlineMs = 120_000;

/**
 * Runs `pnpm routes redrive` against the running pipeline, as an operator would.
 * @throws RangeError for a name that no application has
 */
export function runRedrive(
  { kinesisUrl, s3Url, secretsUrl, services, folders, topology }: Pipeline,
  application: string,
  isDry: boolean,
  signal: AbortSignal,
): Promise<CommandResult> {
  if (!/^[a-z][a-z0-9-]*$/.test(application)) throw new RangeError(`"${application}" is no name of an application.`);
  const { sqsUrl: sqs, eventBridgeUrl: eventBridge } = services;
  const [bucket = ""] = topology.deliveryStreams.map((delivery) => delivery.bucket);
  const lake = join(folders.objects, bucket);
  const args = ["redrive", application, "--stage", "local", "--lake", lake, ...(isDry ? ["--dry-run"] : [])];
  const account = accountEnvironment({ kinesis: kinesisUrl, s3: s3Url, secrets: secretsUrl, sqs, eventBridge });
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ["--conditions=@millrace/source", program, ...args],
      { env: { ...process.env, ...account }, timeout: deadlineMs, signal },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
        resolve({ code, output: `${stdout}${stderr}` });
      },
    );
  });
}
