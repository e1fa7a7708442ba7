import { describe, expect, test } from "@jest/globals";
import { guardPlan, type ResourceChange } from "../../src/deploy/guard-plan.ts";
import { planOf } from "../synthesized-plan.ts";

const change = (type: string, name: string, ...actions: string[]): ResourceChange => ({
  address: `${type}.${name}`,
  type,
  change: { actions },
});

const refusals = (changes: readonly ResourceChange[], acceptedGaps: readonly string[] = [], retired: string[] = []) =>
  guardPlan({ resource_changes: changes }, { retired, acceptedGaps }).refusals;

describe("a plan that deletes data", () => {
  test("is refused; everything that deletes none passes", () => {
    expect(
      refusals([
        change("aws_kinesis_stream", "raw", "update"),
        change("aws_kinesis_stream", "destination_new", "create"),
        change("aws_cloudwatch_metric_alarm", "alarm_old", "delete"),
        change("aws_lambda_function", "router", "delete", "create"),
      ]),
    ).toEqual([]);
    expect(guardPlan({}, { retired: [], acceptedGaps: [] }).refusals).toEqual([]);
  });

  test("says for a removed route document how to keep its stream and how to delete it", () => {
    const [fault = ""] = refusals([change("aws_kinesis_stream", "destination_fraud", "delete")]);
    expect(fault).toContain('no route document asks for the stream "fraud" any more');
    expect(fault).toContain('To keep it, list { "stream": "fraud" } under "formerDestinations"');
    expect(fault).toContain('to have it deleted with what is in it, add "retire": true');
  });

  test("may delete a retired destination, and no other", () => {
    const both = [
      change("aws_kinesis_stream", "destination_fraud", "delete"),
      change("aws_kinesis_stream", "destination_fraud-two", "delete"),
    ];
    expect(refusals(both, [], ["fraud"])).toHaveLength(1);
    expect(refusals(both, [], ["fraud", "fraud-two"])).toEqual([]);
  });

  test("is seen in a replacement, with what forces it", () => {
    const lake: ResourceChange = {
      address: "aws_s3_bucket.lake",
      type: "aws_s3_bucket",
      change: { actions: ["delete", "create"], replace_paths: [["bucket"]] },
    };
    expect(refusals([lake])).toEqual([
      expect.stringContaining(
        "aws_s3_bucket.lake would be replaced (bucket cannot be changed in place), with the data in it",
      ),
    ]);
    expect(refusals([change("snowflake_table", "t", "create", "delete")])).toHaveLength(1);
    expect(refusals([change("aws_kinesis_stream", "destination_fraud", "delete", "create")])[0]).toContain(
      "would be replaced, with the data in it",
    );
  });

  test("cannot be accepted as a gap", () => {
    const stream = change("aws_kinesis_stream", "raw", "delete");
    expect(refusals([stream], [stream.address]).join("\n")).toContain("aws_kinesis_stream.raw would be deleted");
  });
});

test("a delivery that changes its form is refused until somebody says that its writers stand still", () => {
  const delivery = (before: string, after: string): ResourceChange => {
    const of = (form: string) => ({ extended_s3_configuration: [{ compression_format: form, prefix: "enriched/" }] });
    const resource = change("aws_kinesis_firehose_delivery_stream", "enriched_delivery", "update");
    return { ...resource, change: { ...resource.change, before: of(before), after: of(after) } };
  };
  expect(refusals([delivery("GZIP", "GZIP")])).toEqual([]);
  expect(refusals([delivery("UNCOMPRESSED", "GZIP")])[0]).toMatch(/would compress its objects: .* cannot be read/);
  const [fault = ""] = refusals([delivery("GZIP", "UNCOMPRESSED")]);
  expect(fault).toContain("would store compressed records as they come");
  expect(fault).toContain("--accept-gap aws_kinesis_firehose_delivery_stream.enriched_delivery");
  const accepted = ["aws_kinesis_firehose_delivery_stream.enriched_delivery"];
  expect(refusals([delivery("GZIP", "UNCOMPRESSED")], accepted)).toEqual([]);
});

