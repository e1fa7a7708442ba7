/** `pnpm --filter @millrace/infra run monitoring-cost [environment] [events a second]`, from the synthesized stack. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { costOfMonitoring, formatCost, type PricedStack } from "./monitoring-cost.ts";

const [stage = "prod", rate = "1000"] = process.argv.slice(2);
const path = join(import.meta.dirname, "../../dist/stacks", stage, "cdk.tf.json");
try {
  const stack = JSON.parse(readFileSync(path, "utf8")) as PricedStack;
  console.log(formatCost(costOfMonitoring(stack, Number(rate)), stage, Number(rate)));
} catch (error) {
  if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  console.error(`There is no ${path}: name an environment, and run "pnpm synth" first.`);
  process.exitCode = 1;
}
