import { findDrift, reportDrift } from "../drift.ts";
import { type AddCommand, environmentArgument, environmentOf, tell, terraformOf } from "./command.ts";

export const addDrift: AddCommand = (program, end) => {
  program
    .command("drift")
    .description("Looks for drift. Ends with 0: none, 2: drift, 1: it could not be looked for.")
    .addArgument(environmentArgument)
    .action((environment) => end(drift(environmentOf(environment))));
};

async function drift(environment: string | undefined): Promise<number> {
  const terraform = terraformOf(environment, { isReadOnly: true });
  return reportDrift(terraform.environment, await findDrift(terraform), tell);
}
