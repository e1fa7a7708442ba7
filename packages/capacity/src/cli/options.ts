import { parseArgs } from "node:util";
import { CapacityError } from "../errors.ts";

export const usage = `Usage: pnpm capacity [options]
       pnpm capacity day [options]

Says of the synthesized stacks what each part carries, what is full first, what a rate needs and what it costs.
"day" runs a day with a peak and a night under a virtual clock, once for each way to scale the streams.

  --stage <names>   environments, with commas (default: all that were synthesized)
  --rate <n,…>      events a second (default 1000,10000,100000,1000000); of a day: the daytime's (default 1000)
  --mix <file>      report of "pnpm start … --exit --report <file>": its sizes and shares (default: the sample traffic's
                    sizes, and the shares that the environment plans for)
  --pack <n>        as if n events shared each record of the inner streams
  --format <text|json|markdown>   (default text; --json is short for json)
  --stacks <folder> of the synthesized stacks (default infra/dist/stacks)
  --base <folder>   stacks of the other side of a change: markdown says what the change does`;

export interface CapacityOptions {
  readonly command: "plan" | "day";
  readonly stages: readonly string[] | undefined;
  readonly rates: readonly number[] | undefined;
  readonly mixPath: string | undefined;
  readonly eventsPerRecord: number | undefined;
  readonly format: "text" | "json" | "markdown";
  readonly stacksFolder: string;
  readonly baseFolder: string | undefined;
}

/** @returns undefined when help is asked for. @throws CapacityError for what makes no sense. */
export function parseOptions(args: readonly string[], defaultStacks: string): CapacityOptions | undefined {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      stage: { type: "string" },
      rate: { type: "string" },
      mix: { type: "string" },
      pack: { type: "string" },
      format: { type: "string", default: "text" },
      json: { type: "boolean", default: false },
      stacks: { type: "string", default: defaultStacks },
      base: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  const [command = "plan"] = positionals;
  if ((command !== "plan" && command !== "day") || positionals.length > 1) {
    throw new CapacityError(`Expected no command or "day", got ${positionals.join(" ")}.\n${usage}`);
  }
  const format = values.json ? "json" : values.format;
  if (format !== "text" && format !== "json" && format !== "markdown") {
    throw new CapacityError(`Expected \`--format\` to be text, json or markdown, got ${format}.`);
  }
  return {
    command,
    stages: values.stage?.split(","),
    rates: values.rate?.split(",").map((text) => positive("--rate", text)),
    mixPath: values.mix,
    eventsPerRecord: values.pack === undefined ? undefined : positive("--pack", values.pack),
    format,
    stacksFolder: values.stacks,
    baseFolder: values.base,
  };
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value)) {
    throw new CapacityError(`Expected \`${option}\` to be a number above 0, got ${text}.`);
  }
  return value;
}
