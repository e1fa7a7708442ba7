import { findDrift } from "../drift.ts";
import { type Command, parseCommand, tell, terraformOf } from "./command.ts";

/** As `terraform plan -detailed-exitcode` has it. */
const DRIFTED = 2;

export const drift: Command = {
  usage: "drift <environment>   (0: none, 2: drift, 1: it could not be looked for)",
  async run(args) {
    const { environment } = parseCommand(args, {});
    const terraform = terraformOf(environment, { isReadOnly: true });
    const { outside, pending, versions } = await findDrift(terraform);
    const lists = [
      ["changed by somebody else", outside],
      ["would be changed by a deployment of this stack", pending],
      ["versions of functions", versions],
    ] as const;
    for (const [title, lines] of lists) {
      if (lines.length > 0)
        tell(`${terraform.environment}: ${title}\n${lines.map((line) => `  - ${line}`).join("\n")}`);
    }
    if (pending.length === 0 && versions.length === 0) {
      tell(`${terraform.environment}: no drift`);
      return 0;
    }
    return DRIFTED;
  },
};
