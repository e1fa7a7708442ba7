import { describe, expect, test } from "@jest/globals";
import { ENVIRONMENTS } from "../../src/config/environments.ts";
import { policyDocument } from "../../src/constructs/policy.ts";
import { environmentPlaces } from "../../src/inputs/environment-places.ts";
import { OPERATOR_TASKS, type OperatorTask, operatorStatements } from "../../src/inputs/operator-policies.ts";
import { MANAGED_POLICY_MAX_CHARACTERS } from "../../src/limits.ts";
import { isAllowed } from "../support/iam-evaluation.ts";
import { planOf } from "../synthesized-plan.ts";

const places = environmentPlaces();

describe.each(ENVIRONMENTS)("operators of %s", (environment) => {
  const place = places.find(({ name }) => name === environment);
  if (place === undefined) throw new Error(`There is no place ${environment}.`);
  const { region, accountId, lakeBucket, deadLetterBucket } = place;
  const plan = planOf(environment);
  const policyOf = (task: OperatorTask) => policyDocument(operatorStatements(place, task));
  const may = (task: OperatorTask, action: string, resource: string, context = {}) =>
    isAllowed([policyOf(task)], action, resource, context);
  const streamArn = (name: string) => `arn:aws:kinesis:${region}:${accountId}:stream/${name}`;
  const streams = plan.each("aws_kinesis_stream").map(({ args }) => String(args["name"]));
  const lake = (key: string) => `arn:aws:s3:::${lakeBucket}/${key}`;
  const letter = `arn:aws:s3:::${deadLetterBucket}/aws/lambda/m/s/2026/11/29/l`;

  test("the console may read figures, streams and enriched events, and nothing else", () => {
    for (const name of streams) expect(may("console", "kinesis:GetRecords", streamArn(name))).toBe(true);
    expect(may("console", "cloudwatch:GetMetricData", "*")).toBe(true);
    for (const folder of ["enriched", "undelivered"]) {
      expect(may("console", "s3:GetObject", lake(`${folder}/o`))).toBe(true);
    }
    expect(may("console", "s3:GetObject", lake("bad-rows/o"))).toBe(false);
    expect(may("console", "s3:GetObject", letter)).toBe(false);
    const actions = operatorStatements(place, "console").flatMap((statement) => statement.actions);
    expect(actions.filter((action) => !/:(Get|List|Describe|Decrypt)/.test(action))).toEqual([]);
  });

  test.each(OPERATOR_TASKS.filter((task) => task !== "console"))(
    "%s may read every stream of the stack and every folder that holds events",
    (task) => {
      expect(streams.length).toBeGreaterThan(3);
      for (const name of streams) expect(may(task, "kinesis:GetRecords", streamArn(name))).toBe(true);
      for (const folder of ["enriched", "undelivered", "bad-rows"]) {
        expect(may(task, "s3:GetObject", lake(`${folder}/o`))).toBe(true);
      }
      expect(may(task, "s3:GetObjectVersion", letter)).toBe(true);
      expect(may(task, "kinesis:GetRecords", streamArn("millrace-other-raw"))).toBe(false);
      expect(policyOf(task).length).toBeLessThan(MANAGED_POLICY_MAX_CHARACTERS);
    },
  );

  test("find may change nothing", () => {
    const writes = /:(Put|Delete|Send|Create|Update)/;
    const actions = operatorStatements(place, "find").flatMap((statement) => statement.actions);
    expect(actions.filter((action) => writes.test(action))).toEqual([]);
  });

  test("replay may put to streams and keep its ledger, and neither rewrite nor delete what is stored", () => {
    for (const name of streams) expect(may("replay", "kinesis:PutRecords", streamArn(name))).toBe(true);
    expect(may("replay", "s3:PutObject", lake("replays/a/state.json"))).toBe(true);
    for (const key of ["enriched/o", "privacy/erasures/e.json", "routes/routes.json"]) {
      expect(may("replay", "s3:PutObject", lake(key))).toBe(false);
    }
    expect(may("replay", "s3:DeleteObject", lake("replays/a/plan.json"))).toBe(false);
    expect(may("replay", "s3:DeleteObjectVersion", lake("enriched/o"))).toBe(false);
  });

  test("erase may rewrite and delete events in every version, and neither replays nor its own record", () => {
    for (const resource of [lake("enriched/o"), lake("undelivered/a/d/o"), lake("bad-rows/o"), letter]) {
      for (const action of ["s3:PutObject", "s3:DeleteObjectVersion"])
        expect(may("erase", action, resource)).toBe(true);
    }
    expect(may("erase", "s3:PutObject", lake("privacy/erasures/e.json"))).toBe(true);
    expect(may("erase", "s3:DeleteObject", lake("privacy/erasures/e.json"))).toBe(false);
    expect(may("erase", "s3:PutObject", lake("replays/a/state.json"))).toBe(false);
    expect(may("erase", "s3:PutObject", lake("routes/routes.json"))).toBe(false);
  });

  test("keys are used by their alias, through the services that encrypt with them, and no other way", () => {
    const key = `arn:aws:kms:${region}:${accountId}:key/1`;
    const aliases = plan.each("aws_kms_alias").map(({ args }) => String(args["name"]));
    for (const alias of aliases) {
      const through = (service: string) => ({
        "kms:ViaService": `${service}.${region}.amazonaws.com`,
        "kms:ResourceAliases": [alias],
      });
      expect(may("find", "kms:Decrypt", key, through("s3"))).toBe(true);
      expect(may("find", "kms:Decrypt", key, through("ec2"))).toBe(false);
    }
    expect(may("find", "kms:Decrypt", key, { "kms:ViaService": `s3.${region}.amazonaws.com` })).toBe(false);
  });
});
