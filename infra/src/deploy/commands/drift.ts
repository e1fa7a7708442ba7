import { findDrift } from "../drift.ts";
import { type AddCommand, environmentArgument, environmentOf, tell, terraformOf } from "./command.ts";

/** As `terraform plan -detailed-exitcode` has it. */
const DRIFTED = 2;

export const addDrift: AddCommand = (program, end) => {
  program
    .command("drift")
    .description("Looks for drift. Ends with 0: none, 2: drift, 1: it could not be looked for.")
    .addArgument(environmentArgument)
    .action((environment) => end(drift(environmentOf(environment))));
};

async function drift(environment: string | undefined): Promise<number> {
  const terraform = terraformOf(environment, { isReadOnly: true });
  const { outside, pending, versions } = await findDrift(terraform);
  const lists = [
    ["changed by somebody else", outside],
    ["would be changed by a deployment of this stack", pending],
    ["versions of functions", versions],
  ] as const;
  for (const [title, lines] of lists) {
    if (lines.length > 0) tell(`${terraform.environment}: ${title}\n${lines.map((line) => `  - ${line}`).join("\n")}`);
  }
  if (pending.length === 0 && versions.length === 0) {
    tell(`${terraform.environment}: no drift`);
    return 0;
  }
  return DRIFTED;
}
