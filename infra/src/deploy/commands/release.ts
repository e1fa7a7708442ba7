import {
  accountOf,
  type AddCommand,
  environmentArgument,
  environmentOf,
  options,
  tell,
  terraformOf,
} from "./command.ts";
import { releasePublished } from "../release-published.ts";

export const addRelease: AddCommand = (program, end) => {
  program
    .command("release")
    .description("Releases the functions that are published.")
    .addArgument(environmentArgument)
    .addOption(options.atOnce)
    .option("--again", "also a version that was taken back")
    .action((environment, given) => end(release(environmentOf(environment), given)));
};

interface ReleaseOptions {
  readonly atOnce?: true | undefined;
  readonly again?: true | undefined;
}

async function release(environment: string | undefined, values: ReleaseOptions): Promise<number> {
  const terraform = terraformOf(environment);
  await terraform.init();
  await releasePublished(terraform, await accountOf(terraform.environment), {
    isAtOnce: values.atOnce === true,
    again: values.again === true,
    tell,
  });
  return 0;
}
