import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { WrongUsageError } from "@millrace/command-line";
import { runDay } from "../day/run-day.ts";
import { type ScalingName, scalings } from "../day/scaling.ts";
import { CapacityError } from "../errors.ts";
import { type MeasuredSizes, type Mix, mixOf, sampleMix, withRecordsOf } from "../model/mix.ts";
import { packedBy } from "../model/packing.ts";
import { type CapacityPlan, planCapacity } from "../plan.ts";
import { renderDays } from "../render/render-day.ts";
import { renderMarkdown, renderText } from "../render/render-plan.ts";
import type { Plant } from "../stack/plant.ts";
import { readStack, type StackJson } from "../stack/read-stack.ts";
import { type CapacityOptions, parseOptions } from "./options.ts";

const DEFAULT_BASE_RATE = 1_000;
const scalingNames = Object.keys(scalings) as ScalingName[];
const DEFAULT_RATES = [1_000, 10_000, 100_000, 1_000_000];

export interface Output {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** Runs `pnpm capacity`: 0, or 2 when it was called wrongly or something cannot be read. */
export function runCli(args: readonly string[], defaultStacks: string, output: Output): number {
  try {
    const options = parseOptions(args, defaultStacks, output.out);
    if (options !== undefined) output.out(run(options));
    return 0;
  } catch (error) {
    if (!(error instanceof CapacityError || error instanceof WrongUsageError)) throw error;
    output.err(error.message);
    return 2;
  }
}

function run(options: CapacityOptions): string {
  const { baseFolder, format, stacksFolder } = options;
  const mix = readMix(options);
  const stages = options.stages ?? stagesIn(stacksFolder);
  if (options.command === "day") return runDays(options, stages, mix);
  const planOf = (folder: string, stage: string): CapacityPlan =>
    planCapacity(packing(readPlant(folder, stage), options.packing), mix, options.rates ?? DEFAULT_RATES);
  const plans = stages.map((stage) => planOf(stacksFolder, stage));
  if (format === "json") return JSON.stringify(plans, undefined, 2);
  if (format === "text") return plans.map(renderText).join("\n\n\n");
  const bases = baseFolder === undefined ? [] : stagesIn(baseFolder);
  return plans
    .map((plan, index) => {
      const stage = stages[index] ?? "";
      const isKnown = baseFolder !== undefined && bases.includes(stage);
      return renderMarkdown(plan, isKnown ? planOf(baseFolder, stage) : undefined);
    })
    .join("\n");
}

/** The deployment as if it packed otherwise. */
function packing(plant: Plant, form: CapacityOptions["packing"]): Plant {
  if (form === undefined) return plant;
  return { ...plant, lanes: form === "none" ? undefined : plant.lanes, isCompressed: form === "gzip" };
}

function runDays(options: CapacityOptions, stages: readonly string[], mix: Mix): string {
  const { rates, stacksFolder, format } = options;
  const [baseRate = DEFAULT_BASE_RATE] = rates ?? [];
  const results = stages.map((stage) => {
    const plant = packing(readPlant(stacksFolder, stage), options.packing);
    // More events share a record at the peak, and fewer at night.
    const daytime = packedBy(plant, mix, baseRate);
    return { stage, baseRate, days: scalingNames.map((scaling) => runDay(plant, daytime, baseRate, scaling)) };
  });
  if (format === "json") return JSON.stringify(results, undefined, 2);
  const text = results.map(({ stage, days }) => renderDays(stage, baseRate, days)).join("\n\n\n");
  return format === "markdown" ? `\`\`\`text\n${text}\n\`\`\`` : text;
}

function readMix({ mixPath, eventsPerRecord }: CapacityOptions): Mix {
  const mix = mixPath === undefined ? sampleMix : mixOf(readJson(mixPath) as MeasuredSizes, mixPath);
  return eventsPerRecord === undefined ? mix : withRecordsOf(mix, eventsPerRecord);
}

const readPlant = (folder: string, stage: string): Plant =>
  readStack(readJson(join(folder, stage, "cdk.tf.json")) as StackJson, stage);

function stagesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  } catch (error) {
    throw new CapacityError(`${folder}: cannot be read; run "pnpm synth" first.`, { cause: error });
  }
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new CapacityError(`${path}: ${(error as Error).message}; run "pnpm synth" first, or name another file.`, {
      cause: error,
    });
  }
}
