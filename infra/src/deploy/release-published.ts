import { setTimeout as wait } from "node:timers/promises";
import { loadConfig } from "../config/load-config.ts";
import { DeployError } from "../errors.ts";
import { prefixOf } from "../names.ts";
import type { AwsCommandLine } from "../programs/aws-command-line.ts";
import { Aliases } from "./aliases.ts";
import { type Clock, type PublishedFunction, release } from "./release.ts";
import type { Terraform } from "./terraform.ts";

export interface ReleasePublishedOptions {
  /** Skip the canary. */
  readonly isAtOnce: boolean;
  /** Also versions that were taken back. */
  readonly again: boolean;
  readonly tell: (line: string) => void;
}

const realClock: Clock = {
  now: Date.now,
  wait: (milliseconds, signal) => wait(milliseconds, undefined, { signal }).catch(() => undefined),
};

/**
 * Releases what the last apply published. An interrupt (Ctrl-C, a cancelled job) takes a version that is being tried
 * out back.
 */
export async function releasePublished(
  terraform: Terraform,
  aws: AwsCommandLine,
  { isAtOnce, again, tell }: ReleasePublishedOptions,
): Promise<void> {
  const { environment } = terraform;
  const { functions } = await terraform.outputs();
  if (functions === undefined) throw new DeployError(`${environment} has no functions yet. Deploy it first.`);
  const { canary } = loadConfig(environment).functions;
  const interrupt = new AbortController();
  const stop = (): void => interrupt.abort();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, stop);
  try {
    await release({
      environment,
      // The reader of the enriched stream first: it has to understand what the new enrichment writes.
      functions: Object.values(functions as Readonly<Record<string, PublishedFunction>>).toReversed(),
      canary: isAtOnce || canary === undefined ? undefined : { share: canary.share, watchSeconds: canary.watch },
      alarmPrefix: `${prefixOf(environment)}-`,
      again,
      aliases: new Aliases(aws),
      clock: realClock,
      signal: interrupt.signal,
      tell,
    });
  } finally {
    for (const name of ["SIGINT", "SIGTERM"] as const) process.removeListener(name, stop);
  }
}
