import type { EnvironmentPlace } from "@millrace/routes";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../errors.ts";

/** The members that are read of a run's description of itself. */
interface Run {
  readonly kinesisUrl: string;
  readonly s3Url: string;
  readonly destinationEndpoints: Readonly<Record<string, string>>;
}

/**
 * Lets what this command calls find the services of a run of `pnpm start`, through the variables that any AWS tool
 * reads. Nothing is set for another stage, or where an endpoint is named already.
 * @throws UsageError when no pipeline runs there
 */
export function findRunningPipeline({ name, region }: EnvironmentPlace, stateFolder: string): void {
  const isNamed = Object.keys(process.env).some((variable) => variable.startsWith("AWS_ENDPOINT_URL"));
  if (name !== "local" || isNamed) return;
  const runFile = join(stateFolder, "run.json");
  if (!existsSync(runFile)) {
    const start = `start it with "pnpm start", give the --state folder of the one that runs, or name a --stage`;
    throw new UsageError(`No pipeline runs with its state in ${stateFolder}: ${start}.`);
  }
  const { kinesisUrl, s3Url, destinationEndpoints } = JSON.parse(readFileSync(runFile, "utf8")) as Run;
  Object.assign(process.env, {
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_ENDPOINT_URL_KINESIS: kinesisUrl,
    AWS_ENDPOINT_URL_S3: s3Url,
    ...destinationEndpoints,
  });
}
