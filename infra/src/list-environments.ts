import { parseArgs } from "node:util";
import { ENVIRONMENTS } from "./config/environments.ts";
import { loadConfig } from "./config/load-config.ts";
import { InfraError } from "./errors.ts";

/** One line an environment, in order of promotion, or with `--json` what workflows and scripts read. */
function main(): void {
  const { values } = parseArgs({ options: { json: { type: "boolean", default: false } } });
  const environments = ENVIRONMENTS.map((name) => {
    const { kind, deployAfter = null, aws } = loadConfig(name);
    return { name, kind, deployAfter, ...aws };
  });
  if (values.json) {
    console.log(JSON.stringify(environments));
    return;
  }
  for (const { name, kind, deployAfter, accountId, region } of environments) {
    const order = deployAfter === null ? "" : `, after ${deployAfter}`;
    console.log(`${name}: ${kind}, account ${accountId} in ${region}${order}`);
  }
}

try {
  main();
} catch (error) {
  if (!(error instanceof InfraError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
