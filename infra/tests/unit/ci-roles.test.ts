import { describe, expect, test } from "@jest/globals";
import { destinationKinds } from "@millrace/destinations/kinds";
import { ciPolicies, ciRoles } from "../../src/bootstrap/roles/ci-roles.ts";
import { type CiPurpose, roleScope } from "../../src/bootstrap/roles/scope.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import type { EnvironmentName } from "../../src/config/schema.ts";
import { BootstrapError } from "../../src/errors.ts";
import type { RouteDocument } from "../../src/inputs/route-destinations.ts";
import { MANAGED_POLICY_MAX_CHARACTERS } from "../../src/limits.ts";
import { isAllowed } from "../support/iam-evaluation.ts";
import { type Account, callsOfEveryPlan, terraformCalls } from "../support/terraform-calls.ts";
import { planText, recommendations } from "../support/plan-text.ts";
import { listed, Plan } from "../synthesized-plan.ts";

const environments = (["dev", "staging", "prod"] as const).map((environment) => [environment] as const);

const scopeOf = (environment: EnvironmentName) => roleScope(loadConfig(environment));
const accountOf = (environment: EnvironmentName): Account => scopeOf(environment);

/** The policies of a role, as documents. */
function policiesOf(environment: EnvironmentName, purpose: CiPurpose): readonly string[] {
  const scope = scopeOf(environment);
  const role = ciRoles(scope, "shop/millrace").find((one) => one.purpose === purpose);
  return ciPolicies(scope)
    .filter((policy) => role?.policies.includes(policy.purpose))
    .map(({ document }) => document);
}

/** A route to a destination of each kind, so that the roles are judged by all of them. */
const everyKind: RouteDocument = {
  application: "all",
  owner: "team-all",
  routes: Object.values(destinationKinds).map(({ kind, property }) => {
    const destination = { [property]: `all-${kind}` } as unknown as RouteDocument["routes"][number]["destination"];
    return { name: kind, destination };
  }),
};
const planWithKinds = (environment: EnvironmentName): Plan =>
  new Plan(planText(environment, { documents: [recommendations, everyKind] }));

const awsResources = (environment: EnvironmentName) =>
  planWithKinds(environment).all.filter(({ type }) => type.startsWith("aws_"));

