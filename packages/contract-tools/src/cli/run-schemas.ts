import {
  type Command,
  createProgram,
  type End,
  InvalidArgumentError,
  Option,
  type Output,
  runCommands,
} from "@millrace/command-line";
import { dialects } from "../import/source-dialects.ts";
import type { Step } from "../scaffold/next-version.ts";

/**
 * Runs `pnpm schemas` with its arguments: 0 when all is well, 1 when something was found, 2 when it was called wrongly
 * or could not begin.
 */
export async function runSchemas(args: readonly string[], output: Output): Promise<number> {
  const program = createProgram("schemas", (text) => output.out(text)).description(
    "Make, import, check and render contracts.",
  );
  return runCommands(program, args, output, (end) => {
    for (const add of [addCheck, addNew, addImport, addRender, addStored])
      add(program, end, (line) => output.out(line));
  });
}

type Print = (line: string) => void;

const rootOption = new Option("--root <folder>", "contracts (default: those of this repository)");

// Each command loads only what it needs: Ajv, zod and recheck take their time.

function addCheck(program: Command, end: End, print: Print): void {
  program
    .command("check")
    .summary("every rule over schemas/, all faults at once")
    .description("Every rule over schemas/, all faults at once. Ends with 1 on faults, with 2 when it could not check.")
    .option("--base <commit>", "what counts as merged (default: where this branch left origin/main or main)")
    .addOption(rootOption)
    .option("--json", "print the faults as JSON")
    .action(async (options) => end((await import("./commands/check.ts")).check(options, print)));
}

function addNew(program: Command, end: End, print: Print): void {
  program
    .command("new")
    .summary("writes a contract that passes the check, or the next version of a document")
    .description(
      "Writes a contract that passes the check, or the next version of a document that exists. What is authored in zod " +
        "steps in the code, together with what refers to it there.",
    )
    .argument("<name>", "<domain>/<event>, envelope/<name> or shared/<name>")
    .addOption(
      new Option("--step <step>", "how far the next version is from the last")
        .choices(["addition", "revision", "model"] as const satisfies readonly Step[])
        .default("addition" as const),
    )
    .addOption(rootOption)
    .action(async (name, options) => end((await import("./commands/new.ts")).createNew(name, options, print)));
}

function addImport(program: Command, end: End, print: Print): void {
  program
    .command("import")
    .summary("takes over schemas of others")
    .description(
      "Writes contracts, examples and a mapping from schemas of others; says what it changed and what it could not take.",
    )
    .argument("<source>", "folder, file or npm package[:path]")
    .requiredOption("--as <name>", "name of the source, a folder below events/", kebabCase)
    .option("--type <form>", 'event types, such as "com.vendor.{name}"')
    .option("--only <expression>", "regular expression that names of events have to fit", expression)
    .addOption(new Option("--dialect <dialect>", "where a schema names none").choices(dialects))
    .option("--at <step/step>", "where in `data` the schemas apply")
    .option("--report <file>", "gets the whole report as JSON")
    .option("--dry-run", "write nothing")
    .addOption(rootOption)
    .action(async (source, options) => end((await import("./commands/import.ts")).runImport(source, options, print)));
}

function addRender(program: Command, end: End, print: Print): void {
  program
    .command("render")
    .summary("writes schemas from zod; types, validators and docs from schemas")
    .option("--check", "write nothing, and say what is stale")
    .action(async (options) => end((await import("./commands/render.ts")).render(options, print)));
}

function addStored(program: Command, end: End, print: Print): void {
  program
    .command("stored")
    .summary("counts stored events that these contracts find valid now")
    .description(
      "Counts stored events that were unknown or invalid and that these contracts find valid: of the last day of the " +
        "running pipeline, or of objects of the lake, whose masked values may fail a format.",
    )
    .addOption(new Option("--state <folder>", "of the running pipeline (default: .local)").conflicts("events"))
    .option("--events <place>", "file or folder of enriched events, as the lake has them")
    .addOption(rootOption)
    .option("--json", "print the counts as JSON")
    .action(async (options) => end((await import("./commands/stored.ts")).countStored(options, print)));
}

function kebabCase(text: string): string {
  if (/^[a-z0-9][a-z0-9-]*$/.test(text)) return text;
  throw new InvalidArgumentError("Expected a name in kebab-case, e.g. github.");
}

function expression(text: string): RegExp {
  try {
    return new RegExp(text, "u");
  } catch (error) {
    throw new InvalidArgumentError(`${(error as Error).message}.`);
  }
}
