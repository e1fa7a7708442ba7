import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deploy, type RunTerraform } from "../../src/deploy/deploy.ts";
import { type TerraformPlan, unwantedDeletions } from "../../src/deploy/guard-plan.ts";
import type { RouteDocument } from "../../src/inputs/route-destinations.ts";
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

const run = (runTerraform: RunTerraform, planOnly = false, routeDocuments: readonly RouteDocument[] = []): void =>
  deploy({ environment: "staging", outDir, routeDocuments, planOnly, runTerraform });

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

describe("a plan that deletes the stream of a destination", () => {
  const plan = { resource_changes: [change("aws_kinesis_stream", "destination_fraud", "delete")] };
  const fraud = (former: object): RouteDocument => ({
    application: "fraud",
    owner: "team-fraud",
    routes: [],
    formerDestinations: [{ stream: "fraud", ...former }],
  });

  test("is not applied when its document is gone", () => {
    expect(() => run(terraform(plan))).toThrow(DeployError);
    expect(commands.at(-1)).toBe("show -json plan.tfplan");
  });

  test("is not applied while its document keeps it", () => {
    expect(() => run(terraform(plan), false, [fraud({})])).toThrow(DeployError);
  });

  test("is applied once its document retires it", () => {
    run(terraform(plan), false, [fraud({ retire: true })]);
    expect(commands.at(-1)).toBe("apply -input=false plan.tfplan");
  });

  test("is not applied where another account's stream was retired under that name", () => {
    const arn = { staging: "arn:aws:kinesis:eu-west-1:999999999999:stream/fraud" };
    expect(() => run(terraform(plan), false, [fraud({ retire: true, arn })])).toThrow(DeployError);
  });
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
    const attempt = () =>
      deploy({ environment, outDir, routeDocuments: [], planOnly: false, runTerraform: terraform({}) });
    expect(attempt).toThrow(UnknownEnvironmentError);
    expect(attempt).toThrow("local, dev, staging, prod");
    expect(commands).toEqual([]);
  },
);

test("local is not deployed but started", () => {
  const attempt = () =>
    deploy({ environment: "local", outDir, routeDocuments: [], planOnly: false, runTerraform: terraform({}) });
  expect(attempt).toThrow("pnpm start");
});

test("an environment that was not synthesized is answered with the command", () => {
  const attempt = () =>
    deploy({ environment: "prod", outDir, routeDocuments: [], planOnly: false, runTerraform: terraform({}) });
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
      ),
    ).toEqual([]);
    expect(unwantedDeletions({}, [])).toEqual([]);
  });

  test("says for a removed route document how to keep its stream and how to delete it", () => {
    const [fault = ""] = unwantedDeletions(plan(change("aws_kinesis_stream", "destination_fraud", "delete")), []);
    expect(fault).toContain('no route document asks for the stream "fraud" any more');
    expect(fault).toContain('To keep it, list { "stream": "fraud" } under "formerDestinations"');
    expect(fault).toContain('to have it deleted with what is in it, add "retire": true');
  });

  test("lets a retired destination go, and no other", () => {
    const both = plan(
      change("aws_kinesis_stream", "destination_fraud", "delete"),
      change("aws_kinesis_stream", "destination_fraud-two", "delete"),
    );
    expect(unwantedDeletions(both, ["fraud"])).toHaveLength(1);
    expect(unwantedDeletions(both, ["fraud", "fraud-two"])).toEqual([]);
  });

  test("sees a replacement for the deletion that it is", () => {
    expect(unwantedDeletions(plan(change("aws_s3_bucket", "lake", "delete", "create")), [])).toEqual([
      expect.stringContaining("aws_s3_bucket.lake would be replaced, with the data in it"),
    ]);
    expect(unwantedDeletions(plan(change("snowflake_table", "t", "create", "delete")), [])).toHaveLength(1);
  });
});