describe.each(environments)("the roles of CI in %s", (environment) => {
  const account = accountOf(environment);

  test("know every type of resource in the stack", () => {
    const types = new Set(awsResources(environment).map(({ type }) => type));
    expect([...types].filter((type) => !(type in terraformCalls))).toEqual([]);
  });

  test.each(["plan", "deploy"] as const)("%s may read all of them", (purpose) => {
    const policies = policiesOf(environment, purpose);
    const refused = awsResources(environment).flatMap((resource) => {
      const calls = terraformCalls[resource.type];
      const arn = calls?.arn(resource, account) ?? "";
      return (calls?.read ?? [])
        .filter((action) => !isAllowed(policies, action, arn, calls?.context?.(resource, account)))
        .map((action) => `${action} on ${arn} for ${resource.address}`);
    });
    expect(refused).toEqual([]);
    expect(callsOfEveryPlan.filter((action) => !isAllowed(policies, action, "*"))).toEqual([]);
  });

  test("deploy may write all of them, plan none", () => {
    const [deploy, plan] = [policiesOf(environment, "deploy"), policiesOf(environment, "plan")];
    const wrong = awsResources(environment).flatMap((resource) => {
      const calls = terraformCalls[resource.type];
      const arn = calls?.arn(resource, account) ?? "";
      const context = calls?.context?.(resource, account) ?? {};
      return (calls?.write ?? [])
        .filter((action) => !isAllowed(deploy, action, arn, context) || isAllowed(plan, action, arn, context))
        .map((action) => `${action} on ${arn} for ${resource.address}`);
    });
    expect(wrong).toEqual([]);
  });

  test("every role of the stack carries the boundary, and its policies stay within it", () => {
    const plan = planWithKinds(environment);
    const boundary = ciPolicies(scopeOf(environment)).find(({ purpose }) => purpose === "boundary");
    for (const { args } of plan.each("aws_iam_role")) expect(args.permissions_boundary).toBe(boundary?.arn);
    const outside = plan.identityPolicies.flatMap(({ address, statements }) =>
      statements.flatMap(({ Action }) =>
        listed(Action)
          .filter(
            (action) =>
              !JSON.parse(boundary?.document ?? "").Statement.some((statement: { Action: string }) =>
                listed(statement.Action).includes(action),
              ),
          )
          .map((action) => `${address}: ${action}`),
      ),
    );
    expect(outside).toEqual([]);
  });

  test("no policy exceeds the size that IAM takes, and each role has fewer policies than IAM attaches", () => {
    for (const { document } of ciPolicies(scopeOf(environment))) {
      expect(document.length).toBeLessThanOrEqual(MANAGED_POLICY_MAX_CHARACTERS);
    }
    for (const { policies } of ciRoles(scopeOf(environment), "shop/millrace")) expect(policies.length).toBeLessThan(10);
  });

  test("no role may touch another environment, its own rights, or the state of others", () => {
    const other = accountOf(environment === "dev" ? "staging" : "dev");
    const self = { ...account, prefix: other.prefix };
    const boundary = {
      "iam:PermissionsBoundary": `arn:aws:iam::${account.accountId}:policy/millrace-ci/millrace-${environment}-boundary`,
    };
    const forbidden: readonly (readonly [string, string])[] = [
      ["kinesis:DeleteStream", `arn:aws:kinesis:${self.region}:${self.accountId}:stream/${other.prefix}-raw`],
      ["lambda:UpdateFunctionCode", `arn:aws:lambda:${self.region}:${self.accountId}:function:${other.prefix}-router`],
      ["iam:PutRolePolicy", `arn:aws:iam::${self.accountId}:role/millrace-ci/millrace-${environment}-deploy`],
      ["iam:AttachRolePolicy", `arn:aws:iam::${self.accountId}:role/millrace-ci/millrace-${environment}-deploy`],
      ["iam:CreatePolicyVersion", `arn:aws:iam::${self.accountId}:policy/millrace-ci/millrace-${environment}-boundary`],
      ["iam:DeleteRolePermissionsBoundary", `arn:aws:iam::${self.accountId}:role/millrace-${environment}-router`],
      ["iam:CreateUser", `arn:aws:iam::${self.accountId}:user/millrace-${environment}-me`],
      ["iam:PassRole", `arn:aws:iam::${self.accountId}:role/administrator`],
      ["s3:PutBucketPolicy", `arn:aws:s3:::millrace-${environment}-terraform-state`],
      ["s3:DeleteObject", `arn:aws:s3:::millrace-${environment}-terraform-state/millrace/${environment}.tfstate`],
    ];
    for (const purpose of ["plan", "deploy", "routes"] as const) {
      const policies = policiesOf(environment, purpose);
      const allowed = forbidden.filter(([action, arn]) => isAllowed(policies, action, arn, boundary));
      expect(allowed).toEqual([]);
    }
  });

  test("a deployment writes the DNS record of its own host and no other", () => {
    const policies = policiesOf(environment, "deploy");
    const mayWrite = (name: string): boolean =>
      isAllowed(policies, "route53:ChangeResourceRecordSets", "arn:aws:route53:::hostedzone/Z0", {
        "route53:ChangeResourceRecordSetsNormalizedRecordNames": name,
      });
    expect([mayWrite(scopeOf(environment).host), mayWrite("shop.example")]).toEqual([true, false]);
  });

  test("a role without the boundary cannot be made", () => {
    const arn = `arn:aws:iam::${account.accountId}:role/millrace-${environment}-router`;
    const policies = policiesOf(environment, "deploy");
    expect(isAllowed(policies, "iam:CreateRole", arn)).toBe(false);
    expect(
      isAllowed(policies, "iam:CreateRole", arn, {
        "iam:PermissionsBoundary": "arn:aws:iam::aws:policy/AdministratorAccess",
      }),
    ).toBe(false);
  });

  test("a role can be handed to Lambda and Firehose only", () => {
    const arn = `arn:aws:iam::${account.accountId}:role/millrace-${environment}-router`;
    const policies = policiesOf(environment, "deploy");
    expect(isAllowed(policies, "iam:PassRole", arn, { "iam:PassedToService": "lambda.amazonaws.com" })).toBe(true);
    expect(isAllowed(policies, "iam:PassRole", arn, { "iam:PassedToService": "ec2.amazonaws.com" })).toBe(false);
  });

  test("no role reads a secret's value or an event before masking", () => {
    const { lakeBucket, arn, bucketArn } = scopeOf(environment);
    const reads: readonly (readonly [string, string])[] = [
      ["secretsmanager:GetSecretValue", arn("secretsmanager", `secret:millrace/${environment}/privacy-keys-AbCdEf`)],
      ["kinesis:GetRecords", arn("kinesis", `stream/millrace-${environment}-raw`)],
      ["s3:GetObject", bucketArn(lakeBucket, "bad-rows/date=2026-01-01/hour=00/x.json.gz")],
      ["s3:GetObject", bucketArn(lakeBucket.replace("lake", "dead-letters"), "x")],
    ];
    for (const purpose of ["plan", "deploy", "routes"] as const) {
      const policies = policiesOf(environment, purpose);
      expect(reads.filter(([action, resource]) => isAllowed(policies, action, resource))).toEqual([]);
    }
  });

  test("plan reads the state and writes neither it nor its lock", () => {
    const policies = policiesOf(environment, "plan");
    const { bucketArn, stateBucket } = scopeOf(environment);
    const state = bucketArn(stateBucket, `millrace/${environment}.tfstate`);
    expect(isAllowed(policies, "s3:GetObject", state)).toBe(true);
    expect(isAllowed(policies, "s3:PutObject", state)).toBe(false);
    expect(isAllowed(policies, "s3:PutObject", `${state}.tflock`)).toBe(false);
  });

  test("plan keeps a secret's value hidden even when somebody attaches ReadOnlyAccess", () => {
    const readOnly = JSON.stringify({ Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] });
    const policies = [...policiesOf(environment, "plan"), readOnly];
    expect(isAllowed(policies, "secretsmanager:GetSecretValue", "arn:aws:secretsmanager:x")).toBe(false);
    expect(isAllowed(policies, "kinesis:GetRecords", "arn:aws:kinesis:x")).toBe(false);
  });

  test("each role trusts jobs of one GitHub environment of one repository", () => {
    const subjects = ciRoles(scopeOf(environment), "shop/millrace").map(
      ({ trust }) => JSON.parse(trust).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"],
    );
    expect(subjects).toEqual([
      `repo:shop/millrace:environment:${environment}-plan`,
      `repo:shop/millrace:environment:${environment}`,
      `repo:shop/millrace:environment:${environment}-routes`,
    ]);
  });
});

test("an image repository of another account is refused with what is expected", () => {
  const dev = loadConfig("dev");
  const image = { ...dev.ingest.image, repository: "ghcr.io/shop/ingest" };
  const attempt = () => roleScope({ ...dev, ingest: { ...dev.ingest, image } });
  expect(attempt).toThrow(BootstrapError);
  expect(attempt).toThrow("111111111111.dkr.ecr.eu-west-1.amazonaws.com/millrace/ingest");
});
