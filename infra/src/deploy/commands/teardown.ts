import { loadConfig } from "../../config/load-config.ts";
import { DeployError } from "../../errors.ts";
import { LoadBalancerProtection } from "../load-balancer-protection.ts";
import { describeLosses, STAYS, tearDown, writeUnprotectedStack } from "../teardown.ts";
import { askOnTerminal } from "../terminal.ts";
import {
  accountOf,
  type AddCommand,
  environmentArgument,
  environmentOf,
  repository,
  tell,
  terraformOf,
} from "./command.ts";

export const addTeardown: AddCommand = (program, end) => {
  program
    .command("teardown")
    .description("Deletes everything that the stack of an environment made.")
    .addArgument(environmentArgument)
    .option("--confirm <environment>", "its name once more, where nobody can be asked")
    .action((environment, given) => end(teardown(environmentOf(environment), given.confirm)));
};

async function teardown(environment: string | undefined, confirmed: string | undefined): Promise<number> {
  const protectedStack = terraformOf(environment);
  const name = protectedStack.environment;
  await protectedStack.init();
  const losses = describeLosses(await protectedStack.stateList());
  tell(`Tearing down ${name} deletes everything that its stack made. Lost:`);
  for (const line of losses) tell(`  - ${line}`);
  tell("What stays, because the stack did not make it:");
  for (const line of STAYS) tell(`  - ${line}`);

  const answer = confirmed ?? (await askOnTerminal(`Type the name of the environment to delete all of it: `));
  if (answer === undefined) throw new DeployError(`There is no terminal to ask on. To mean it: --confirm ${name}`);
  if (answer !== name)
    throw new DeployError(`Expected the name ${name}, got ${JSON.stringify(answer)}: nothing was deleted.`);

  const aws = await accountOf(name);
  const unprotected = writeUnprotectedStack(repository.outDir, name);
  const protection = new LoadBalancerProtection(aws, loadConfig(name).ingest);
  await tearDown({
    terraform: terraformOf(name, { outDir: unprotected }),
    waitForLoadBalancer: () => protection.waitUntilLifted(tell),
    tell,
  });
  tell(`${name} is gone.`);
  return 0;
}
