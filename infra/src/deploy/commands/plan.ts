import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { loadRouteDocuments } from "@millrace/routes";
import { parseEnvironmentName } from "../../config/load-config.ts";
import { stackFolder } from "../../synthesize.ts";
import { makePlan } from "../deploy.ts";
import { assertPlannable, type SynthesizedStack } from "../inspect-stack.ts";
import { withPrivateFolder } from "../private-folder.ts";
import { SavedPlan } from "../saved-plan.ts";
import { sealFile } from "../seal-file.ts";
import {
  type AddCommand,
  namedImage,
  environmentArgument,
  environmentOf,
  options,
  repository,
  sealPurpose,
  tell,
  terraformOf,
} from "./command.ts";

export const addPlan: AddCommand = (program, end) => {
  program
    .command("plan")
    .description("Plans a deployment, and says what it would change; nothing is changed.")
    .addArgument(environmentArgument)
    .option("--out <folder>", "keep the plan, for apply --from")
    .option("--seal", "with --out: encrypt the plan with SAVED_PLAN_KEY")
    .option("--of <checkout>", "plan the stack of another checkout, as data: nothing of it is run")
    .option("--read-only", "log in as the users that only look")
    .addOption(options.image)
    .addOption(options.acceptGap)
    .action((environment, given) => end(plan(environmentOf(environment), given)));
};

interface PlanOptions {
  readonly out?: string | undefined;
  readonly seal?: true | undefined;
  readonly of?: string | undefined;
  readonly readOnly?: true | undefined;
  readonly image?: string | undefined;
  readonly acceptGap?: readonly string[] | undefined;
}

async function plan(environment: string | undefined, values: PlanOptions): Promise<number> {
  const isReadOnly = values.readOnly === true;
  const { outDir, routeDocuments } = values.of === undefined ? repository : otherCheckout(values.of, environment);
  const planInto = async (folder: string): Promise<void> => {
    await makePlan({
      terraform: terraformOf(environment, { isReadOnly, outDir }),
      routeDocuments: routeDocuments(),
      acceptedGaps: values.acceptGap ?? [],
      imageDigest: namedImage(values.image),
      isReadOnly,
      saved: new SavedPlan(folder),
      tell,
    });
  };
  if (values.out === undefined) await withPrivateFolder(planInto);
  else await planInto(values.out);
  if (values.seal === true && values.out !== undefined) {
    const { planFile } = new SavedPlan(values.out);
    sealFile(planFile, process.env["SAVED_PLAN_KEY"], sealPurpose(environment));
  }
  return 0;
}

/**
 * The stacks and route documents of another checkout, as data: nothing of it is run, and a stack that would run
 * something while it is planned is refused.
 */
function otherCheckout(folder: string, environment: string | undefined) {
  const outDir = resolve(folder, "infra/dist");
  const name = parseEnvironmentName(environment);
  const read = (from: string): SynthesizedStack =>
    JSON.parse(readFileSync(join(stackFolder(from, name), "cdk.tf.json"), "utf8")) as SynthesizedStack;
  assertPlannable(read(outDir), read(repository.outDir), readdirSync(stackFolder(outDir, name)));
  return { outDir, routeDocuments: () => loadRouteDocuments(resolve(folder, "schemas/routes")) };
}
