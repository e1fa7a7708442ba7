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
  type AddCommand,
  namedImage,
  environmentArgument,
  environmentOf,
  options,
  repository,
  tell,
  terraformOf,
} from "./command.ts";

export const addDeploy: AddCommand = (program, end) => {
  program
    .command("deploy")
    .description("Plans, asks, applies, and releases the functions.")
    .addArgument(environmentArgument)
    .addOption(options.image)
    .option("--image-archive <file>", "of an image that was built elsewhere")
    .option("--yes", "do not ask")
    .addOption(options.atOnce)
    .addOption(options.acceptGap)
    .action((environment, given) => end(deploy(environmentOf(environment), given)));
};

interface DeployOptions {
  readonly image?: string | undefined;
  readonly imageArchive?: string | undefined;
  readonly yes?: true | undefined;
  readonly atOnce?: true | undefined;
  readonly acceptGap?: readonly string[] | undefined;
}

async function deploy(environment: string | undefined, values: DeployOptions): Promise<number> {
  const terraform = terraformOf(environment);
  const common = {
    terraform,
    routeDocuments: repository.routeDocuments(),
    acceptedGaps: values.acceptGap ?? [],
    tell,
  };
  const aws = await accountOf(terraform.environment);
  const imageDigest =
    namedImage(values.image) ??
    (await provideImage({
      repository: loadConfig(terraform.environment).ingest.image.repository,
      root: repository.root,
      archive: values.imageArchive,
      aws,
      run: runProgram,
      show: showProgram,
      tell,
    }));
  return withPrivateFolder(async (folder) => {
    const saved = new SavedPlan(folder);
    await makePlan({ ...common, saved, imageDigest, isReadOnly: false });
    if (values.yes !== true && !(await isApproved(terraform.environment))) {
      tell("Nothing was applied.");
      return 1;
    }
    await applyPlan({ ...common, saved });
    await releasePublished(terraform, aws, { isAtOnce: values.atOnce === true, again: false, tell });
    return 0;
  });
}

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
