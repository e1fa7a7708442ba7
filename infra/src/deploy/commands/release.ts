import { accountOf, type Command, parseCommand, tell, terraformOf } from "./command.ts";
import { releasePublished } from "../release-published.ts";

export const release: Command = {
  usage: "release <environment> [--at-once] [--again]",
  async run(args) {
    const { values, environment } = parseCommand(args, {
      "at-once": { type: "boolean", default: false },
      again: { type: "boolean", default: false },
    });
    const terraform = terraformOf(environment);
    await terraform.init();
    await releasePublished(terraform, await accountOf(terraform.environment), {
      isAtOnce: values["at-once"],
      again: values.again,
      tell,
    });
    return 0;
  },
};
