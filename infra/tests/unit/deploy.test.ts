import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { applyPlan, makePlan } from "../../src/deploy/deploy.ts";
import type { TerraformPlan } from "../../src/deploy/guard-plan.ts";
import { SavedPlan } from "../../src/deploy/saved-plan.ts";
import { type RunTerraform, Terraform } from "../../src/deploy/terraform.ts";
import { DeployError, UnknownEnvironmentError } from "../../src/errors.ts";
import type { RouteDocument } from "../../src/inputs/route-destinations.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;
const DEPLOYED = `sha256:${"d".repeat(64)}`;

let root: string;
let outDir: string;
let saved: SavedPlan;
let commands: string[];
let lines: string[];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "millrace-deploy-"));
  outDir = join(root, "dist");
  for (const environment of ["staging", "prod"]) {
    mkdirSync(join(outDir, "stacks", environment), { recursive: true });
    writeFileSync(
      join(outDir, "stacks", environment, "cdk.tf.json"),
      JSON.stringify({ resource: { aws_lambda_function: { router: { filename: "../function.zip" } } } }),
    );
  }
  writeFileSync(join(outDir, "stacks/function.zip"), "zip");
  saved = new SavedPlan(join(root, "plan"));
  commands = [];
  lines = [];
});
afterEach(() => rmSync(root, { recursive: true }));

/** A Terraform whose plan file can be read by everybody, as the real one writes it. */
const answering =
  (plan: TerraformPlan, exitCodes: Readonly<Record<string, number | undefined>> = {}): RunTerraform =>
  async ([folder = "", command = "", ...args]) => {
    expect(folder).toMatch(new RegExp(`^-chdir=${outDir}/stacks/(staging|prod)$`));
    commands.push([command, ...args].join(" ").replaceAll(saved.folder, "<folder>"));
    if (command === "plan") writeFileSync(saved.planFile, "planned, with secrets", { mode: 0o644 });
    const answers: Readonly<Record<string, string>> = {
      show: args.includes("-json") ? JSON.stringify(plan) : "Plan: 1 to add",
      output: JSON.stringify({ ingest_image_digest: { value: DEPLOYED } }),
    };
    return { exitCode: command in exitCodes ? exitCodes[command] : 0, stdout: answers[command] ?? "" };
  };

const change = (type: string, name: string, ...actions: string[]) => ({
  address: `${type}.${name}`,
  type,
  change: { actions },
});

interface Overrides {
  readonly environment?: string;
  readonly routeDocuments?: readonly RouteDocument[];
  readonly acceptedGaps?: readonly string[];
  readonly imageDigest?: string | undefined;
  readonly isReadOnly?: boolean;
}

const common = (run: RunTerraform, { environment = "staging", routeDocuments = [], acceptedGaps = [] }: Overrides) => ({
  terraform: new Terraform(environment, outDir, run),
  routeDocuments,
  acceptedGaps,
  saved,
  tell: (line: string) => lines.push(line),
});

const plan = (run: RunTerraform, overrides: Overrides = {}) =>
  makePlan({ ...common(run, overrides), imageDigest: DIGEST, isReadOnly: false, ...overrides });

const apply = (run: RunTerraform, overrides: Overrides = {}) => applyPlan(common(run, overrides));

test("what is applied is the plan that was looked at, and its file is gone afterwards", async () => {
  const run = answering({ resource_changes: [change("aws_kinesis_stream", "raw", "update")] });
  await plan(run);
  expect(commands).toEqual([
    "init -input=false",
    `plan -input=false -lock-timeout=5m -var=ingest_image_digest=${DIGEST} -out=<folder>/plan.tfplan`,
    "show -json <folder>/plan.tfplan",
    "show -no-color <folder>/plan.tfplan",
  ]);
  commands = [];
  await apply(run);
  expect(commands).toEqual([
    "init -input=false",
    "show -json <folder>/plan.tfplan",
    "apply -input=false -lock-timeout=5m <folder>/plan.tfplan",
  ]);
  expect(existsSync(saved.planFile)).toBe(false);
});

