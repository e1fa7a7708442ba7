import { DeployError } from "../../errors.ts";
import { applyPlan } from "../deploy.ts";
import { SavedPlan } from "../saved-plan.ts";
import { type Command, parseCommand, planOptions, repository, tell, terraformOf } from "./command.ts";

export const apply: Command = {
  usage: "apply <environment> --from <folder> [--accept-gap <address>]…",
  async run(args) {
    const { values, environment } = parseCommand(args, {
      "accept-gap": planOptions["accept-gap"],
      from: { type: "string" },
    });
    if (values.from === undefined) {
      throw new DeployError("Expected --from with the folder that `plan --out` wrote, got nothing.");
    }
    await applyPlan({
      terraform: terraformOf(environment),
      routeDocuments: repository.routeDocuments(),
      acceptedGaps: values["accept-gap"],
      saved: new SavedPlan(values.from),
      tell,
    });
    return 0;
  },
};
