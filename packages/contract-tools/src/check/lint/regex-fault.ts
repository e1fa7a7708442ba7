import type * as Recheck from "recheck";
import type { Fault } from "../../registry/fault.ts";

const known = new Map<string, Promise<Pick<Fault, "rule" | "message" | "fix"> | undefined>>();

/** What is wrong with a regular expression; each is looked at once. */
export function regexFault(pattern: string): Promise<Pick<Fault, "rule" | "message" | "fix"> | undefined> {
  let fault = known.get(pattern);
  if (fault === undefined) {
    fault = findFault(pattern);
    known.set(pattern, fault);
  }
  return fault;
}

async function findFault(pattern: string): Promise<Pick<Fault, "rule" | "message" | "fix"> | undefined> {
  try {
    new RegExp(pattern, "u");
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    return { rule: "invalid-pattern", message, fix: "Correct the regular expression (it has the flag `u`)." };
  }
  const diagnostics = (await loadRecheck()).checkSync(pattern, "u", { timeout: 10_000 });
  if (diagnostics.status === "safe") return undefined;
  const fix = "Make neighbouring repetitions exclude each other, or drop the pattern; `maxLength` does not help.";
  if (diagnostics.status === "unknown") {
    return { rule: "unsafe-pattern", message: "The pattern could not be shown to be harmless.", fix };
  }
  const message = `The time to match is ${diagnostics.complexity.summary}, e.g. for ${diagnostics.attack.pattern}.`;
  return { rule: "unsafe-pattern", message, fix };
}

/** Loaded only when there is a pattern to check: it takes 0.3 s. The plain JavaScript build needs no native image. */
async function loadRecheck(): Promise<typeof Recheck> {
  process.env["RECHECK_BACKEND"] = "pure";
  return import("recheck");
}
