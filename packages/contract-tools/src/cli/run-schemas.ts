import { parseArgs } from "node:util";

const usage = `Usage: pnpm schemas <command>
  check [--base <commit>] [--root <folder>] [--json]
      Every rule over schemas/, all faults at once. --base is what counts as merged, by default where this branch
      left origin/main or main. Exit code 0 without faults, 1 with faults, 2 when it could not check.
  new <domain>/<event> | envelope/<name> | shared/<name> [--step addition|revision|model] [--root <folder>]
      A contract that passes the check, or the next version of a document that exists: addition by default. What is
      authored in zod steps in the code, together with what refers to it there.
  import <folder | file | npm package[:path]> --as <source> [--type "com.vendor.{name}"] [--only <expression>]
         [--dialect draft-04|draft-06|draft-07|2019-09|2020-12] [--at <step/step>] [--report <file>] [--dry-run]
      Contracts, examples and a mapping from schemas of others; says what it changed and what it could not take.
  render [--check]
      Schemas from zod; types, validators and docs from schemas. With --check it only says what is stale.
  stored [--state <folder> | --events <file or folder>] [--root <folder>] [--json]
      How many stored events that were unknown or invalid these contracts find valid: of the last day of the running
      pipeline (--state, default .local), or of objects of the lake, whose masked values may fail a format.`;

/** Arguments and flags of each command. */
const options: Readonly<Record<string, { positionals: number; flags: readonly string[] }>> = {
  check: { positionals: 0, flags: ["base", "root", "json"] },
  new: { positionals: 1, flags: ["step", "root"] },
  import: { positionals: 1, flags: ["as", "type", "only", "dialect", "at", "report", "dry-run", "root"] },
  render: { positionals: 0, flags: ["check"] },
  stored: { positionals: 0, flags: ["state", "events", "root", "json"] },
};

/** Runs `pnpm schemas` with its arguments; gives the exit code. */
export async function runSchemas(args: string[], print: (line: string) => void): Promise<number> {
  const parsed = readArguments(args);
  if (typeof parsed === "string") {
    print(`${parsed}\n${usage}`);
    return 2;
  }
  const { values, positionals } = parsed;
  const [command, ...names] = positionals;
  if (values.help === true || command === undefined) {
    print(usage);
    return values.help === true ? 0 : 2;
  }
  const surplus = findSurplus(command, names, Object.keys(values));
  if (surplus !== undefined) {
    print(`${surplus}\n${usage}`);
    return 2;
  }
  // Each command loads only what it needs: Ajv, zod and recheck take their time.
  if (command === "check") return (await import("./commands/check.ts")).check(values, print);
  if (command === "new") return (await import("./commands/new.ts")).createNew(names[0], values, print);
  if (command === "import") return (await import("./commands/import.ts")).runImport(names[0], values, print);
  if (command === "stored") return (await import("./commands/stored.ts")).countStored(values, print);
  return (await import("./commands/render.ts")).render(values, print);
}

/** Returns a surplus argument. To ignore it would do something else than the user meant. */
function findSurplus(command: string, names: string[], flags: string[]): string | undefined {
  const taken = Object.hasOwn(options, command) ? options[command] : undefined;
  if (taken === undefined) return `There is no command ${command}.`;
  const name = names[taken.positionals];
  if (name !== undefined) return `${command} does not take ${name}.`;
  const flag = flags.find((each) => !taken.flags.includes(each));
  return flag === undefined ? undefined : `${command} does not take --${flag}.`;
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
        state: { type: "string" },
        events: { type: "string" },
        as: { type: "string" },
        type: { type: "string" },
        only: { type: "string" },
        dialect: { type: "string" },
        at: { type: "string" },
        report: { type: "string" },
        "dry-run": { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    return (error as Error).message;
  }
}
