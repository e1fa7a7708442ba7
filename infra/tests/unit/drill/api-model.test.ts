import { beforeEach, describe, expect, test } from "@jest/globals";
import {
  allPatterns,
  compilePattern,
  OperationModel,
  type RequestParameters,
} from "../../../src/drill/api/api-model.ts";
import { checkRequests } from "../../../src/drill/api/check-requests.ts";
import type { SnowflakeAccount } from "../../../src/drill/api/snowflake-rules.ts";
import type { ObjectValue } from "../../../src/drill/provider/dynamic-value.ts";
import { World } from "../../../src/drill/provider/world.ts";
import { DrillError } from "../../../src/errors.ts";

const account: SnowflakeAccount = {
  edition: "standard",
  previewFeatures: new Set(["snowflake_pipe_resource", "snowflake_stage_resource", "snowflake_table_resource"]),
};

describe("the API models", () => {
  test("have patterns that JavaScript takes", () => {
    expect(allPatterns().length).toBeGreaterThan(100);
    for (const pattern of allPatterns()) expect(() => compilePattern(pattern)).not.toThrow();
  });

  test("refuse what is missing, misspelt, too long, too many and unknown", () => {
    const createStream = new OperationModel("kinesis", "CreateStream");
    const faultsOf = (parameters: RequestParameters): readonly string[] => createStream.faultsOf(parameters);
    expect(faultsOf({ StreamName: "raw", ShardCount: 2 })).toEqual([]);
    expect(faultsOf({})).toEqual(["kinesis:CreateStream.StreamName: required, and not given"]);
    expect(faultsOf({ StreamName: "a b" })).toEqual([expect.stringContaining('"a b" does not match')]);
    expect(faultsOf({ StreamName: "x".repeat(129) })).toEqual([expect.stringContaining("129 is more than 128")]);
    expect(faultsOf({ StreamName: "raw", ShardCount: 0 })).toEqual([expect.stringContaining("0 is less than 1")]);
    expect(faultsOf({ StreamName: "raw", Shards: 1 })).toEqual([expect.stringContaining("not a member")]);
    expect(faultsOf({ StreamName: "raw", StreamModeDetails: { StreamMode: "ON_DEMANT" } })).toEqual([
      'kinesis:CreateStream.StreamModeDetails.StreamMode: "ON_DEMANT" is not one of PROVISIONED, ON_DEMAND',
    ]);
  });

  test("say how to get an operation that they do not have", () => {
    expect(() => new OperationModel("kinesis", "CreateRiver")).toThrow(DrillError);
  });
});

describe("the request for a resource", () => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });
  const faults = (type: string, state: ObjectValue) => checkRequests(type, state, world, account).faults;

  test("takes its members from attributes and blocks of the same name", () => {
    const mapping = {
      event_source_arn: "arn:aws:kinesis:eu-west-1:111111111111:stream/raw",
      function_name: "millrace-dev-enrichment",
      batch_size: 200,
      starting_position: "TRIM_HORIZON",
      destination_config: [{ on_failure: [{ destination_arn: "arn:aws:s3:::dead-letters" }] }],
    };
    expect(faults("aws_lambda_event_source_mapping", mapping)).toEqual([]);
    expect(faults("aws_lambda_event_source_mapping", { ...mapping, batch_size: 20_000 })).toEqual([
      expect.stringContaining("BatchSize: 20000 is more than 10000"),
    ]);
    const wrong = [{ on_failure: [{ destination_arn: "dead-letters" }] }];
    expect(faults("aws_lambda_event_source_mapping", { ...mapping, destination_config: wrong })).toEqual([
      expect.stringContaining("DestinationConfig.OnFailure.Destination"),
    ]);
  });

  test("has a map of dimensions as a list of pairs", () => {
    const alarm = {
      alarm_name: "a",
      comparison_operator: "GreaterThanThreshold",
      evaluation_periods: 1,
      dimensions: { StreamName: "" },
    };
    expect(faults("aws_cloudwatch_metric_alarm", alarm)).toEqual([expect.stringContaining("Dimensions[0].Value")]);
  });

  test("has the metric of an expression, which Terraform writes flat, in its own structure", () => {
    const query = (F: string) => [
      { id: "result", expression: "100 * part", return_data: true },
      {
        id: "part",
        metric: [{ namespace: "AWS/Lambda", metric_name: "Errors", period: 300, stat: "Sum", dimensions: { F } }],
      },
    ];
    const alarm = { alarm_name: "a", comparison_operator: "GreaterThanThreshold", evaluation_periods: 1 };
    expect(faults("aws_cloudwatch_metric_alarm", { ...alarm, metric_query: query("f") })).toEqual([]);
    expect(faults("aws_cloudwatch_metric_alarm", { ...alarm, metric_query: query("") })).toEqual([
      expect.stringContaining("Metrics[1].MetricStat.Metric.Dimensions[0].Value"),
    ]);
  });

  test("has blocks in the singular as lists in the plural", () => {
    const notification = {
      bucket: "lake",
      queue: [{ queue_arn: "arn:aws:sqs:eu-west-1:1:q", events: ["s3:ObjectMade:*"] }],
    };
    expect(faults("aws_s3_bucket_notification", notification)).toEqual([
      expect.stringContaining("QueueConfigurations[0].Events[0]"),
    ]);
  });

  test("has rules of a firewall at any depth", () => {
    const visibility_config = [{ cloudwatch_metrics_enabled: true, metric_name: "m", sampled_requests_enabled: false }];
    const rate = (aggregate_key_type: string) => [
      {
        name: "r",
        priority: 0,
        action: [{ block: [{}] }],
        statement: [{ rate_based_statement: [{ limit: 500, aggregate_key_type }] }],
        visibility_config,
      },
    ];
    const acl = { name: "a", scope: "REGIONAL", default_action: [{ allow: [{}] }], visibility_config };
    expect(faults("aws_wafv2_web_acl", { ...acl, rule: rate("IP") })).toEqual([]);
    expect(faults("aws_wafv2_web_acl", { ...acl, rule: rate("ADDRESS") })).toEqual([
      expect.stringContaining("Rules[0].Statement.RateBasedStatement.AggregateKeyType"),
    ]);
  });

  test("of a type without a rule is named as unchecked", () => {
    expect(checkRequests("aws_kinesis_river", {}, world, account).unchecked).toEqual(["aws_kinesis_river"]);
  });
});

