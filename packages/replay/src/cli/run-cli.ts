import { WrongUsageError } from "@millrace/command-line";
import { PrivacyKeysError } from "@millrace/privacy-keys";
import { RoutesError } from "@millrace/routes";
import { StoredEventsError } from "@millrace/stored-events";
import { ReplayError } from "../errors.ts";
import { readJobPlan, readProgress } from "../job/job.ts";
import { LEDGER_PREFIX, readReplay } from "../ledger/ledger.ts";
import type { Environment } from "../environment.ts";
import { type OpenEnvironment, openEnvironment } from "./environment.ts";
import { parseOptions, type ReplayOptions } from "./options.ts";
import { describeJob, describeReplay, type Output } from "./output.ts";
import { replayCommand } from "./replay-command.ts";

/** Runs `pnpm replay`: 0 when it is done, 1 when AWS or a ledger is in the way, 2 when it was called wrongly. */
export async function runCli(args: readonly string[], output: Output, signal: AbortSignal): Promise<number> {
  let environment: OpenEnvironment | undefined;
  let options: ReplayOptions | undefined;
  try {
    options = parseOptions(args, Date.now(), (text) => output.out(text));
    if (options === undefined) return 0;
    environment = await openEnvironment(options.stage, options.state);
    if (options.command === "replay") return await replayCommand(environment, options, output, signal);
    return await showReplays(environment, options, output);
  } catch (error) {
    if (!isExpected(error)) throw error;
    const isCutOff = isOfAws(error) && options?.isDryRun === false;
    output.err(isCutOff ? `${adviceOn(error)} The replay goes on where it stopped.` : adviceOn(error));
    return isOfAws(error) || (error instanceof ReplayError && error.code !== "USAGE") ? 1 : 2;
  } finally {
    environment?.close();
  }
}

async function showReplays({ s3, place }: Environment, { id }: ReplayOptions, output: Output): Promise<number> {
  const bucket = place.lakeBucket;
  const ids: string[] = [];
  if (id !== undefined) ids.push(id);
  else {
    for await (const folder of s3.folders(bucket, LEDGER_PREFIX)) ids.push(folder.slice(LEDGER_PREFIX.length, -1));
  }
  for (const each of ids.filter((name) => name !== "audit")) {
    const replay = await readReplay(s3, bucket, each);
    if (replay !== undefined) {
      output.out(describeReplay(replay));
      const job = await readJobPlan(s3, bucket, each);
      if (job !== undefined) output.out(describeJob(job, await readProgress(s3, bucket, each, job)));
    }
    if (replay === undefined && id !== undefined) {
      output.err(`There is no replay ${each} in s3://${bucket}/${LEDGER_PREFIX}. pnpm replay list shows all.`);
      return 1;
    }
  }
  return 0;
}

/** Faults of the caller or of AWS: told in a line, without a stack. */
function isExpected(error: unknown): error is Error {
  return (
    error instanceof ReplayError ||
    error instanceof WrongUsageError ||
    error instanceof RoutesError ||
    error instanceof PrivacyKeysError ||
    isOfAws(error) ||
    (error as { name?: unknown }).name === "CredentialsProviderError"
  );
}

/** AWS refused something, or was not there. */
const isOfAws = (error: unknown): boolean =>
  error instanceof StoredEventsError || (error instanceof Error && "$metadata" in error);

/** Errors of stores give advice of their own. */
const adviceOn = (error: Error): string =>
  "$metadata" in error ? `${error.name}: ${error.message}. Run the command again.` : error.message;
