import { describe, expect, test } from "@jest/globals";
import { ENVIRONMENTS } from "../../src/config/environments.ts";
import type { EnvironmentName } from "../../src/config/schema.ts";
import { planText } from "../support/plan-text.ts";
import { listed, Plan, planOf } from "../synthesized-plan.ts";

/**
 * Suffixes that may follow an ARN: objects below a prefix, the streams of one log group. Nothing else has a wildcard.
 */
const allowedSuffixes = [
  "",
  "/enriched/*",
  "/bad-rows/*",
  "/errors/enriched/*",
  "/errors/bad-rows/*",
  "/aws/lambda/*", // Lambda chooses the names of dead letters
  ":*", // log streams, whose names Lambda chooses
  ":log-stream:s3",
  "/undelivered/*", // the router's, in folders by destination
];

/** Only the local stack makes its secrets. */
const secretArn = (environment: EnvironmentName, name: string) =>
  `\${${environment === "local" ? "" : "data."}aws_secretsmanager_secret.${name}.arn}`;

describe.each(ENVIRONMENTS)("permissions of %s", (environment) => {
  const plan = planOf(environment);

  test("every statement names resources of this plan, and no statement all resources", () => {
    for (const { address, statements } of plan.identityPolicies) {
      for (const statement of statements) {
        for (const resource of listed(statement.Resource)) {
          const [, reference = "", suffix = ""] = /^(\$\{[\w.-]+\.arn\})(.*)$/.exec(resource) ?? [];
          expect(`${address}: ${resource}`).toBe(`${address}: ${reference}${suffix}`);
          expect(plan.referred(reference).address).toBeDefined();
          expect(allowedSuffixes).toContain(suffix);
        }
      }
    }
  });

  test("no statement allows a family of actions", () => {
    for (const { statements } of plan.identityPolicies) {
      for (const statement of statements) {
        expect(statement.Effect).toBe("Allow");
        for (const action of listed(statement.Action)) expect(action).toMatch(/^[a-z0-9]+:[A-Za-z]+$/);
      }
    }
  });

  test("statement ids are unique within a policy, and every policy fits", () => {
    for (const { statements, text } of plan.identityPolicies) {
      const ids = statements.map((statement) => statement.Sid);
      expect(new Set(ids).size).toBe(ids.length);
      for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9]+$/);
      expect(text.length).toBeLessThan(10_240);
    }
  });

  test("the event service may write to the raw stream, read its write keys and do nothing else", () => {
    const statements = plan.statementsOf("ingest_role");
    expect(statements.flatMap((statement) => listed(statement.Resource))).toEqual([
      "${aws_kinesis_stream.raw.arn}",
      "${aws_kms_key.unmasked_key.arn}",
      secretArn(environment, "write_keys"),
    ]);
    expect(statements.flatMap((statement) => listed(statement.Action))).toEqual([
      "kinesis:PutRecords",
      "kinesis:ListShards",
      "kinesis:DescribeStreamSummary",
      "kms:GenerateDataKey",
      "secretsmanager:GetSecretValue",
    ]);
  });

  test("each secret is read by the one workload that needs it, and by its exact ARN", () => {
    const readers = plan.each("aws_iam_role").flatMap(({ name }) =>
      plan
        .statementsOf(name)
        .filter((statement) => listed(statement.Action).some((action) => action.startsWith("secretsmanager:")))
        .map(({ Action: action, Resource: resource }) => ({ name, action, resource })),
    );
    expect(readers).toEqual([
      ...(plan.json.resource.aws_lambda_function.canary === undefined
        ? []
        : [
            {
              name: "canary_role",
              action: "secretsmanager:GetSecretValue",
              resource: secretArn(environment, "canary_key"),
            },
          ]),
      {
        name: "enrichment_role",
        action: "secretsmanager:GetSecretValue",
        resource: secretArn(environment, "privacy_keys"),
      },
      { name: "ingest_role", action: "secretsmanager:GetSecretValue", resource: secretArn(environment, "write_keys") },
    ]);
  });

  test("only the service account of the event service can become its role", () => {
    const trust = JSON.parse(plan.json.resource.aws_iam_role.ingest_role.assume_role_policy).Statement[0];
    const account = plan.json.resource.kubernetes_service_account_v1.ingest_service_account;
    const { namespace, name } = account.metadata;
    const conditions = trust.Condition.StringEquals;
    const subject = Object.keys(conditions).find((key) => key.endsWith(":sub")) ?? "";
    expect(conditions[subject]).toBe(`system:serviceaccount:${namespace}:${name}`);
    expect(conditions[subject.replace(/sub$/, "aud")]).toBe("sts.amazonaws.com");
    expect(trust.Principal.Federated).toContain(subject.replace(/:sub$/, ""));
    expect(account.metadata.annotations["eks.amazonaws.com/role-arn"]).toBe("${aws_iam_role.ingest_role.arn}");
  });

  test("whoever writes to a stream may encrypt with its key, whoever reads may decrypt", () => {
    const uses = { "kinesis:PutRecords": "kms:GenerateDataKey", "kinesis:GetRecords": "kms:Decrypt" };
    for (const { name } of plan.each("aws_iam_role")) {
      const statements = plan.statementsOf(name);
      for (const [streamAction, keyAction] of Object.entries(uses)) {
        const streams = statements
          .filter((statement) => listed(statement.Action).includes(streamAction))
          .flatMap((statement) => listed(statement.Resource));
        const keys = statements
          .filter((statement) => listed(statement.Action).includes(keyAction))
          .flatMap((statement) => listed(statement.Resource));
        for (const stream of streams) expect(keys).toContain(plan.referred(stream).args.kms_key_id);
      }
    }
  });

  test("only the router reads masked events to pass them on: nobody who sees masked events may read the unmasked stream", () => {
    const readers = plan
      .each("aws_iam_role")
      .filter(({ name }) =>
        plan
          .statementsOf(name)
          .some(
            (statement) =>
              listed(statement.Action).includes("kinesis:GetRecords") &&
              listed(statement.Resource).includes("${aws_kinesis_stream.raw.arn}"),
          ),
      );
    expect(readers.map(({ name }) => name)).toEqual(["enrichment_role"]);
  });

  test("Snowflake reads what lands, with the identity of its own integration", () => {
    const { assume_role_policy: trust, name } = plan.json.resource.aws_iam_role.warehouse_role;
    const integration = "snowflake_storage_integration.warehouse_storage_integration";
    expect(JSON.parse(trust).Statement[0]).toMatchObject({
      Principal: { AWS: `\${${integration}.storage_aws_iam_user_arn}` },
      Condition: {
        StringEquals: { "sts:ExternalId": `\${${integration}.describe_output[0].storage_aws_external_id[0].value}` },
      },
    });
    const { storage_aws_role_arn: roleArn } =
      plan.json.resource.snowflake_storage_integration.warehouse_storage_integration;
    expect(roleArn).toMatch(new RegExp(`^arn:aws:iam::\\d{12}:role/${name}$`));
    const actions = plan.statementsOf("warehouse_role").flatMap((statement) => listed(statement.Action));
    expect(actions.filter((action) => /:(Put|Delete)/.test(action))).toEqual([]);
  });

  test("the only policies about all resources are those of the keys themselves, where it means the key", () => {
    const withStar = plan.all.filter(({ args }) => JSON.stringify(args).includes('\\"Resource\\":\\"*\\"'));
    expect(withStar.map(({ type }) => type)).toEqual(["aws_kms_key", "aws_kms_key"]);
  });
});