test("the plan's file, text and summary can be read by the one who planned only", async () => {
  await plan(answering({}));
  expect(statSync(saved.folder).mode & 0o777).toBe(0o700);
  for (const name of ["plan.tfplan", "plan.txt", "plan.json"]) {
    expect(`${name} ${(statSync(join(saved.folder, name)).mode & 0o777).toString(8)}`).toBe(`${name} 600`);
  }
});

test("the summary counts the changes and names their addresses, and holds no value", async () => {
  await plan(
    answering({
      terraform_version: "1.11.4",
      resource_changes: [
        change("aws_kinesis_stream", "raw", "update"),
        change("aws_kinesis_stream", "bad_rows", "no-op"),
        change("aws_lambda_function", "router", "delete", "create"),
        { ...change("aws_sns_topic", "alarms", "create"), change: { actions: ["create"], after: { name: "a-value" } } },
        { ...change("aws_s3_bucket", "lake", "no-op"), change: { actions: ["no-op"], importing: { id: "b" } } },
      ],
    }),
  );
  const text = readFileSync(join(saved.folder, "plan.json"), "utf8");
  expect(text).not.toContain("a-value");
  expect(JSON.parse(text)).toMatchObject({
    environment: "staging",
    terraformVersion: "1.11.4",
    imageDigest: DIGEST,
    counts: { create: 1, update: 1, replace: 1, delete: 0, import: 1 },
    changes: [
      { address: "aws_kinesis_stream.raw", actions: ["update"] },
      { address: "aws_lambda_function.router", actions: ["delete", "create"] },
      { address: "aws_sns_topic.alarms", actions: ["create"] },
      { address: "aws_s3_bucket.lake", actions: ["no-op"] },
    ],
    refusals: [],
  });
  expect(lines).toEqual(["staging: 1 to create, 1 to change, 1 to replace, 0 to delete, 1 to import"]);
});

test("a role that may only read plans without a lock on the state", async () => {
  await plan(answering({}), { isReadOnly: true });
  expect(commands[1]).toContain("-lock=false");
  expect(commands[1]).not.toContain("-lock-timeout");
});

test("without a named image the plan keeps the one that was deployed last", async () => {
  const summary = await plan(answering({}), { imageDigest: undefined });
  expect(commands.slice(0, 2)).toEqual(["init -input=false", "output -json"]);
  expect(summary.imageDigest).toBe(DEPLOYED);
});

test("the first plan of an environment asks for an image", async () => {
  const run: RunTerraform = async (args, output) =>
    args[1] === "output" ? { exitCode: 0, stdout: "{}" } : answering({})(args, output);
  await expect(plan(run, { imageDigest: undefined })).rejects.toThrow("Name one with --image sha256:…");
});

describe("a saved plan is not applied", () => {
  const planned = answering({});

  test("to another environment", async () => {
    await plan(planned);
    await expect(apply(planned, { environment: "prod" })).rejects.toThrow("it is a plan for staging, not for prod");
    expect(commands.some((command) => command.startsWith("apply"))).toBe(false);
  });

  test.each(["stacks/staging/cdk.tf.json", "stacks/function.zip"])("after %s changed", async (path) => {
    await plan(planned);
    const file = join(outDir, path);
    writeFileSync(file, `${readFileSync(file, "utf8")} `);
    await expect(apply(planned)).rejects.toThrow("it was made of another stack than the one in");
  });

  test("after its file was exchanged", async () => {
    await plan(planned);
    writeFileSync(saved.planFile, "another plan");
    await expect(apply(planned)).rejects.toThrow("its plan file is not the one that was looked at");
  });

  test("when there is none", async () => {
    await expect(apply(planned)).rejects.toThrow("Write a plan first: plan <environment> --out");
  });

  test("when the guard refuses what is really in it", async () => {
    await plan(planned);
    const deleting = answering({ resource_changes: [change("aws_s3_bucket", "lake", "delete")] });
    await expect(apply(deleting)).rejects.toThrow("aws_s3_bucket.lake would be deleted");
    expect(commands.some((command) => command.startsWith("apply"))).toBe(false);
  });
});

