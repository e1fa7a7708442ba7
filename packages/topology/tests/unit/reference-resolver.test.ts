import { describe, expect, test } from "@jest/globals";
import { createReferenceResolver } from "../../src/stack/reference-resolver.ts";
import type { TerraformStack } from "../../src/stack/terraform-json.ts";

const identity = { accountId: "000000000000", region: "eu-west-1" };

function stackOf(changes: Partial<TerraformStack>): TerraformStack {
  return { path: "cdk.tf.json", resources: [], data: [], outputs: {}, locals: {}, variables: {}, ...changes };
}

const raw = {
  type: "aws_kinesis_stream",
  name: "raw",
  arguments: { name: "millrace-${var.stage}-raw", shard_count: 2 },
};

describe("references of a synthesized stack", () => {
  const resolver = createReferenceResolver(
    stackOf({
      resources: [
        raw,
        { type: "aws_x", name: "a", arguments: { value: "${aws_x.b.value}" } },
        { type: "aws_x", name: "b", arguments: { value: "${aws_x.a.value}" } },
      ],
      data: [{ type: "aws_caller_identity", name: "me", arguments: {} }],
      locals: { team: "platform" },
      variables: { stage: { default: "local" }, secret: { sensitive: true } },
    }),
    identity,
  );

  test("an argument of another resource is followed, through variables inside it", () => {
    expect(resolver.resolve("${aws_kinesis_stream.raw.name}", "here")).toBe("millrace-local-raw");
  });

  test("a whole reference keeps its type, a reference inside text becomes text", () => {
    expect(resolver.resolve("${aws_kinesis_stream.raw.shard_count}", "here")).toBe(2);
    expect(resolver.resolve("n=${aws_kinesis_stream.raw.shard_count}", "here")).toBe("n=2");
  });

  test("an ARN is computed from the name, account and region", () => {
    expect(resolver.resolve("${aws_kinesis_stream.raw.arn}", "here")).toBe(
      "arn:aws:kinesis:eu-west-1:000000000000:stream/millrace-local-raw",
    );
    expect(resolver.resolve("${data.aws_caller_identity.me.account_id}", "here")).toBe("000000000000");
  });

  test("signs that are doubled stand for themselves", () => {
    expect(resolver.resolve("$${local.team} of ${local.team}, %%{if}, $5", "here")).toBe(
      "${local.team} of platform, %{if}, $5",
    );
  });

  test("lists and maps are resolved in depth", () => {
    expect(resolver.resolve({ a: ["${local.team}", 1] }, "here")).toEqual({ a: ["platform", 1] });
  });

  test.each([
    ["${aws_kinesis_stream.gone.name}", /here: aws_kinesis_stream\.gone\.name refers to aws_kinesis_stream\.gone/],
    ["${aws_kinesis_stream.raw.shard_level_metrics_id}", /known only after an apply/],
    ["${upper(local.team)}", /not a plain reference/],
    ["${var.secret}", /variable "secret" has no default/],
    ["${aws_x.a.value}", /leads back to itself/],
  ])("%s is refused with the place and the reason", (expression, message) => {
    expect(() => resolver.resolve(expression, "here")).toThrow(message);
  });
});
