import { availableParallelism } from "node:os";
import { Argument, createProgram, parseProgram, WrongUsageError, wholeNumber } from "@millrace/command-line";
import { troubles as knownTroubles } from "./alarms/troubles.ts";
import { mutants as knownMutants } from "./mutants/mutants.ts";

/** Options of the command line. */
export interface SimulateArguments {
  readonly command: "schedules" | "mutants" | "inputs" | "alarms" | "trace";
  readonly schedules: number;
  readonly seed: number;
  readonly events: number;
  readonly processes: number;
  readonly isJson: boolean;
  /** Mutants to plant; empty: all of them. */
  readonly mutants: readonly string[];
  /** Names of the troubles to try. */
  readonly troubles: readonly string[];
}

const DEFAULT_SCHEDULES = 100;
const DEFAULT_MUTANT_SCHEDULES = 200;

/** @returns undefined when help is asked for: it is printed. @throws WrongUsageError */
export function readArguments(words: readonly string[], print?: (text: string) => void): SimulateArguments | undefined {
  const program = createProgram("simulate", print)
    .description("Runs schedules of faults over the whole pipeline under a virtual clock, and holds its invariants.")
    .addArgument(
      new Argument(
        "[command]",
        "mutants: plants defects, and says which invariant notices each; inputs: the inputs of docs/data.md, each with " +
          "its right answer; alarms: what goes wrong, and the alarms of prod's stack that tell of it",
      ).choices(["mutants", "inputs", "alarms"] as const),
    )
    .argument(
      "[names...]",
      "mutants: those to plant; alarms: texts in the names of troubles to try (default: all of them)",
    )
    .option(
      "--schedules <n>",
      `schedules (default ${DEFAULT_SCHEDULES}), or for each mutant at most (default ${DEFAULT_MUTANT_SCHEDULES})`,
      wholeNumber(1),
    )
    .option("--seed <n>", "of the first schedule", wholeNumber(0), 1)
    .option("--events <n>", "events of a schedule", wholeNumber(1), 1_000)
    .option("--processes <n>", "schedules that run beside each other", wholeNumber(1), availableParallelism())
    .option("--trace", "one schedule, line by line, twice")
    .option("--json", "the report as JSON");
  if (!parseProgram(program, words)) return undefined;
  const [command, names] = program.processedArgs;
  const mutants = command === "alarms" ? [] : names;
  const unknown = mutants.find((name) => !knownMutants.some((mutant) => mutant.name === name));
  if (unknown !== undefined) throw new WrongUsageError(`There is no mutant ${JSON.stringify(unknown)}.`);
  const texts = command === "alarms" && names.length > 0 ? names : [""];
  const troubles = knownTroubles.map(({ name }) => name).filter((name) => texts.some((text) => name.includes(text)));
  if (troubles.length === 0) throw new WrongUsageError(`No trouble has ${names.join(" or ")} in its name.`);
  const { schedules, seed, events, processes, trace, json } = program.opts();
  return {
    command: command ?? (trace === true ? "trace" : "schedules"),
    schedules: schedules ?? (command === "mutants" ? DEFAULT_MUTANT_SCHEDULES : DEFAULT_SCHEDULES),
    seed,
    events,
    processes,
    isJson: json === true,
    mutants,
    troubles,
  };
}
