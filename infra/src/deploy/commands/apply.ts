import { existsSync } from "node:fs";
import { DeployError } from "../../errors.ts";
import { applyPlan } from "../deploy.ts";
import { releasePublished } from "../release-published.ts";
import { SavedPlan } from "../saved-plan.ts";
import { openFile } from "../seal-file.ts";
import {
  accountOf,
  type Command,
  parseCommand,
  planOptions,
  repository,
  sealPurpose,
  tell,
  terraformOf,
} from "./command.ts";

export const apply: Command = {
  usage: "apply <environment> --from <folder> [--at-once] [--accept-gap <address>]…",
  async run(args) {
    const { values, environment } = parseCommand(args, {
      "accept-gap": planOptions["accept-gap"],
      from: { type: "string" },
      "at-once": { type: "boolean", default: false },
    });
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
        acceptedGaps: values["accept-gap"],
        saved,
        tell,
      });
    } finally {
      // Also of a plan that is refused, only the sealed file stays.
      if (isSealed) saved.removePlanFile();
    }
    await releasePublished(terraform, aws, { isAtOnce: values["at-once"], again: false, tell });
    return 0;
  },
};
