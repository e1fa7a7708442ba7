/** `pnpm capacity`: what the synthesized stacks carry, need and cost. */
import { join } from "node:path";
import { runCli } from "./run-cli.ts";

process.exitCode = runCli(process.argv.slice(2), join(import.meta.dirname, "../../../../infra/dist/stacks"), {
  out: (text) => void process.stdout.write(`${text}\n`),
  err: (text) => void process.stderr.write(`${text}\n`),
});
