import { describe, expect, test } from "@jest/globals";
import type { EnvironmentConfig } from "../../src/config/schema.ts";
import { planText } from "../support/plan-text.ts";
import { type Json, Plan, planOf } from "../synthesized-plan.ts";

const adopting = (adopt: EnvironmentConfig["adopt"]): Plan =>
  new Plan(planText("prod", { change: (config) => ({ ...config, adopt }) }));

describe("what exists already", () => {
  const plan = adopting({
    streams: { raw: "shop-events" },
    buckets: { lake: "shop-data-lake" },
    warehouse: "database and schema",
  });

  test("is imported under its own name instead of being made", () => {
    expect(plan.json.import.map(({ to, id }: Json) => [to, id])).toEqual([
      ["aws_kinesis_stream.raw", "shop-events"],
      ["aws_s3_bucket.lake", "shop-data-lake"],
      ["snowflake_database.warehouse_database", '"MILLRACE_PROD"'],
      ["snowflake_schema.warehouse_schema", '"MILLRACE_PROD"."PIPELINE"'],
    ]);
    expect(plan.json.resource.aws_kinesis_stream.raw.name).toBe("shop-events");
    expect(plan.json.resource.aws_s3_bucket.lake.bucket).toBe("shop-data-lake");
  });

  test("is protected, watched and permitted like what the stack makes", () => {
    const made = planOf("prod");
    const addresses = (from: Plan): readonly string[] => from.all.map(({ address }) => address);
    expect(addresses(plan)).toEqual(addresses(made));
    for (const [type, name] of [
      ["aws_kinesis_stream", "raw"],
      ["aws_s3_bucket", "lake"],
    ] as const) {
      expect(plan.json.resource[type][name].lifecycle).toEqual({ prevent_destroy: true });
    }
    const watched = JSON.stringify(plan.json.resource.aws_cloudwatch_metric_alarm);
    expect(watched).toContain('"StreamName":"shop-events"');
    expect(watched).not.toContain('"StreamName":"millrace-prod-raw"');
  });

  test("may be a database whose schema is new", () => {
    expect(adopting({ warehouse: "database" }).json.import).toHaveLength(1);
  });

  test("is nothing where the configuration says nothing", () => {
    expect(planOf("prod").json.import).toBeUndefined();
  });
});
