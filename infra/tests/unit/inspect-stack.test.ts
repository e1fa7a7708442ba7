import { describe, expect, test } from "@jest/globals";
import { assertPlannable, inspectStack } from "../../src/deploy/inspect-stack.ts";
import { DeployError } from "../../src/errors.ts";
import { planText } from "../support/plan-text.ts";
import { type Json } from "../synthesized-plan.ts";
import { shards } from "../../src/config/units.ts";

const trusted: Json = JSON.parse(planText("staging"));
const copy = (): Json => structuredClone(trusted);

test.each(["dev", "staging", "prod"] as const)(
  "the stack of %s as main synthesizes it may be planned",
  (environment) => {
    const stack = JSON.parse(planText(environment));
    expect(inspectStack(stack, structuredClone(stack))).toEqual([]);
  },
);

test("a pull request that changes settings and resources is planned", () => {
  const changed = JSON.parse(
    planText("staging", {
      documents: [],
      change: (config) => ({
        ...config,
        streams: {
          ...config.streams,
          raw: { ...config.streams.raw, capacity: { mode: "PROVISIONED", shards: shards(7) } },
        },
      }),
    }),
  );
  expect(inspectStack(changed, trusted)).toEqual([]);
});

describe("a pull request's stack is not planned when it", () => {
  const cases: readonly (readonly [string, (stack: Json) => void, string])[] = [
    [
      "starts a program as a data source",
      (stack) => (stack.data.external = { x: { program: ["sh"] } }),
      'section "data"',
    ],
    ["asks another server", (stack) => (stack.data.http = { x: { url: "https://example.com" } }), 'section "data"'],
    ["reads a secret's value", (stack) => (stack.data.aws_secretsmanager_secret_version = { x: {} }), 'section "data"'],
    [
      "brings a provider of its own",
      (stack) => (stack.terraform.required_providers.evil = { source: "x/evil" }),
      'section "terraform"',
    ],
    [
      "changes a provider's version",
      (stack) => (stack.terraform.required_providers.aws.version = "0.0.1"),
      'section "terraform"',
    ],
    ["keeps its state elsewhere", (stack) => (stack.terraform.backend.s3.bucket = "another"), 'section "terraform"'],
    [
      "sends a provider elsewhere",
      (stack) => (stack.provider.aws[0].endpoints = [{ kinesis: "https://example.com" }]),
      'section "provider"',
    ],
    [
      "starts another program for the cluster's token",
      (stack) => (stack.provider.kubernetes[0].exec[0].command = "sh"),
      'section "provider"',
    ],
    ["has a module", (stack) => (stack.module = { x: { source: "git::https://example.com" } }), 'section "module"'],
    ["has a local value", (stack) => (stack.locals = { x: "y" }), 'section "locals"'],
    [
      "has a default for a variable that main has not",
      (stack) => (stack.variable = { x: { default: "y" } }),
      'section "variable"',
    ],
    [
      "makes a resource of another provider",
      (stack) => (stack.resource.null_resource = { x: {} }),
      "null_resource belongs to no provider",
    ],
    [
      "starts a program while applying",
      (stack) => (stack.resource.aws_sns_topic.x = { provisioner: [{ "local-exec": {} }] }),
      'has a "provisioner"',
    ],
    [
      "reads a file into an attribute",
      (stack) => (stack.resource.aws_sns_topic.x = { name: '${file("/proc/self/environ")}' }),
      "calls file()",
    ],
    [
      "hides the file in another call",
      (stack) => (stack.resource.aws_sns_topic.x = { name: '${sha256(templatefile("x", {}))}' }),
      "calls templatefile()",
    ],
    [
      "hides the file behind a brace in a text",
      (stack) => (stack.resource.aws_sns_topic.x = { name: '${join("}", [file("/proc/self/environ")])}' }),
      "calls file()",
    ],
    [
      "reads a file in a directive",
      (stack) => (stack.resource.aws_sns_topic.x = { name: '%{ if fileexists("/x") }a%{ endif }' }),
      "calls fileexists()",
    ],
  ];
  test.each(cases)("%s", (_name, change, fault) => {
    const stack = copy();
    change(stack);
    expect(inspectStack(stack, trusted).join("\n")).toContain(fault);
  });
});

test.each(["more.tf", "more.tf.json", "terraform.tfvars", ".terraform", ".terraform.lock.hcl"])(
  "%s beside a pull request's stack is refused, because Terraform would read it",
  (name) => {
    expect(() => assertPlannable(copy(), trusted, ["cdk.tf.json", "routes.json", name])).toThrow(name);
  },
);

test("every fault is told at once, with when the change is planned instead", () => {
  const stack = copy();
  stack.module = {};
  stack.provider.aws[0].region = "us-east-1";
  const attempt = () => assertPlannable(stack, trusted, []);
  expect(attempt).toThrow(DeployError);
  expect(attempt).toThrow(/section "module".*\n.*section "provider"[^]*After the merge/);
});
