import { checkChoice, checkRate, OptionError } from "../../options.ts";
import { type Random, randomInteger } from "../../random.ts";

/** How often an invocation goes wrong, and how. Shares from 0 to 1, all default to never. */
export interface FunctionFaultRates {
  /** The environment does not come up: the function error `INIT_FAILED`, before any code of the handler. */
  readonly initFailure?: number;
  /** The environment dies before the handler is called. */
  readonly crashBefore?: number;
  /** The environment dies at one of the handler's calls, before the request left or before its answer came. */
  readonly crashDuring?: number;
  /** The handler ends, and the environment dies before its answer is heard. */
  readonly crashAfter?: number;
  /** The environment stands still from one of the handler's calls on, until its time is over. */
  readonly hang?: number;
  /** A healthy environment is replaced by a new one, with all the handler remembered. */
  readonly recycle?: number;
}

export type InvocationFault = "crashBefore" | "crashDuring" | "crashAfter" | "hang";

const invocationFaults = ["crashBefore", "crashDuring", "crashAfter", "hang"] as const;
const faultNames = [...invocationFaults, "initFailure", "recycle"];

/** @throws OptionError */
export function checkFunctionFaults(rates: FunctionFaultRates): void {
  for (const [name, rate] of Object.entries(rates) as [string, number][]) {
    checkChoice("faults", name, faultNames);
    checkRate(`faults.${name}`, rate);
  }
  const sum = invocationFaults.reduce((total, name) => total + (rates[name] ?? 0), 0);
  if (sum > 1) throw new OptionError("faults", "rates that sum to at most 1", sum);
}

/**
 * Draws the fault of one invocation; undefined for none. It draws once at all rates, so that runs of one seed stay
 * comparable.
 */
export function drawInvocationFault(rates: FunctionFaultRates, random: Random): InvocationFault | undefined {
  const draw = random();
  let threshold = 0;
  for (const name of invocationFaults) {
    threshold += rates[name] ?? 0;
    if (draw < threshold) return name;
  }
  return undefined;
}

/** At which call of an invocation it happens, and on which side of the request. */
export function drawCall(random: Random): { readonly atCall: number; readonly isSent: boolean } {
  return { atCall: randomInteger(random, 1, 4), isSent: random() < 0.7 };
}
