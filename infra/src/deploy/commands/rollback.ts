import { loadConfig, parseEnvironmentName } from "../../config/load-config.ts";
import { ReleaseError } from "../../errors.ts";
import { LIVE_ALIAS, physicalName } from "../../names.ts";
import { runProgram } from "../../programs/run-program.ts";
import { showProgram } from "../../programs/show-program.ts";
import { Aliases } from "../aliases.ts";
import { EventServiceRollout } from "../event-service-rollout.ts";
import { rollBack } from "../rollback.ts";
import { accountOf, type AddCommand, environmentArgument, environmentOf, tell } from "./command.ts";

export const addRollback: AddCommand = (program, end) => {
  program
    .command("rollback")
    .description("Takes the functions back to the version before.")
    .addArgument(environmentArgument)
    .option("--event-service", "the image of the event service too")
    .option("--reason <text>", "kept beside the version, for whoever releases next", "rolled back by hand")
    .action((environment, given) => end(rollback(environmentOf(environment), given)));
};

interface RollbackOptions {
  readonly eventService?: true | undefined;
  readonly reason: string;
}

async function rollback(environment: string | undefined, values: RollbackOptions): Promise<number> {
  const name = parseEnvironmentName(environment);
  const aws = await accountOf(name);
  const isServiceToo = values.eventService === true;
  const functions = rollBack({
    functionNames: ["enrichment", "router"].map((purpose) => physicalName(name, purpose)),
    alias: LIVE_ALIAS,
    aliases: new Aliases(aws),
    reason: values.reason,
    now: Date.now,
    tell,
  });
  await functions.catch((error: unknown) => {
    // The service may be all there is to take back.
    if (!isServiceToo || !(error instanceof ReleaseError)) throw error;
    tell(error.message);
  });
  const rollout = new EventServiceRollout(loadConfig(name).ingest, aws, { run: runProgram, show: showProgram });
  if (isServiceToo) await rollout.undo(name, tell);
  else
    tell(
      `The event service is not touched. To take its image back too: rollback ${name} --event-service (${rollout.command})`,
    );
  return 0;
}
