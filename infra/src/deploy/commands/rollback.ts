import { loadConfig, parseEnvironmentName } from "../../config/load-config.ts";
import { ReleaseError } from "../../errors.ts";
import { LIVE_ALIAS, physicalName } from "../../names.ts";
import { runProgram } from "../../programs/run-program.ts";
import { showProgram } from "../../programs/show-program.ts";
import { Aliases } from "../aliases.ts";
import { EventServiceRollout } from "../event-service-rollout.ts";
import { rollBack } from "../rollback.ts";
import { accountOf, type Command, parseCommand, tell } from "./command.ts";

export const rollback: Command = {
  usage: "rollback <environment> [--event-service] [--reason <text>]",
  async run(args) {
    const { values, environment } = parseCommand(args, {
      "event-service": { type: "boolean", default: false },
      reason: { type: "string", default: "rolled back by hand" },
    });
    const name = parseEnvironmentName(environment);
    const aws = await accountOf(name);
    const isServiceToo = values["event-service"];
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
  },
};