describe("a plan that takes a reader away or makes a new one", () => {
  const readers = [
    ["aws_kinesis_firehose_delivery_stream", "enriched_delivery", /never reaches the lake/, /AT_TIMESTAMP/],
    ["aws_lambda_event_source_mapping", "enrichment_mapping", /from the oldest record on|expire/, /`startAt`/],
    ["snowflake_dynamic_table", "warehouse_unique_events_dynamic_table", /queries of the views/, /No row is lost/],
    ["snowflake_pipe", "warehouse_events_pipe", /not loaded/, /ALTER PIPE "DB"\."S"\."P" REFRESH MODIFIED_AFTER/],
    ["snowflake_storage_integration", "i", /no pipe/, /ALTER STAGE .* REFRESH MODIFIED_AFTER/],
    ["snowflake_stage", "s", /its pipe stops/, /REFRESH MODIFIED_AFTER/],
    ["aws_s3_bucket_notification", "n", /Snowpipe is not told/, /REFRESH MODIFIED_AFTER/],
    ["kubernetes_ingress_v1", "ingest_ingress", /the load balancer goes with it/, /send it again/],
    ["kubernetes_deployment_v1", "ingest", /senders get no answer/, /send it again/],
  ] as const;

  test.each(
    readers.flatMap((reader) => [["delete"], ["delete", "create"]].map((actions) => [...reader, actions] as const)),
  )(
    "%s.%s is refused with what is missed and how it is filled, until that is accepted by address",
    (type, name, loss, fill, actions) => {
      const found = change(type, name, ...actions);
      const resource = { ...found, change: { ...found.change, before: { database: "DB", schema: "S", name: "P" } } };
      const [fault = ""] = refusals([resource]);
      expect(fault).toContain(`${type}.${name} would be ${actions.length === 1 ? "deleted" : "replaced"}`);
      expect(fault).toMatch(loss);
      expect(fault).toMatch(fill);
      expect(fault).toContain(`If that is meant: --accept-gap ${type}.${name}`);

      const accepted = guardPlan({ resource_changes: [resource] }, { retired: [], acceptedGaps: [resource.address] });
      expect(accepted.refusals).toEqual([]);
      expect(accepted.accepted).toEqual([{ address: resource.address, gap: expect.stringMatching(loss) }]);
    },
  );

  test("names the attribute that forces a new pipe", () => {
    const pipe: ResourceChange = {
      address: "snowflake_pipe.warehouse_events_pipe",
      type: "snowflake_pipe",
      change: { actions: ["delete", "create"], replace_paths: [["copy_statement"]] },
    };
    expect(refusals([pipe])[0]).toContain("would be replaced (copy_statement cannot be changed in place)");
  });

  test("knows every kind of reader that the stack has", () => {
    const kinds = new Set<string>(readers.map(([type]) => type));
    for (const { type } of planOf("prod").all) {
      if (/_mapping$|_delivery_stream$|_pipe$|_stage$|_storage_integration$|_notification$|_ingress_v1$/.test(type)) {
        expect(kinds).toContain(type);
      }
    }
  });

  test("lets it be made and changed in place", () => {
    for (const [type, name] of readers) {
      expect(
        refusals([change(type, name, "create"), change(type, name, "update"), change(type, name, "no-op")]),
      ).toEqual([]);
    }
  });

  test("refuses an acceptance of what leaves no gap, because it would hide a mistyped address", () => {
    expect(refusals([change("aws_sns_topic", "alarms", "delete")], ["aws_sns_topic.alarms"])).toEqual([
      expect.stringContaining("--accept-gap aws_sns_topic.alarms names nothing that this plan leaves a gap at"),
    ]);
  });
});

describe("a plan that keeps events for a shorter time", () => {
  const shorter = (type: string, attribute: string, before: number, after: number): ResourceChange => ({
    address: `${type}.x`,
    type,
    change: { actions: ["update"], before: { [attribute]: before }, after: { [attribute]: after } },
  });

  test("is refused until that is accepted, because older ones are gone at once", () => {
    const stream = shorter("aws_kinesis_stream", "retention_period", 168, 24);
    expect(refusals([stream])).toEqual([
      expect.stringContaining("aws_kinesis_stream.x would keep its records for 24 hours instead of 168"),
    ]);
    expect(refusals([stream], ["aws_kinesis_stream.x"])).toEqual([]);
    expect(refusals([shorter("snowflake_table", "data_retention_time_in_days", 14, 1)])).toHaveLength(1);
  });

  test("passes when it keeps them as long or longer", () => {
    expect(refusals([shorter("aws_kinesis_stream", "retention_period", 24, 168)])).toEqual([]);
    expect(refusals([shorter("aws_kinesis_stream", "retention_period", 24, 24)])).toEqual([]);
  });
});
