import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { policyDocument, splitByPolicySize } from "../../src/constructs/policy.ts";
import { PolicyTooLargeError } from "../../src/errors.ts";

const name = fc.stringMatching(/^[a-z-]{1,100}$/);
const arns = fc
  .array(name, { maxLength: 300 })
  .map((names) => names.map((name) => `arn:aws:kinesis:eu-central-1:123456789012:stream/${name}`));

test("splitting keeps every resource once and in order, and every part is a policy that IAM takes", () => {
  fc.assert(
    fc.property(arns, (resources) => {
      const parts = splitByPolicySize(resources, (arn) => arn.length);
      expect(parts.flat()).toEqual(resources);
      for (const part of parts) {
        const actions = ["kinesis:PutRecords", "kinesis:ListShards", "kinesis:DescribeStreamSummary"];
        const document = policyDocument([{ sid: "WriteDestinations", actions, resources: part }]);
        expect(document.length).toBeLessThanOrEqual(6_144);
      }
    }),
    { numRuns: 200 },
  );
});

test("no part is begun while the last one has room", () => {
  const parts = splitByPolicySize(
    Array.from({ length: 120 }, (_, index) => index),
    () => 100,
  );
  expect(parts.map((part) => part.length)).toEqual([55, 55, 10]);
});

test("more than a role may hold is refused instead of cut", () => {
  expect(() =>
    splitByPolicySize(
      Array.from({ length: 700 }, (_, index) => index),
      () => 120,
    ),
  ).toThrow(PolicyTooLargeError);
});
