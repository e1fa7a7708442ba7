import { loadConfig } from "../../config/load-config.ts";
import { DeployError } from "../../errors.ts";
import { runProgram } from "../../programs/run-program.ts";
import { showProgram } from "../../programs/show-program.ts";
import { applyPlan, makePlan } from "../deploy.ts";
import { provideImage } from "../image.ts";
import { withPrivateFolder } from "../private-folder.ts";
import { releasePublished } from "../release-published.ts";
import { SavedPlan } from "../saved-plan.ts";
import { askOnTerminal } from "../terminal.ts";
import {
  accountOf,
  type Command,
  namedImage,
  parseCommand,
  planOptions,
  repository,
  tell,
  terraformOf,
} from "./command.ts";

export const deploy: Command = {
  usage:
    "deploy <environment> [--image sha256:…] [--image-archive <file>] [--yes] [--at-once] [--accept-gap <address>]…",
  async run(args) {
    const { values, environment } = parseCommand(args, {
      ...planOptions,
      "image-archive": { type: "string" },
      yes: { type: "boolean", default: false },
      "at-once": { type: "boolean", default: false },
    });
    const terraform = terraformOf(environment);
    const common = {
      terraform,
      routeDocuments: repository.routeDocuments(),
      acceptedGaps: values["accept-gap"],
      tell,
    };
    const aws = await accountOf(terraform.environment);
    const imageDigest =
      namedImage(values.image) ??
      (await provideImage({
        repository: loadConfig(terraform.environment).ingest.image.repository,
        root: repository.root,
        archive: values["image-archive"],
        aws,
        run: runProgram,
        show: showProgram,
        tell,
      }));
    return withPrivateFolder(async (folder) => {
      const saved = new SavedPlan(folder);
      await makePlan({ ...common, saved, imageDigest, isReadOnly: false });
      if (!values.yes && !(await isApproved(terraform.environment))) {
        tell("Nothing was applied.");
        return 1;
      }
      await applyPlan({ ...common, saved });
      await releasePublished(terraform, aws, { isAtOnce: values["at-once"], again: false, tell });
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
