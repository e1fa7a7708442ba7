import { Argument, createProgram, Option, parseProgram, positiveNumber } from "@millrace/command-line";

export interface CapacityOptions {
  readonly command: "plan" | "day";
  readonly stages: readonly string[] | undefined;
  readonly rates: readonly number[] | undefined;
  readonly mixPath: string | undefined;
  readonly eventsPerRecord: number | undefined;
  readonly packing: "none" | "lanes" | "gzip" | undefined;
  readonly format: "text" | "json" | "markdown";
  readonly stacksFolder: string;
  readonly baseFolder: string | undefined;
}

/** @returns undefined when help is asked for: it is printed. @throws WrongUsageError */
export function parseOptions(
  args: readonly string[],
  defaultStacks: string,
  print: (text: string) => void,
): CapacityOptions | undefined {
  const program = createProgram("capacity", print)
    .description(
      "Says of the synthesized stacks what each part carries, what is full first, what a rate needs and what it costs.",
    )
    .addArgument(
      new Argument("[command]", "a day with a peak and a night, once for each way to scale the streams")
        .choices(["plan", "day"] as const)
        .default("plan" as const),
    )
    .option("--stage <names>", "environments, with commas (default: all that were synthesized)", words)
    .option(
      "--rate <n,…>",
      "events a second (default 1000,10000,100000,1000000); of a day: the daytime's (default 1000)",
      (text) => words(text).map(positiveNumber),
    )
    .option(
      "--mix <file>",
      'report of "pnpm start … --exit --report <file>": its sizes and shares (default: the sample traffic\'s sizes, and ' +
        "the shares that the environment plans for)",
    )
    .option(
      "--pack <n>",
      "as if n events shared each raw record, and each enriched one where none are packed",
      positiveNumber,
    )
    .addOption(
      new Option(
        "--packing <form>",
        "as if enrichment packed no records, packed lines by lane, or gzip members by lane (default: as deployed)",
      ).choices(["none", "lanes", "gzip"] as const),
    )
    .addOption(
      new Option("--format <form>", "form of the answer")
        .choices(["text", "json", "markdown"] as const)
        .default("text" as const),
    )
    .option("--json", "short for --format json")
    .option("--stacks <folder>", "of the synthesized stacks", defaultStacks)
    .option("--base <folder>", "stacks of the other side of a change: markdown says what the change does");
  if (!parseProgram(program, args)) return undefined;
  const given = program.opts();
  return {
    command: program.processedArgs[0],
    stages: given.stage,
    rates: given.rate,
    mixPath: given.mix,
    eventsPerRecord: given.pack,
    packing: given.packing,
    format: given.json === true ? "json" : given.format,
    stacksFolder: given.stacks,
    baseFolder: given.base,
  };
}

function words(text: string): string[] {
  return text.split(",");
}
