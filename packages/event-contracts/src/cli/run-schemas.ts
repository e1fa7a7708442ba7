import { parseArgs } from "node:util";

const usage = `Usage: pnpm schemas <command>
  check [--base <commit>] [--json]                       every rule over schemas/, all faults at once
  new <domain>/<event> [--step addition|revision|model]  a contract, or the next version of one
  render [--check]                                       schemas from zod, types, validators and docs from schemas
  --root <folder>                                        another schemas folder (check, new)`;

/** Runs `pnpm schemas` with its arguments; gives the exit code. */
export async function runSchemas(args: string[], print: (line: string) => void): Promise<number> {
  const parsed = readArguments(args);
  if (typeof parsed === "string") {
    print(`${parsed}\n${usage}`);
    return 2;
  }
  const { values, positionals } = parsed;
  const [command, name] = positionals;
  if (values.help === true || command === undefined) {
    print(usage);
    return values.help === true ? 0 : 2;
  }
  // Each command loads only what it needs: Ajv, zod and recheck take their time.
  if (command === "check") return (await import("./commands/check.ts")).check(values, print);
  if (command === "new") return (await import("./commands/new.ts")).createNew(name, values, print);
  if (command === "render") return (await import("./commands/render.ts")).render(values, print);
  print(`There is no command ${command}.\n${usage}`);
  return 2;
}

/** The arguments, or what is wrong with them. */
function readArguments(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        base: { type: "string" },
        root: { type: "string" },
        step: { type: "string" },
        json: { type: "boolean" },
        check: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    return (error as Error).message;
  }
}
