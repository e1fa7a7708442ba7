/** `pnpm capacity`: what the synthesized stacks carry, need and cost. */
import { join } from "node:path";
import { runCli } from "./run-cli.ts";

process.exitCode = runCli(process.argv.slice(2), join(import.meta.dirname, "../../../../infra/dist/stacks"), {
  // Unlike a plain write, it minds no reader that has gone, as `head` does.
  out: (text) => console.log(text),
  err: (text) => void process.stderr.write(`${text}\n`),
});
