import { existsSync } from "node:fs";
import { DeployError } from "../../errors.ts";
import { applyPlan } from "../deploy.ts";
import { releasePublished } from "../release-published.ts";
import { SavedPlan } from "../saved-plan.ts";
import { openFile } from "../seal-file.ts";
import {
  accountOf,
  type AddCommand,
  environmentArgument,
  environmentOf,
  options,
  repository,
  sealPurpose,
  tell,
  terraformOf,
} from "./command.ts";

export const addApply: AddCommand = (program, end) => {
  program
    .command("apply")
    .description("Applies exactly a plan that was kept, and releases the functions.")
    .addArgument(environmentArgument)
    .option("--from <folder>", "the folder that plan --out wrote; it has to be named")
    .addOption(options.atOnce)
    .addOption(options.acceptGap)
    .action((environment, given) => end(apply(environmentOf(environment), given)));
};

interface ApplyOptions {
  readonly from?: string | undefined;
  readonly atOnce?: true | undefined;
  readonly acceptGap?: readonly string[] | undefined;
}

async function apply(environment: string | undefined, values: ApplyOptions): Promise<number> {
  if (values.from === undefined) {
    throw new DeployError("Expected --from with the folder that `plan --out` wrote, got nothing.");
  }
  const terraform = terraformOf(environment);
  const aws = await accountOf(terraform.environment);
  const saved = new SavedPlan(values.from);
  const isSealed = existsSync(`${saved.planFile}.sealed`);
  if (isSealed) openFile(saved.planFile, process.env["SAVED_PLAN_KEY"], sealPurpose(environment));
  try {
    await applyPlan({
      terraform,
      routeDocuments: repository.routeDocuments(),
      acceptedGaps: values.acceptGap ?? [],
      saved,
      tell,
    });
  } finally {
    // Also of a plan that is refused, only the sealed file stays.
    if (isSealed) saved.removePlanFile();
  }
  await releasePublished(terraform, aws, { isAtOnce: values.atOnce === true, again: false, tell });
  return 0;
}