describe("Snowflake refuses", () => {
  const world = new World();
  world.create("snowflake_storage_integration", { name: "LAKE", storage_allowed_locations: ["s3://lake/enriched/"] });
  world.create("snowflake_table", { name: "LANDED_EVENTS" });
  const faults = (type: string, state: ObjectValue) => checkRequests(type, state, world, account).faults;

  test("a stage outside the locations of its integration", () => {
    const stage = { name: "S", storage_integration: "LAKE" };
    expect(faults("snowflake_stage", { ...stage, url: "s3://lake/enriched/" })).toEqual([]);
    expect(faults("snowflake_stage", { ...stage, url: "s3://lake/" })).toEqual([
      expect.stringContaining("Location 's3://lake/' is not allowed by integration LAKE"),
    ]);
  });

  test("a pipe and a view that read what does not exist yet", () => {
    const statement = 'COPY INTO "D"."S"."LANDED_EVENTS" FROM (SELECT $1 FROM @"D"."S"."STAGE")';
    expect(faults("snowflake_pipe", { name: "P", copy_statement: statement })).toEqual([
      expect.stringContaining('"D"."S"."STAGE" does not exist'),
    ]);
    expect(faults("snowflake_view", { name: "V", statement: "SELECT * FROM EVENTS" })).toEqual([
      expect.stringContaining("EVENTS does not exist"),
    ]);
    expect(faults("snowflake_view", { name: "V", statement: "SELECT * FROM LANDED_EVENTS" })).toEqual([]);
  });

  test("a dynamic table whose preview is off, or whose base is not there or does not track its changes", () => {
    const query = "SELECT * FROM (SELECT record FROM landed_events) AS copies";
    const table = { name: "D", query };
    const enabled = { ...account, previewFeatures: new Set(["snowflake_dynamic_table_resource"]) };
    const told = (state: ObjectValue) => checkRequests("snowflake_dynamic_table", state, world, enabled).faults;
    expect(faults("snowflake_dynamic_table", table)[0]).toContain("is a preview feature");
    expect(told(table)).toEqual([expect.stringContaining("table LANDED_EVENTS does not track its changes")]);
    expect(told({ ...table, query: query.replace("landed_events", "lost") })).toEqual([
      expect.stringContaining("table LOST does not exist"),
    ]);
  });

  test("more time travel than its edition has", () => {
    const table = { name: "T", data_retention_time_in_days: 7 };
    expect(faults("snowflake_table", table)).toEqual([
      expect.stringContaining("7 is more than the 1 of edition standard"),
    ]);
    expect(checkRequests("snowflake_table", table, world, { ...account, edition: "enterprise" }).faults).toEqual([]);
  });

  test("locations of an integration that a stage uses no more", () => {
    world.create("snowflake_stage", { name: "S", storage_integration: "LAKE", url: "s3://lake/enriched/" });
    const enabled = { ...account, previewFeatures: new Set(["snowflake_storage_integration_resource"]) };
    const change = { name: "LAKE", storage_allowed_locations: ["s3://lake/other/"] };
    expect(checkRequests("snowflake_storage_integration", change, world, enabled).faults).toEqual([
      expect.stringContaining("Location 's3://lake/enriched/' is not allowed"),
    ]);
  });

  test("a preview feature that is not enabled, and a type whose privileges nobody wrote down", () => {
    expect(faults("snowflake_file_format", { name: "F" })).toEqual([
      expect.stringContaining("snowflake_file_format_resource is a preview feature"),
    ]);
    expect(faults("snowflake_warehouse", { name: "S" })).toEqual([
      expect.stringContaining("does not say which privileges it needs"),
    ]);
  });
});
