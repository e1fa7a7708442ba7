import { InfraError } from "../errors.ts";
import { accountChecks } from "./account-checks.ts";
import type { Check, Finding, Surroundings } from "./check.ts";
import { clusterChecks } from "./cluster-checks.ts";
import { programChecks } from "./program-checks.ts";
import { warehouseChecks } from "./warehouse-checks.ts";

/** Every prerequisite of a deployment, in the order in which they are put right. */
export const checks: readonly Check[] = [...programChecks, ...accountChecks, ...clusterChecks, ...warehouseChecks];

/** A finding, or why there is none. */
export type Result = Finding | { readonly status: "not looked at"; readonly says: string };

/**
 * Looks at everything at once, changes nothing, and tells of each prerequisite whether it is in place and, if not, what
 * to do. A check whose base is missing is not looked at: one fault is told once.
 */
export async function examine(surroundings: Surroundings): Promise<ReadonlyMap<string, Result>> {
  const results = new Map<string, Promise<Result>>();
  for (const check of checks) {
    const base = check.needs === undefined ? undefined : results.get(check.needs);
    results.set(check.name, look(check, base, surroundings));
  }
  return new Map(await Promise.all([...results].map(async ([name, result]) => [name, await result] as const)));
}

async function look(check: Check, base: Promise<Result> | undefined, surroundings: Surroundings): Promise<Result> {
  const found = await base;
  if (found !== undefined && (found.status === "missing" || found.status === "not looked at")) {
    return { status: "not looked at", says: `needs "${check.needs ?? ""}"` };
  }
  try {
    return await check.look(surroundings);
  } catch (error) {
    // Anything else is a fault of the doctor, not of what it looks at.
    if (!(error instanceof InfraError)) throw error;
    return { status: "missing", says: error.message, cure: "Read the message above: the check itself was refused." };
  }
}

const SIGNS = { "in place": "✓", missing: "✗", later: "·", "not looked at": "?" } as const;

/** The findings as lines; the last one counts. */
export function report(results: ReadonlyMap<string, Result>): readonly string[] {
  const lines = [...results].flatMap(([name, result]) => [
    `${SIGNS[result.status]} ${name}: ${result.says}`,
    ...("cure" in result ? [`    → ${result.cure}`] : []),
  ]);
  const count = (status: Result["status"]): number =>
    [...results.values()].filter((result) => result.status === status).length;
  const parts = (["in place", "missing", "later", "not looked at"] as const).map(
    (status) => `${count(status)} ${status}`,
  );
  return [...lines, parts.join(", ")];
}

/** True if a deployment can go ahead. */
export const isReady = (results: ReadonlyMap<string, Result>): boolean =>
  [...results.values()].every(({ status }) => status === "in place" || status === "later");
