import { describe, expect, test } from "@jest/globals";
import { driftOf } from "../../src/deploy/drift.ts";
import type { ResourceChange } from "../../src/deploy/guard-plan.ts";

const change = (
  type: string,
  name: string,
  actions: string[],
  before: Record<string, unknown> = {},
): ResourceChange => ({
  address: `${type}.${name}`,
  type,
  change: { actions, before },
});

const functions = (live: string, routing: unknown[] = []): ResourceChange[] => [
  change("aws_lambda_function", "router", ["no-op"], { function_name: "millrace-dev-router", version: "8" }),
  change("aws_lambda_alias", "router_live", ["no-op"], {
    function_name: "millrace-dev-router",
    function_version: live,
    routing_config: routing,
  }),
];

describe("drift", () => {
  test("is none when nothing would be changed, although what others own has moved", () => {
    expect(
      driftOf({
        resource_changes: [...functions("8"), change("kubernetes_deployment_v1", "ingest", ["no-op"])],
        resource_drift: [change("kubernetes_deployment_v1", "ingest", ["update"])],
      }),
    ).toEqual({ outside: [], pending: [], versions: [] });
  });

  test("tells what somebody changed from what was never deployed", () => {
    expect(
      driftOf({
        resource_changes: [
          change("aws_s3_bucket_policy", "lake_policy", ["update"]),
          change("aws_cloudwatch_metric_alarm", "alarm_new", ["create"]),
          change("data.aws_eks_cluster", "cluster", ["read"]),
        ],
        resource_drift: [change("aws_s3_bucket_policy", "lake_policy", ["update"])],
      }),
    ).toEqual({
      outside: ["aws_s3_bucket_policy.lake_policy (update)"],
      pending: ["aws_s3_bucket_policy.lake_policy (update)", "aws_cloudwatch_metric_alarm.alarm_new (create)"],
      versions: [],
    });
  });

  test("is also a function that runs another version than the one published last, or two", () => {
    expect(driftOf({ resource_changes: functions("7") }).versions).toEqual([
      "millrace-dev-router runs version 7, published last was 8",
    ]);
    expect(
      driftOf({ resource_changes: functions("7", [{ additional_version_weights: { 8: 0.1 } }]) }).versions,
    ).toEqual(["millrace-dev-router tries out a version: see its alias"]);
  });
});
