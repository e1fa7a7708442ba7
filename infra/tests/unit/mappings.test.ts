import { describe, expect, test } from "@jest/globals";
import { loadConfig } from "../../src/config/load-config.ts";
import { ENVIRONMENTS } from "../../src/config/environments.ts";
import { planText } from "../support/plan-text.ts";
import { listed, Plan, planOf } from "../synthesized-plan.ts";

describe.each(ENVIRONMENTS)("event source mappings of %s", (environment) => {
  const plan = planOf(environment);
  const mappings = plan.each("aws_lambda_event_source_mapping");

  test("there is one for each function that no schedule invokes", () => {
    const called = mappings.map(({ args }) => plan.functionOf(args.function_name).address);
    expect(called.toSorted()).toEqual(
      plan
        .each("aws_lambda_function")
        .map(({ address }) => address)
        .filter((address) => address !== "aws_lambda_function.canary")
        .toSorted(),
    );
  });

  test("enrichment reads the raw stream and the router the enriched one", () => {
    expect(mappings.map(({ name, args }) => [name, args.event_source_arn])).toEqual([
      ["enrichment_mapping", "${aws_kinesis_stream.raw.arn}"],
      ["router_mapping", "${aws_kinesis_stream.enriched.arn}"],
    ]);
  });

  test.each(mappings.map((mapping) => [mapping.name, mapping.args]))("%s gives up after finite time", (_name, args) => {
    expect(args.maximum_retry_attempts).toBeGreaterThanOrEqual(1);
    expect(args.maximum_retry_attempts).toBeLessThanOrEqual(100);
    expect(args.maximum_record_age_in_seconds).toBeGreaterThanOrEqual(60);
    const stream = plan.referred(args.event_source_arn);
    expect(args.maximum_record_age_in_seconds).toBeLessThanOrEqual(stream.args.retention_period * 3600);
  });

  test.each(mappings.map((mapping) => [mapping.name, mapping.args]))("%s isolates a bad record", (_name, args) => {
    expect(args.bisect_batch_on_function_error).toBe(true);
    expect(args.function_response_types).toEqual(["ReportBatchItemFailures"]);
  });

  test.each(mappings.map((mapping) => [mapping.name, mapping.args]))(
    "%s misses no event at its start",
    (_name, args) => {
      expect(args.starting_position).toBe("TRIM_HORIZON");
      expect(args.enabled).toBe(true);
    },
  );

  test("one that takes the place of another starts where that one stopped, and none is replaced for its start", () => {
    const startAt = "2026-11-28T10:00:00Z";
    const moved = new Plan(
      planText(environment, {
        change: (config) => ({
          ...config,
          mappings: { ...config.mappings, enrichment: { ...config.mappings.enrichment, startAt } },
        }),
      }),
    ).json.resource.aws_lambda_event_source_mapping;
    expect(moved.enrichment_mapping).toMatchObject({
      starting_position: "AT_TIMESTAMP",
      starting_position_timestamp: startAt,
    });
    expect(moved.router_mapping.starting_position).toBe("TRIM_HORIZON");
    for (const { lifecycle } of [moved.enrichment_mapping, moved.router_mapping]) {
      expect(lifecycle.ignore_changes).toEqual(["starting_position", "starting_position_timestamp", "enabled"]);
    }
  });

  test.each(mappings.map((mapping) => [mapping.name, mapping.args]))(
    "%s stores what it gives up in a bucket that the function's role may write to",
    (_name, args) => {
      const bucket = plan.referred(args.destination_config.on_failure.destination_arn);
      expect(bucket.type).toBe("aws_s3_bucket");
      const target = plan.functionOf(args.function_name);
      const role = plan.referred(target.args.role);
      const writes = plan
        .statementsOf(role.name)
        .filter((statement) => listed(statement.Action).includes("s3:PutObject"))
        .flatMap((statement) => listed(statement.Resource));
      expect(writes).toContain(`\${${bucket.address}.arn}/aws/lambda/*`);
    },
  );

  test("every number stands in the field of its own name", () => {
    const config = loadConfig(environment).mappings;
    const expected = (["enrichment", "router"] as const).map((name) => ({
      batch_size: config[name].batchSize,
      maximum_batching_window_in_seconds: config[name].batchingWindow,
      parallelization_factor: config[name].parallelizationFactor,
      maximum_retry_attempts: config[name].maximumRetryAttempts,
      maximum_record_age_in_seconds: config[name].maximumRecordAge,
    }));
    expect(mappings.map(({ args }) => args)).toEqual(expected.map((fields) => expect.objectContaining(fields)));
  });

  test("their counts of dead letters are published", () => {
    for (const { args } of mappings) expect(args.metrics_config).toEqual({ metrics: ["EventCount"] });
  });
});

test("retries and parallelization differ in prod, so that a swap would show", () => {
  const { maximumRetryAttempts, parallelizationFactor } = loadConfig("prod").mappings.router;
  expect(maximumRetryAttempts).not.toBe(parallelizationFactor);
});
