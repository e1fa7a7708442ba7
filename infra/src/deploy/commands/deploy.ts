import { DeployError } from "../../errors.ts";
import { applyPlan, makePlan } from "../deploy.ts";
import { withPrivateFolder } from "../private-folder.ts";
import { SavedPlan } from "../saved-plan.ts";
import { askOnTerminal } from "../terminal.ts";
import { type Command, namedImage, parseCommand, planOptions, repository, tell, terraformOf } from "./command.ts";

export const deploy: Command = {
  usage: "deploy <environment> [--image sha256:…] [--yes] [--accept-gap <address>]…",
  async run(args) {
    const { values, environment } = parseCommand(args, { ...planOptions, yes: { type: "boolean", default: false } });
    const terraform = terraformOf(environment);
    const common = {
      terraform,
      routeDocuments: repository.routeDocuments(),
      acceptedGaps: values["accept-gap"],
      tell,
    };
    return withPrivateFolder(async (folder) => {
      const saved = new SavedPlan(folder);
      await makePlan({ ...common, saved, imageDigest: namedImage(values.image), isReadOnly: false });
      if (!values.yes && !(await isApproved(terraform.environment))) {
        tell("Nothing was applied.");
        return 1;
      }
      await applyPlan({ ...common, saved });
      return 0;
    });
  },
};

async function isApproved(environment: string): Promise<boolean> {
  const answer = await askOnTerminal(`Apply this plan to ${environment}? Only "yes" applies it: `);
  if (answer === undefined) {
    throw new DeployError(
      "There is no terminal to ask on, so nothing was applied. Write the plan for somebody to look at (plan --out <folder>) and " +
        "apply exactly that (apply --from <folder>), or say --yes.",
    );
  }
  return answer === "yes";
}