describe("a plan that deletes the stream of a destination", () => {
  const deleting = answering({ resource_changes: [change("aws_kinesis_stream", "destination_fraud", "delete")] });
  const fraud = (former: object): RouteDocument => ({
    application: "fraud",
    owner: "team-fraud",
    routes: [],
    formerDestinations: [{ stream: "fraud", ...former }],
  });

  test("is described and left without a plan file when its document is gone", async () => {
    await expect(plan(deleting)).rejects.toThrow(DeployError);
    expect(existsSync(saved.planFile)).toBe(false);
    expect(saved.summary().refusals).toEqual([expect.stringContaining("destination_fraud would be deleted")]);
    expect(readFileSync(join(saved.folder, "plan.txt"), "utf8")).toBe("Plan: 1 to add");
  });

  test("is refused while its document keeps it", async () => {
    await expect(plan(deleting, { routeDocuments: [fraud({})] })).rejects.toThrow(DeployError);
  });

  test("is applied once its document retires it", async () => {
    const retired = { routeDocuments: [fraud({ retire: true })] };
    await plan(deleting, retired);
    await apply(deleting, retired);
    expect(commands.at(-1)).toMatch(/^apply/);
  });

  test("is refused where another account's stream was retired under that name", async () => {
    const arn = { staging: "arn:aws:kinesis:eu-west-1:999999999999:stream/fraud" };
    await expect(plan(deleting, { routeDocuments: [fraud({ retire: true, arn })] })).rejects.toThrow(DeployError);
  });
});

test("an accepted gap is told, recorded in the summary, and accepted again by the apply", async () => {
  const address = "aws_lambda_event_source_mapping.enrichment_mapping";
  const replacing = answering({
    resource_changes: [change("aws_lambda_event_source_mapping", "enrichment_mapping", "delete", "create")],
  });
  await expect(plan(replacing)).rejects.toThrow(`--accept-gap ${address}`);
  const summary = await plan(replacing, { acceptedGaps: [address] });
  expect(summary.acceptedGaps).toEqual([{ address, gap: expect.stringContaining("from the oldest record on") }]);
  lines = [];
  await apply(replacing);
  expect(lines).toEqual([expect.stringMatching(/^accepted: .*enrichment_mapping would be replaced/)]);
});

test.each(["init", "plan", "show"])("a failing %s ends the plan there", async (step) => {
  await expect(plan(answering({}, { [step]: 1 }))).rejects.toThrow(
    `terraform ${step} of staging failed with exit code 1`,
  );
  expect(commands.at(-1)).toMatch(new RegExp(`^${step}`));
});

test("a failing apply takes the plan file away, because it cannot be applied again", async () => {
  await plan(answering({}));
  await expect(apply(answering({}, { apply: 1 }))).rejects.toThrow("terraform apply of staging failed");
  expect(existsSync(saved.planFile)).toBe(false);
});

test("a machine without Terraform is told which version it needs", async () => {
  await expect(plan(answering({}, { init: undefined }))).rejects.toThrow("Install Terraform 1.11 or later");
});

test.each([undefined, ""])("without an environment (%p) nothing runs and the message names them", (environment) => {
  const attempt = () => new Terraform(environment, outDir, answering({}));
  expect(attempt).toThrow(UnknownEnvironmentError);
  expect(attempt).toThrow("local, dev, staging, prod");
});

test("local is not deployed but started", () => {
  expect(() => new Terraform("local", outDir, answering({}))).toThrow("pnpm start");
});

test("an environment that was not synthesized is answered with the command", () => {
  expect(() => new Terraform("dev", outDir, answering({}))).toThrow("Run: pnpm synth");
});
