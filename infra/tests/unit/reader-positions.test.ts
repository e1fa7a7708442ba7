import { describe, expect, test } from "@jest/globals";
import { ENVIRONMENTS } from "../../src/config/environments.ts";
import { type Plan, planOf } from "../synthesized-plan.ts";

/** Addresses that have to be there before a resource, directly or through others. */
function before(plan: Plan, address: string): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (next: string): void => {
    const [type = "", name = ""] = next.split(".");
    const args = plan.json.resource[type]?.[name];
    if (args === undefined) return;
    const referred = [...JSON.stringify(args).matchAll(/\b([a-z]+_[a-z0-9_]+)\.([\w-]+)\.[a-z]/g)].map(
      ([, referredType = "", referredName = ""]) => `${referredType}.${referredName}`,
    );
    for (const needed of [...(args.depends_on ?? []), ...referred]) {
      if (found.has(needed)) continue;
      found.add(needed);
      visit(needed);
    }
  };
  visit(address);
  return found;
}

describe.each(ENVIRONMENTS)("readers of %s", (environment) => {
  const plan = planOf(environment);
  const readers = [
    ...plan.each("aws_kinesis_firehose_delivery_stream"),
    ...plan.each("aws_s3_bucket_notification"),
    ...plan.each("aws_lambda_event_source_mapping").filter(({ name }) => name === "router_mapping"),
  ].map(({ address }) => address);

  test("are two delivery streams, the notification of the lake, and the router's mapping", () => {
    expect(readers.toSorted()).toEqual([
      "aws_kinesis_firehose_delivery_stream.bad_rows_delivery",
      "aws_kinesis_firehose_delivery_stream.enriched_delivery",
      "aws_lambda_event_source_mapping.router_mapping",
      "aws_s3_bucket_notification.warehouse_lake_notification",
    ]);
  });

  test("are there before enrichment writes its first event", () => {
    const there = before(plan, "aws_lambda_event_source_mapping.enrichment_mapping");
    for (const reader of readers) expect(`${reader}: ${there.has(reader)}`).toBe(`${reader}: true`);
  });

  test.each(["kubernetes_deployment_v1.ingest", "kubernetes_ingress_v1.ingest_ingress"])(
    "are there, with enrichment's mapping, before %s takes the first event",
    (address) => {
      const there = before(plan, address);
      for (const reader of [...readers, "aws_lambda_event_source_mapping.enrichment_mapping"]) {
        expect(`${reader}: ${there.has(reader)}`).toBe(`${reader}: true`);
      }
    },
  );

  test("wait for nothing that waits for them", () => {
    for (const reader of readers) expect(before(plan, reader).has(reader)).toBe(false);
  });
});
