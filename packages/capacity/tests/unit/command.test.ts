import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import type { CapacityPlan } from "../../src/plan.ts";
import { runCli } from "../../src/cli/run-cli.ts";
import { readStack, type StackJson } from "../../src/stack/read-stack.ts";

const root = mkdtempSync(join(tmpdir(), "capacity-"));
afterAll(() => rmSync(root, { recursive: true }));

const kinesis = (shards: number) => ({
  shard_count: shards,
  retention_period: 168,
  stream_mode_details: { stream_mode: "PROVISIONED" },
});
const mapping = (streamId: string) => ({
  event_source_arn: `\${aws_kinesis_stream.${streamId}.arn}`,
  batch_size: 500,
  maximum_batching_window_in_seconds: 1,
  parallelization_factor: 2,
});
const delivery = (streamId: string) => ({
  kinesis_source_configuration: { kinesis_stream_arn: `\${aws_kinesis_stream.${streamId}.arn}` },
  extended_s3_configuration: { buffering_interval: 60, buffering_size: 128 },
});

const stackOf = (rawShards: number, destination = "destination_orders"): StackJson => ({
  resource: {
    aws_kinesis_stream: {
      bad_rows: kinesis(1),
      [destination]: kinesis(4),
      enriched: { ...kinesis(8), retention_period: 24 },
      raw: kinesis(rawShards),
    },
    aws_lambda_function: {
      enrichment: { memory_size: 1_024 },
      router: { memory_size: 512, reserved_concurrent_executions: 9 },
    },
    aws_lambda_event_source_mapping: { enrichment_mapping: mapping("raw"), router_mapping: mapping("enriched") },
    aws_kinesis_firehose_delivery_stream: {
      enriched_delivery: delivery("enriched"),
      bad_rows_delivery: delivery("bad_rows"),
    },
    aws_sqs_queue: { destination_points: {}, other: {} },
    aws_cloudwatch_metric_alarm: {
      plain: { metric_name: "Errors" },
      math: { metric_query: [{ expression: "a + b" }, { metric: [{}] }, { metric: [{}] }] },
    },
    aws_cloudwatch_dashboard: { all: {} },
    kubernetes_deployment_v1: {
      ingest: { spec: { template: { spec: { container: [{ resources: { requests: { cpu: "500m" } } }] } } } },
    },
    kubernetes_horizontal_pod_autoscaler_v2: {
      ingest: {
        spec: { min_replicas: 2, max_replicas: 40, metric: [{ resource: { target: { average_utilization: 60 } } }] },
      },
    },
  },
  output: { planning: { value: { destination_shares: { orders: 40, points: 10 }, warehouse_edition: "standard" } } },
});

function write(folder: string, stack: StackJson, stage = "prod"): string {
  const path = join(root, folder, stage);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, "cdk.tf.json"), JSON.stringify(stack));
  return join(root, folder);
}

function run(...args: string[]): { readonly code: number; readonly out: string; readonly err: string } {
  let [out, err] = ["", ""];
  const code = runCli(args, join(root, "nowhere"), {
    out: (text) => void (out += text),
    err: (text) => void (err += text),
  });
  return { code, out, err };
}

function planOf(...args: string[]): CapacityPlan {
  const [plan] = JSON.parse(run(...args, "--json").out) as readonly CapacityPlan[];
  if (plan === undefined) throw new TypeError("no plan");
  return plan;
}

test("a stack is read: streams with their readers and shares, functions, service, alarms by the metrics they read", () => {
  const plant = readStack(stackOf(4), "prod");
  expect(plant.streams.map(({ name, readers, share }) => [name, readers, share])).toEqual([
    ["raw", 1, undefined],
    ["enriched", 2, undefined],
    ["bad-rows", 1, undefined],
    ["orders", 1, 0.4],
  ]);
  expect(plant.functions[1]).toMatchObject({ memoryMebibytes: 512, parallelization: 2, reservedConcurrency: 9 });
  expect(plant.messageDestinations).toEqual([{ name: "points", kind: "sqs", share: 0.1 }]);
  expect(plant.service).toEqual({ minReplicas: 2, maxReplicas: 40, millicores: 500, targetCpu: 60 });
  expect(plant.monitoring).toEqual({ alarms: 2, alarmMetrics: 3, dashboards: 1, measuredRoutes: 0 });
  expect(plant).toMatchObject({ warehouse: { edition: "standard" }, firewallRules: undefined });
});

test("a stack of somebody else cannot put more than a name into a comment", () => {
  expect(() => readStack(stackOf(1, "destination_`x` | <b>"), "prod")).toThrow(/is no name of a stream/);
  expect(() => readStack({ resource: {} }, "prod")).toThrow(/The stack of prod has no .*run "pnpm synth"/);
});

test("the plan names what is full first, and gives every rate as text and as JSON", () => {
  const stacks = write("one", stackOf(4));
  const { code, out } = run("--stacks", stacks, "--rate", "1000,20000");
  expect(code).toBe(0);
  expect(out).toMatch(/^prod: stream (raw|enriched) is full first, at 5,\d{3} events\/s/);
  expect(out).toMatch(/per million events +\$[\d.]+ +\$[\d.]+/);
  const plan = planOf("--stacks", stacks, "--rate", "1000,20000");
  expect(plan.rates.map(({ eventsPerSecond }) => eventsPerSecond)).toEqual([1_000, 20_000]);
  expect(plan.first.kind).toBe("stream");
});

test("packing makes the streams cheaper in the same plan", () => {
  const stacks = write("packed", stackOf(4));
  const perMillion = (pack: string): number =>
    planOf("--stacks", stacks, "--rate", "10000", "--pack", pack).rates[0]?.fitted.dollarsPerMillion ?? Number.NaN;
  expect(perMillion("20")).toBeLessThan(perMillion("1") * 0.7);
});

test("a comment says what a change does, and when it does nothing", () => {
  const [before, after] = [write("before", stackOf(4)), write("after", stackOf(2))];
  const change = run("--stacks", after, "--base", before, "--rate", "1000", "--format", "markdown").out;
  expect(change).toMatch(/First to be full: stream .* at 5,\d{3} events\/s → stream raw at 2,\d{3} events\/s\./);
  expect(change).toMatch(/\| 1,000 \| \$\d+ \| \$\d+ \|/);
  expect(run("--stacks", after, "--base", after, "--rate", "1000", "--format", "markdown").out).toContain("No change.");
});

test("a wrong call is answered with what is expected", () => {
  expect(run("--rate", "fast")).toMatchObject({
    code: 2,
    err: expect.stringContaining("Option '--rate <n,…>' argument 'fast' is invalid. Expected a number"),
  });
  expect(run("plan", "x").code).toBe(2);
  expect(run("--stacks", join(root, "none")).err).toMatch(/none: cannot be read; run "pnpm synth" first/);
  expect(run("--format", "svg").err).toMatch(
    /'--format <form>' argument 'svg' is invalid. Allowed choices are text, json, markdown/,
  );
  expect(run("--unknown").code).toBe(2);
  expect(run("--help")).toMatchObject({ code: 0, out: expect.stringContaining("Usage: pnpm capacity") });
});
