import { makePlan } from "../deploy.ts";
import { withPrivateFolder } from "../private-folder.ts";
import { SavedPlan } from "../saved-plan.ts";
import { type Command, namedImage, parseCommand, planOptions, repository, tell, terraformOf } from "./command.ts";

export const plan: Command = {
  usage: "plan <environment> [--out <folder>] [--image sha256:…] [--read-only] [--accept-gap <address>]…",
  async run(args) {
    const { values, environment } = parseCommand(args, {
      ...planOptions,
      out: { type: "string" },
      "read-only": { type: "boolean", default: false },
    });
    const planInto = async (folder: string): Promise<void> => {
      await makePlan({
        terraform: terraformOf(environment),
        routeDocuments: repository.routeDocuments(),
        acceptedGaps: values["accept-gap"],
        imageDigest: namedImage(values.image),
        isReadOnly: values["read-only"],
        saved: new SavedPlan(folder),
        tell,
      });
    };
    if (values.out === undefined) await withPrivateFolder(planInto);
    else await planInto(values.out);
    return 0;
  },
};