test("a secret with a key of one's own is decrypted through Secrets Manager alone, and only this secret", () => {
  const keyArn = "arn:aws:kms:eu-west-1:222222222222:key/0a1b2c3d-0000-4000-8000-000000000000";
  const secretName = "shop/keys";
  const source = { from: "secrets-manager", secretName, keyArn } as const;
  const plan = new Plan(
    planText("staging", {
      change: (config) => ({ ...config, privacyKeys: source, ingest: { ...config.ingest, writeKeys: source } }),
    }),
  );
  for (const [role, secret] of [
    ["enrichment_role", "privacy_keys"],
    ["ingest_role", "write_keys"],
  ] as const) {
    const arn = `\${data.aws_secretsmanager_secret.${secret}.arn}`;
    expect(plan.statementsOf(role).filter(({ Resource: resource }) => resource === keyArn)).toEqual([
      {
        Effect: "Allow",
        Sid: expect.stringMatching(/^Decrypt(Privacy|Write)Keys$/),
        Action: "kms:Decrypt",
        Resource: keyArn,
        Condition: {
          StringEquals: {
            "kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com",
            "kms:EncryptionContext:SecretARN": arn,
          },
        },
      },
    ]);
    expect(plan.json.data.aws_secretsmanager_secret[secret].name).toBe(secretName);
  }
});
