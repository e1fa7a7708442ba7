import { describe, expect, test } from "@jest/globals";
import { findLookups } from "../../src/inputs/lookup-objects.ts";
import { planText } from "../support/plan-text.ts";
import { Plan } from "../synthesized-plan.ts";

const kmsKeyArn = "arn:aws:kms:eu-west-1:111122223333:key/0b1c";
const lookup = (name: string, options: object) => ({ name, kind: "lookup", options: { ...options } });
const enrichments = {
  enrichments: [
    { name: "client" },
    lookup("product", { source: "tables/products.csv" }),
    lookup("store", { source: "s3://shop-tables/stores.ndjson" }),
    lookup("region", { source: "s3://shop-tables/stores.ndjson" }),
  ],
  environments: {
    staging: {
      product: { options: { source: "s3://shop-tables/day=1/products.csv.gz", kmsKeyArn } },
      store: { enabled: false },
    },
    dev: { store: { enabled: false }, region: { enabled: false } },
  },
};

describe("the objects that lookups read", () => {
  test("are those of the environment, each once", () => {
    expect(findLookups(enrichments, "prod")).toEqual({
      count: 3,
      objects: [{ arn: "arn:aws:s3:::shop-tables/stores.ndjson", kmsKeyArn: undefined }],
    });
    expect(findLookups(enrichments, "dev")).toEqual({ count: 1, objects: [] });
  });

  test("are read by enrichment alone, by exact ARN, and opened with the keys that options name", () => {
    const plan = new Plan(planText("staging", { enrichments }));
    const about = plan.identityPolicies.flatMap(({ address, statements }) =>
      statements.filter(({ Sid }) => /Lookups$/.test(Sid)).map(({ Action, Resource }) => [address, Action, Resource]),
    );
    const address = "aws_iam_role_policy.enrichment_role_policy";
    expect(about).toEqual([
      [
        address,
        "s3:GetObject",
        ["arn:aws:s3:::shop-tables/day=1/products.csv.gz", "arn:aws:s3:::shop-tables/stores.ndjson"],
      ],
      [address, "kms:Decrypt", kmsKeyArn],
    ]);
  });

  test("need no right where tables are in the bundle", () => {
    const sids = new Plan(planText("dev", { enrichments })).statementsOf("enrichment_role").map(({ Sid }) => Sid);
    expect(sids).not.toContain("ReadLookups");
  });
});
