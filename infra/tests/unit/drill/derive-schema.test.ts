import { describe, expect, test } from "@jest/globals";
import { deriveSchema } from "../../../src/drill/schemas/derive-schema.ts";
import type { Attribute, Block, NestedBlock } from "../../../src/drill/schemas/schema.ts";
import { DrillError } from "../../../src/errors.ts";

const attribute = ({ attributes }: Block, name: string): Attribute | undefined =>
  attributes.find((each) => each.name === name);
const nested = ({ blocks }: Block, name: string): NestedBlock | undefined => blocks.find((each) => each.name === name);

/** Facts from the documentation of the pinned provider versions. */
describe("a schema derived from an installed binding", () => {
  test("tells what must be given from what may be and what only the provider knows", () => {
    const stream = deriveSchema("aws", "resource", "aws_kinesis_stream");
    const flags = { required: false, optional: false, computed: false };
    expect(attribute(stream, "name")).toEqual({ ...flags, name: "name", type: "string", required: true });
    expect(attribute(stream, "shard_count")).toEqual({ ...flags, name: "shard_count", type: "number", optional: true });
    expect(attribute(stream, "arn")).toMatchObject({ optional: true, computed: true });
    expect(attribute(stream, "tags_all")).toMatchObject({ type: ["map", "string"], optional: true, computed: true });
    expect(attribute(stream, "shard_level_metrics")).toMatchObject({ type: ["set", "string"] });
  });

  test("has the external id of a storage integration as an input, and its described value as computed", () => {
    const integration = deriveSchema("snowflake", "resource", "snowflake_storage_integration");
    expect(attribute(integration, "storage_aws_external_id")).toMatchObject({ optional: true, computed: false });
    expect(attribute(integration, "storage_aws_iam_user_arn")).toMatchObject({ optional: false, computed: true });
    const row = { default: "string", name: "string", type: "string", value: "string" };
    expect(attribute(integration, "describe_output")?.type).toEqual([
      "list",
      ["object", expect.objectContaining({ storage_aws_external_id: ["list", ["object", row]] })],
    ]);
  });

  test("tells blocks from attributes, with their nesting and number", () => {
    const lambda = deriveSchema("aws", "resource", "aws_lambda_function");
    expect(nested(lambda, "environment")).toMatchObject({ nesting: "list", minItems: 0, maxItems: 1 });
    expect(nested(lambda, "timeouts")).toMatchObject({ nesting: "single" });
    const table = deriveSchema("snowflake", "resource", "snowflake_table");
    expect(nested(table, "column")).toMatchObject({ nesting: "list", minItems: 1, maxItems: 0 });
    const deployment = deriveSchema("kubernetes", "resource", "kubernetes_deployment_v1");
    const spec = nested(deployment, "spec");
    expect(spec).toMatchObject({ nesting: "list", minItems: 1, maxItems: 1 });
    expect(spec && nested(spec.block, "template")).toMatchObject({ minItems: 1, maxItems: 1 });
  });

  test("keeps an attribute of any type dynamic", () => {
    const manifest = deriveSchema("kubernetes", "resource", "kubernetes_manifest");
    expect(attribute(manifest, "manifest")).toMatchObject({ type: "dynamic", required: true });
  });

  test("is there for providers and data sources", () => {
    const provider = deriveSchema("aws", "provider", "aws");
    expect(attribute(provider, "allowed_account_ids")?.type).toEqual(["set", "string"]);
    const tags = nested(provider, "default_tags");
    expect(tags).toMatchObject({ nesting: "list" });
    expect(tags && attribute(tags.block, "tags")?.type).toEqual(["map", "string"]);
    const cluster = deriveSchema("aws", "data", "aws_eks_cluster");
    expect(attribute(cluster, "certificate_authority")?.type).toEqual(["list", ["object", { data: "string" }]]);
  });

  test("is refused for a type that the bindings do not have", () => {
    expect(() => deriveSchema("aws", "resource", "aws_kinesis_river")).toThrow(DrillError);
  });
});
