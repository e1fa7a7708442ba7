import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { mutants as knownMutants } from "./mutants/mutants.ts";

/** Options of the command line. */
export interface SimulateArguments {
  readonly command: "schedules" | "mutants" | "inputs" | "alarms" | "trace" | "help";
  readonly schedules: number;
  readonly seed: number;
  readonly events: number;
  readonly processes: number;
  readonly isJson: boolean;
  /** Mutants to plant; empty: all of them. */
  readonly mutants: readonly string[];
}

export class ArgumentError extends Error {
  override readonly name = "ArgumentError";
  readonly code = "INVALID_ARGUMENT";
}

export const usage = `Usage
  pnpm simulate [--schedules 100] [--seed 1] [--events 1000] [--processes ${availableParallelism()}] [--json]
  pnpm simulate --seed N --trace          one schedule, line by line, twice
  pnpm simulate mutants [name …] [--schedules 200] [--seed 1] [--json]
  pnpm simulate inputs                    the inputs of docs/data.md, each with its right answer
  pnpm simulate alarms                    what goes wrong, and the alarms of prod's stack that tell of it`;

/** @throws ArgumentError with the expected arguments. */
export function readArguments(words: readonly string[]): SimulateArguments {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        schedules: { type: "string" },
        seed: { type: "string", default: "1" },
        events: { type: "string", default: "1000" },
        processes: { type: "string", default: String(availableParallelism()) },
        json: { type: "boolean", default: false },
        trace: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  } catch (error) {
    throw new ArgumentError(error instanceof Error ? error.message : String(error), { cause: error });
  }
  const { values, positionals } = parsed;
  const [command, ...mutants] = positionals;
  if (command !== undefined && command !== "mutants" && command !== "inputs" && command !== "alarms") {
    throw new ArgumentError(
      `Expected no command, \`mutants\`, \`inputs\` or \`alarms\`, got ${JSON.stringify(command)}.`,
    );
  }
  const unknown = mutants.find((name) => !knownMutants.some((mutant) => mutant.name === name));
  if (unknown !== undefined) throw new ArgumentError(`There is no mutant ${JSON.stringify(unknown)}.`);
  return {
    command: values.help ? "help" : (command ?? (values.trace ? "trace" : "schedules")),
    schedules: readNumber("schedules", values.schedules ?? (command === "mutants" ? "200" : "100"), 1),
    seed: readNumber("seed", values.seed, 0),
    events: readNumber("events", values.events, 1),
    processes: readNumber("processes", values.processes, 1),
    isJson: values.json,
    mutants,
  };
}

function readNumber(name: string, text: string, min: number): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= min) return value;
  throw new ArgumentError(
    `Expected \`--${name}\` to be a whole number of at least ${min}, got ${JSON.stringify(text)}.`,
  );
}
