import type * as Recheck from "recheck";
import type { Fault } from "../../registry/fault.ts";
import { countWays } from "./count-ways.ts";
import verdicts from "./pattern-verdicts.json" with { type: "json" };

/** Ways to try in all, where nothing repeats them. */
const MAX_WAYS = 20_000;

/**
 * For patterns that neither counting nor the kept verdicts tell of. A verdict depends on time only on a machine that is
 * this slow.
 */
const patient = { timeout: 120_000, attackTimeout: null, incubationTimeout: null, seedingTimeout: null };

const known = new Map<string, Promise<Pick<Fault, "rule" | "message" | "fix"> | undefined>>();

/** Returns the fault of a regular expression. Each expression is checked once. */
export function regexFault(pattern: string): Promise<Pick<Fault, "rule" | "message" | "fix"> | undefined> {
  let fault = known.get(pattern);
  if (fault === undefined) {
    fault = findFault(pattern);
    known.set(pattern, fault);
  }
  return fault;
}

/** Decided by counting, or kept with the sources: the same on every machine, however busy it is. */
function isKnownHarmless(pattern: string): boolean {
  const ways = countWays(pattern);
  return (ways !== undefined && ways <= MAX_WAYS) || verdicts.safe.includes(pattern);
}

async function findFault(pattern: string): Promise<Pick<Fault, "rule" | "message" | "fix"> | undefined> {
  try {
    new RegExp(pattern, "u");
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    return { rule: "invalid-pattern", message, fix: "Correct the regular expression (it has the flag `u`)." };
  }
  if (isKnownHarmless(pattern)) return undefined;
  const diagnostics = (await loadRecheck()).checkSync(pattern, "u", patient);
  if (diagnostics.status === "safe") return undefined;
  const fix = "Make neighbouring repetitions exclude each other, or drop the pattern; `maxLength` does not help.";
  if (diagnostics.status === "unknown") {
    return {
      rule: "unsafe-pattern",
      message: "The pattern could not be shown to be harmless.",
      fix: `${fix} Or add it to src/check/lint/pattern-verdicts.json of contract-tools after a check of its own.`,
    };
  }
  const message = `The time to match is ${diagnostics.complexity.summary}, e.g. for ${diagnostics.attack.pattern}.`;
  return { rule: "unsafe-pattern", message, fix };
}

/** Loaded only when there is a pattern to check: it takes 0.3 s. The plain JavaScript build needs no native image. */
async function loadRecheck(): Promise<typeof Recheck> {
  process.env["RECHECK_BACKEND"] = "pure";
  return import("recheck");
}
