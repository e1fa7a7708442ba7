import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { DeployError } from "../errors.ts";
import type { AcceptedGap, TerraformPlan } from "./guard-plan.ts";

/** Summary of a saved plan. It has no value of any resource. */
export interface PlanSummary {
  readonly format: 1;
  readonly environment: string;
  readonly createdAt: string;
  readonly terraformVersion: string;
  /** Digest of the synthesized stack that was planned, with the files it names. */
  readonly stackSha256: string;
  /** Digest of the plan file. */
  readonly planSha256: string;
  readonly imageDigest: string;
  readonly counts: ChangeCounts;
  readonly changes: readonly { readonly address: string; readonly actions: readonly string[] }[];
  readonly acceptedGaps: readonly AcceptedGap[];
  /** Why the plan may not be applied; empty when it may. */
  readonly refusals: readonly string[];
}

export interface ChangeCounts {
  readonly create: number;
  readonly update: number;
  readonly replace: number;
  readonly delete: number;
  readonly import: number;
}

const PLAN_FILE = "plan.tfplan";
const TEXT_FILE = "plan.txt";
const SUMMARY_FILE = "plan.json";

/** Readable only by the user who plans. */
const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;

/**
 * A folder with one plan: `plan.tfplan` for Terraform (holds secrets), `plan.txt` for people and `plan.json` for
 * programs (neither does). It never lies below what Turbo caches.
 */
export class SavedPlan {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = resolve(folder);
  }

  /** For Terraform's `-out`, whose folder has to be there. */
  get planFile(): string {
    return join(this.folder, PLAN_FILE);
  }

  /** Makes the folder, for this user alone, and takes an older plan away. */
  prepare(): void {
    mkdirSync(this.folder, { recursive: true, mode: PRIVATE_FOLDER });
    this.#removeFiles();
  }

  /** Terraform has written the plan file; it is closed to others here, whatever wrote it. */
  protect(): void {
    chmodSync(this.planFile, PRIVATE_FILE);
  }

  write(text: string, summary: PlanSummary): void {
    writeFileSync(join(this.folder, TEXT_FILE), text, { mode: PRIVATE_FILE });
    writeFileSync(join(this.folder, SUMMARY_FILE), `${JSON.stringify(summary, undefined, 2)}\n`, {
      mode: PRIVATE_FILE,
    });
  }

  /** Digest of the plan file. */
  sha256(): string {
    return createHash("sha256").update(this.#read(PLAN_FILE)).digest("hex");
  }

  /** @throws DeployError when the folder holds no plan. */
  summary(): PlanSummary {
    const value = JSON.parse(this.#read(SUMMARY_FILE).toString("utf8")) as PlanSummary | { readonly format?: unknown };
    if (!isSummary(value)) {
      throw new DeployError(
        `${join(this.folder, SUMMARY_FILE)} has another format than this program reads. Plan again.`,
      );
    }
    return value;
  }

  /** Takes away what holds secrets. The text and the summary stay. */
  removePlanFile(): void {
    rmSync(this.planFile, { force: true });
  }

  #removeFiles(): void {
    for (const name of [PLAN_FILE, TEXT_FILE, SUMMARY_FILE]) rmSync(join(this.folder, name), { force: true });
  }

  #read(name: string): Buffer {
    const path = join(this.folder, name);
    try {
      return readFileSync(path);
    } catch (cause) {
      throw new DeployError(`${path} cannot be read. Write a plan first: plan <environment> --out ${this.folder}`, {
        cause,
      });
    }
  }
}

const isSummary = (value: PlanSummary | { readonly format?: unknown }): value is PlanSummary => value.format === 1;

/** The changes of a plan without their values. */
export function summarizeChanges(plan: TerraformPlan): Pick<PlanSummary, "counts" | "changes"> {
  const changed = (plan.resource_changes ?? []).filter(
    ({ change }) =>
      change.importing !== undefined || change.actions.some((action) => action !== "no-op" && action !== "read"),
  );
  const count = (...wanted: string[]): number =>
    changed.filter(({ change }) => [...change.actions].toSorted().join() === wanted.join()).length;
  return {
    counts: {
      create: count("create"),
      update: count("update"),
      replace: count("create", "delete"),
      delete: count("delete"),
      import: changed.filter(({ change }) => change.importing !== undefined).length,
    },
    changes: changed.map(({ address, change }) => ({ address, actions: change.actions })),
  };
}

export const describeCounts = ({ create, update, replace, delete: deleted, import: imported }: ChangeCounts): string =>
  `${create} to create, ${update} to change, ${replace} to replace, ${deleted} to delete, ${imported} to import`;
