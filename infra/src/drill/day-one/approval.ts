import {
  appendFileSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { EnvironmentConfig } from "../../config/schema.ts";
import { type PlanSummary, SavedPlan } from "../../deploy/saved-plan.ts";
import { openFile } from "../../deploy/seal-file.ts";
import { DrillError } from "../../errors.ts";
import type { AwsCommandLine } from "../../programs/aws-command-line.ts";
import { openStateBucket } from "./accounts.ts";
import type { NewUser } from "./new-user.ts";

const RUN = "npx -y pnpm@10.34.9 --filter @millrace/infra run";
const STACK = "infra/dist/stacks/dev/cdk.tf.json";

interface ApprovalOptions {
  readonly config: EnvironmentConfig;
  readonly aws: AwsCommandLine;
  readonly tell: (line: string) => void;
}

/**
 * The way of a change after day one, with the commands of the workflows: a plan of a pull request's stacks, a sealed
 * plan, what is refused of it, its apply, and a step back.
 *
 * @throws DrillError
 */
export async function approveAndRollBack(user: NewUser, { config, aws, tell }: ApprovalOptions): Promise<void> {
  await openStateBucket(aws, config);
  await planOfPullRequest(user);
  tell("plan --of: a pull request's stack is planned, and one that would run a program is refused");

  const environmentFile = "infra/src/environments/dev.ts";
  const path = join(user.folder, environmentFile);
  writeFileSync(path, readFileSync(path, "utf8").replace('level: "debug"', 'level: "info"'));
  await user.expect("npx -y pnpm@10.34.9 synth", 0);
  const key = readFileSync(join(user.folder, ".local/bootstrap/dev/private/saved-plan.key"), "utf8");
  user.setVariable("SAVED_PLAN_KEY", key);
  const folder = join(user.folder, "../approval");
  await user.expect(`${RUN} plan dev --read-only --out ${folder} --seal`, 0);
  const summary = assertSealed(folder);
  await showOpened(user, folder, key);
  await refusals(user, folder);
  tell("a sealed plan that was changed, of another stack or for another environment is refused");

  const applied = await user.expect(`${RUN} apply dev --from ${folder}`, 0);
  const { create, update, replace, delete: deleted } = summary.counts;
  const expected = `Resources: ${create + replace} added, ${update} changed, ${deleted + replace} destroyed`;
  if (!applied.includes(expected)) throw new DrillError(`apply did something else than the plan: not "${expected}".`);
  if (existsSync(new SavedPlan(folder).planFile)) throw new DrillError("apply left the opened plan behind.");
  tell(`apply of exactly that plan: ${expected}; both functions run version 2`);
  for (const name of ["enrichment", "router"]) expectLine(applied, `millrace-dev-${name}: version 2 runs (before: 1)`);

  const back = await user.expect(`${RUN} rollback dev --event-service --reason "wrong totals"`, 0);
  for (const name of ["enrichment", "router"])
    expectLine(back, `millrace-dev-${name}: version 1 runs, version 2 was taken back`);
  expectLine(back, "The event service runs ingest@sha256:before.");
  tell(
    "rollback --event-service: both functions are back at version 1, and the image before runs, without a deployment",
  );
}

function expectLine(output: string, line: string): void {
  if (!output.includes(line)) throw new DrillError(`Expected "${line}", got:\n${output}`);
}

/** Stacks and route documents of a checkout that nothing runs of. */
async function planOfPullRequest(user: NewUser): Promise<void> {
  const checkout = join(user.folder, "../pull-request");
  for (const folder of ["infra/dist/stacks", "schemas/routes"]) {
    cpSync(join(user.folder, folder), join(checkout, folder), {
      recursive: true,
      filter: (path) => !path.includes(".terraform"),
    });
  }
  for (const name of ["enrichment", "router"]) {
    mkdirSync(join(checkout, "apps", name, "dist"), { recursive: true });
    const zip = join("apps", name, "dist/function.zip");
    copyFileSync(join(user.folder, zip), join(checkout, zip));
  }
  const stackFile = join(checkout, STACK);
  const stack = readFileSync(stackFile, "utf8");
  writeFileSync(stackFile, stack.replace('"retention_in_days": 7', '"retention_in_days": 14'));
  const planned = await user.expect(`${RUN} plan dev --read-only --of ${checkout}`, 0);
  if (!/dev: 0 to create, [1-9]\d* to change, 0 to replace, 0 to delete/.test(planned)) {
    throw new DrillError(`plan --of did not plan the pull request's change:\n${planned}`);
  }
  const planted = JSON.parse(stack) as { resource: { aws_sns_topic: Record<string, Record<string, unknown>> } };
  for (const topic of Object.values(planted.resource.aws_sns_topic)) {
    topic["provisioner"] = [{ "local-exec": { command: "env" } }];
  }
  writeFileSync(stackFile, JSON.stringify(planted));
  expectLine(await user.expect(`${RUN} plan dev --read-only --of ${checkout}`, 1), 'has a "provisioner"');
}

function assertSealed(folder: string): PlanSummary {
  const saved = new SavedPlan(folder);
  const sealed = `${saved.planFile}.sealed`;
  if (existsSync(saved.planFile) || !existsSync(sealed)) throw new DrillError("plan --seal left the plan open.");
  if ((statSync(sealed).mode & 0o077) !== 0) throw new DrillError("Others can read the sealed plan.");
  // Terraform's plan is a zip, whose directory names its files.
  if (readFileSync(sealed).includes("tfplan")) throw new DrillError("The sealed plan can be read.");
  return saved.summary();
}

/** Prints the plan into the user's log, which is searched for secrets. */
async function showOpened(user: NewUser, folder: string, key: string): Promise<void> {
  const copy = join(user.folder, "../opened.tfplan");
  copyFileSync(`${new SavedPlan(folder).planFile}.sealed`, `${copy}.sealed`);
  openFile(copy, key, "millrace plan of dev");
  await user.expect(`terraform -chdir=infra/dist/stacks/dev show -json ${copy}`, 0);
}

async function refusals(user: NewUser, folder: string): Promise<void> {
  const apply = `${RUN} apply dev --from`;
  const changed = join(user.folder, "../changed");
  cpSync(folder, changed, { recursive: true });
  appendFileSync(`${new SavedPlan(changed).planFile}.sealed`, "x");
  expectLine(await user.expect(`${apply} ${changed}`, 1), "does not open");

  const stack = join(user.folder, STACK);
  const text = readFileSync(stack);
  appendFileSync(stack, "\n");
  expectLine(await user.expect(`${apply} ${folder}`, 1), "it was made of another stack");
  if (existsSync(new SavedPlan(folder).planFile)) throw new DrillError("A refused plan lies open.");
  writeFileSync(stack, text);

  expectLine(await user.expect(`${RUN} apply staging --from ${folder}`, 1), "staging lies in account");
}
