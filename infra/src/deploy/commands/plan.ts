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
  type Command,
  namedImage,
  parseCommand,
  planOptions,
  repository,
  sealPurpose,
  tell,
  terraformOf,
} from "./command.ts";

export const plan: Command = {
  usage:
    "plan <environment> [--out <folder>] [--seal] [--of <checkout>] [--image sha256:…] [--read-only] [--accept-gap <address>]…",
  async run(args) {
    const { values, environment } = parseCommand(args, {
      ...planOptions,
      out: { type: "string" },
      "read-only": { type: "boolean", default: false },
      seal: { type: "boolean", default: false },
      of: { type: "string" },
    });
    const isReadOnly = values["read-only"];
    const { outDir, routeDocuments } = values.of === undefined ? repository : otherCheckout(values.of, environment);
    const planInto = async (folder: string): Promise<void> => {
      await makePlan({
        terraform: terraformOf(environment, { isReadOnly, outDir }),
        routeDocuments: routeDocuments(),
        acceptedGaps: values["accept-gap"],
        imageDigest: namedImage(values.image),
        isReadOnly,
        saved: new SavedPlan(folder),
        tell,
      });
    };
    if (values.out === undefined) await withPrivateFolder(planInto);
    else await planInto(values.out);
    if (values.seal && values.out !== undefined) {
      const { planFile } = new SavedPlan(values.out);
      sealFile(planFile, process.env["SAVED_PLAN_KEY"], sealPurpose(environment));
    }
    return 0;
  },
};

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
