import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deploy, type RunTerraform } from "../../src/deploy/deploy.ts";
import { type TerraformPlan, unwantedDeletions } from "../../src/deploy/guard-plan.ts";
import { DeployError, UnknownEnvironmentError } from "../../src/errors.ts";

let outDir: string;
let commands: string[];

beforeEach(() => {
  outDir = mkdtempSync(join(tmpdir(), "millrace-deploy-"));
  mkdirSync(join(outDir, "stacks/staging"), { recursive: true });
  writeFileSync(join(outDir, "stacks/staging/cdk.tf.json"), "{}");
  commands = [];
});
afterEach(() => rmSync(outDir, { recursive: true }));

/** A Terraform that answers `show` with a plan, and everything else with an exit code. */
const terraform =
  (plan: TerraformPlan, exitCodes: Readonly<Record<string, number | undefined>> = {}): RunTerraform =>
  ([folder = "", command = "", ...args]) => {
    expect(folder).toBe(`-chdir=${outDir}/stacks/staging`);
    commands.push([command, ...args].join(" "));
    const exitCode = command in exitCodes ? exitCodes[command] : 0;
    return { exitCode, stdout: command === "show" ? JSON.stringify(plan) : "" };
  };

const change = (type: string, name: string, ...actions: string[]) => ({
  address: `${type}.${name}`,
  type,
  change: { actions },
});

const run = (runTerraform: RunTerraform, planOnly = false): void =>
  deploy({ environment: "staging", outDir, planOnly, runTerraform });

test("what is applied is the plan that was looked at", () => {
  run(terraform({ resource_changes: [change("aws_kinesis_stream", "raw", "update")] }));
  expect(commands).toEqual([
    "init -input=false",
    "plan -input=false -lock-timeout=5m -out=plan.tfplan",
    "show -json plan.tfplan",
    "apply -input=false plan.tfplan",
  ]);
});

test("a pull request gets its plan looked at and nothing applied", () => {
  run(terraform({}), true);
  expect(commands.at(-1)).toBe("show -json plan.tfplan");
});

test("a plan that deletes a stream is not applied", () => {
  const plan = { resource_changes: [change("aws_kinesis_stream", "destination_fraud", "delete")] };
  expect(() => run(terraform(plan))).toThrow(DeployError);
  expect(commands.at(-1)).toBe("show -json plan.tfplan");
});

test.each(["init", "plan", "show", "apply"])("a failing %s ends the deployment there", (step) => {
  expect(() => run(terraform({}, { [step]: 1 }))).toThrow(`terraform ${step} of staging failed with exit code 1`);
  expect(commands.at(-1)).toMatch(new RegExp(`^${step}`));
});

test("a machine without Terraform is told which version it needs", () => {
  expect(() => run(terraform({}, { init: undefined }))).toThrow("Install Terraform 1.11 or later");
});

test.each([undefined, ""])(
  "without ENVIRONMENT (%p) nothing runs and the message names the environments",
  (environment) => {
    const attempt = () => deploy({ environment, outDir, planOnly: false, runTerraform: terraform({}) });
    expect(attempt).toThrow(UnknownEnvironmentError);
    expect(attempt).toThrow("local, dev, staging, prod");
    expect(commands).toEqual([]);
  },
);

test("local is not deployed but started", () => {
  const attempt = () => deploy({ environment: "local", outDir, planOnly: false, runTerraform: terraform({}) });
  expect(attempt).toThrow("pnpm start");
});

test("an environment that was not synthesized is answered with the command", () => {
  const attempt = () => deploy({ environment: "prod", outDir, planOnly: false, runTerraform: terraform({}) });
  expect(attempt).toThrow("Run: pnpm synth");
});

describe("the guard of the plan", () => {
  const plan = (...changes: ReturnType<typeof change>[]): TerraformPlan => ({ resource_changes: changes });

  test("lets everything pass that deletes no data", () => {
    expect(
      unwantedDeletions(
        plan(
          change("aws_kinesis_stream", "raw", "update"),
          change("aws_kinesis_stream", "destination_new", "create"),
          change("aws_cloudwatch_metric_alarm", "alarm_old", "delete"),
          change("aws_lambda_function", "router", "delete", "create"),
        ),
        [],
        "prod",
      ),
    ).toEqual([]);
    expect(unwantedDeletions({}, [], "prod")).toEqual([]);
  });

  test("says for a removed route document how to keep its stream and how to delete it", () => {
    const [fault = ""] = unwantedDeletions(
      plan(change("aws_kinesis_stream", "destination_fraud", "delete")),
      [],
      "prod",
    );
    expect(fault).toContain("no route writes to fraud any more");
    expect(fault).toContain('add "fraud" to streams.retainedDestinations in infra/src/config/prod.ts');
    expect(fault).toContain("to delete it, to streams.retiredDestinations");
  });

  test("lets a retired destination go, and no other", () => {
    const both = plan(
      change("aws_kinesis_stream", "destination_fraud", "delete"),
      change("aws_kinesis_stream", "destination_fraud-two", "delete"),
    );
    expect(unwantedDeletions(both, ["fraud"], "prod")).toHaveLength(1);
    expect(unwantedDeletions(both, ["fraud", "fraud-two"], "prod")).toEqual([]);
  });

  test("sees a replacement for the deletion that it is", () => {
    expect(unwantedDeletions(plan(change("aws_s3_bucket", "lake", "delete", "create")), [], "prod")).toEqual([
      expect.stringContaining("aws_s3_bucket.lake would be replaced, with the data in it"),
    ]);
    expect(unwantedDeletions(plan(change("snowflake_table", "t", "create", "delete")), [], "prod")).toHaveLength(1);
  });
});
