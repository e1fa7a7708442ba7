import { parseArgs } from "node:util";
import { check } from "./commands/check.ts";
import { createNew } from "./commands/new.ts";
import { render } from "./commands/render.ts";

const usage = `Usage: pnpm schemas <command>
  check [--base <commit>] [--json]                    every rule over schemas/, all faults at once
  new <domain>/<event> [--step addition|revision|model]  a contract, or the next version of one
  render [--check]                                    schemas from zod, types, validators and docs from schemas
  --root <folder>                                     another schemas folder (check, new)`;

const print = (line: string): void => console.log(line);

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      base: { type: "string" },
      root: { type: "string" },
      step: { type: "string" },
      json: { type: "boolean" },
      check: { type: "boolean" },
    },
  });
  const [command, name] = positionals;
  if (command === "check") return check(values, print);
  if (command === "new") return createNew(name, values, print);
  if (command === "render") return render(values, print);
  print(usage);
  return 2;
}

process.exitCode = await main(process.argv.slice(2));
