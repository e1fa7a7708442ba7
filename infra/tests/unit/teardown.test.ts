import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ENVIRONMENTS } from "../../src/config/environments.ts";
import { liftProtection, protectedByState } from "../../src/deploy/lift-protection.ts";
import { describeLosses, tearDown, writeUnprotectedStack } from "../../src/deploy/teardown.ts";
import { type RunTerraform, Terraform } from "../../src/deploy/terraform.ts";
import { type Json, planOf } from "../synthesized-plan.ts";

describe.each(ENVIRONMENTS)("the stack of %s without its protections", (environment) => {
  const plan = planOf(environment);
  const lifted: Json = liftProtection(plan.json);

  test("has none left, and is else the same", () => {
    expect(JSON.stringify(plan.json)).toContain('"prevent_destroy":true');
    expect(JSON.stringify(lifted)).not.toContain("prevent_destroy");
    for (const { type, name, args } of plan.all) {
      const changed = ["lifecycle", "force_destroy", "enforce_consumer_deletion", "metadata"];
      const same = Object.fromEntries(Object.entries<Json>(args).filter(([argument]) => !changed.includes(argument)));
      expect(lifted.resource[type][name]).toMatchObject(same);
      expect(lifted.resource[type][name].lifecycle?.ignore_changes).toEqual(args.lifecycle?.ignore_changes);
    }
  });

  test("deletes buckets with their objects, streams with their consumers, and an unprotected load balancer", () => {
    const { aws_s3_bucket: buckets, aws_kinesis_stream: streams, kubernetes_ingress_v1: ingresses } = lifted.resource;
    for (const bucket of Object.values<Json>(buckets)) expect(bucket.force_destroy).toBe(true);
    for (const stream of Object.values<Json>(streams)) expect(stream.enforce_consumer_deletion).toBe(true);
    for (const { metadata } of Object.values<Json>(ingresses)) {
      expect(metadata.annotations["alb.ingress.kubernetes.io/load-balancer-attributes"]).toContain(
        "deletion_protection.enabled=false",
      );
    }
  });

  test("tells the state of every bucket, stream and ingress before anything is deleted", () => {
    expect(protectedByState(plan.json).toSorted()).toEqual(
      ["aws_s3_bucket", "aws_kinesis_stream", "kubernetes_ingress_v1"]
        .flatMap((type) => plan.each(type).map(({ address }) => address))
        .toSorted(),
    );
  });

  test("loses what holds events, and says so by address", () => {
    const losses = describeLosses(plan.all.map(({ address }) => address)).join("\n");
    for (const { address } of [
      ...plan.each("aws_kinesis_stream"),
      ...plan.each("aws_s3_bucket"),
      ...plan.each("snowflake_database"),
    ]) {
      expect(losses).toContain(`${address}: `);
    }
  });
});

describe("a teardown", () => {
  let root: string;
  let commands: string[];
  let state: string[];

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "millrace-teardown-"));
    const stack = join(root, "dist/stacks/dev");
    mkdirSync(join(stack, ".terraform"), { recursive: true });
    writeFileSync(join(stack, "cdk.tf.json"), JSON.stringify(planOf("dev").json));
    writeFileSync(join(stack, "routes.json"), "{}");
    commands = [];
    state = [
      "aws_s3_bucket.lake",
      "aws_kinesis_stream.raw",
      "data.aws_eks_cluster.cluster",
      "kubernetes_ingress_v1.ingest_ingress",
    ];
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const terraform =
    (plans: { lift?: object; leaves?: readonly string[] } = {}): RunTerraform =>
    async ([folder = "", command = "", ...args]) => {
      expect(folder).toBe(`-chdir=${join(root, ".local/stacks/dev")}`);
      const words = [command, ...args.filter((arg) => !arg.startsWith("-out=") && !arg.endsWith(".tfplan"))];
      commands.push(words.join(" "));
      if (command === "apply" && commands.some((done) => done.includes("-destroy"))) state = [...(plans.leaves ?? [])];
      const answers: Readonly<Record<string, string>> = {
        output: JSON.stringify({ ingest_image_digest: { value: "sha256:d" } }),
        state: state.join("\n"),
        show: JSON.stringify(plans.lift ?? {}),
      };
      return { exitCode: 0, stdout: answers[command] ?? "" };
    };

  const run = (runTerraform: RunTerraform, waitForLoadBalancer = async () => undefined): Promise<void> => {
    const target = writeUnprotectedStack(join(root, "dist"), "dev");
    return tearDown({
      terraform: new Terraform("dev", target, runTerraform),
      waitForLoadBalancer: async () => {
        commands.push("wait");
        await waitForLoadBalancer();
      },
      tell: () => undefined,
    });
  };

  test("lifts the protections that the state holds, waits for the load balancer, and then deletes", async () => {
    await run(terraform());
    expect(commands.filter((command) => !/^(init|output|state|show)/.test(command))).toEqual([
      "plan -input=false -lock-timeout=5m -var=ingest_image_digest=sha256:d -target=aws_kinesis_stream.raw -target=aws_s3_bucket.lake -target=kubernetes_ingress_v1.ingest_ingress",
      "apply -input=false -lock-timeout=5m",
      "wait",
      "plan -input=false -destroy -lock-timeout=5m -var=ingest_image_digest=sha256:d",
      "apply -input=false -lock-timeout=5m",
    ]);
  });

  test("works on a copy at the same depth, and leaves the stack that deployments read as it is", async () => {
    await run(terraform());
    const read = (path: string): string => readFileSync(join(root, path, "stacks/dev/cdk.tf.json"), "utf8");
    expect(read("dist")).toContain("prevent_destroy");
    expect(read(".local")).not.toContain("prevent_destroy");
    expect(existsSync(join(root, ".local/stacks/dev/routes.json"))).toBe(true);
    expect(existsSync(join(root, ".local/stacks/dev/.terraform"))).toBe(false);
  });

  test("stops before it deletes anything when lifting would delete, or the load balancer stays protected", async () => {
    const lift = {
      resource_changes: [
        { address: "aws_s3_bucket.lake", type: "aws_s3_bucket", change: { actions: ["delete", "create"] } },
      ],
    };
    await expect(run(terraform({ lift }))).rejects.toThrow("would delete aws_s3_bucket.lake: the stack differs");
    expect(commands.some((command) => command.startsWith("apply"))).toBe(false);
    commands = [];
    await expect(run(terraform(), () => Promise.reject(new Error("still protected")))).rejects.toThrow(
      "still protected",
    );
    expect(commands.some((command) => command.includes("-destroy"))).toBe(false);
  });

  test("says what is left when something is", async () => {
    await expect(run(terraform({ leaves: ["aws_s3_bucket.lake"] }))).rejects.toThrow(
      "are still there: aws_s3_bucket.lake",
    );
  });
});
