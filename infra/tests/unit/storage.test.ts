import { describe, expect, test } from "@jest/globals";
import { loadConfig } from "../../src/config/load-config.ts";
import { ENVIRONMENTS } from "../../src/config/environments.ts";
import { fraud, planText, recommendations, synthesizedText } from "../support/plan-text.ts";
import { type Json, planOf, Plan } from "../synthesized-plan.ts";

describe.each(ENVIRONMENTS)("streams and buckets of %s", (environment) => {
  const plan = planOf(environment);
  const config = loadConfig(environment);

  test("every stream is encrypted with a key of ours and cannot be destroyed", () => {
    const streams = plan.each("aws_kinesis_stream");
    expect(streams.length).toBeGreaterThanOrEqual(5);
    for (const { args } of streams) {
      expect(args.encryption_type).toBe("KMS");
      expect(plan.referred(args.kms_key_id).type).toBe("aws_kms_key");
      expect(args.lifecycle).toEqual({ prevent_destroy: true });
      expect(args.retention_period).toBeGreaterThanOrEqual(24);
    }
  });

  test("capacity is what the configuration says", () => {
    const { capacity } = config.streams.raw;
    const raw = plan.json.resource.aws_kinesis_stream.raw;
    expect(raw.stream_mode_details.stream_mode).toBe(capacity.mode);
    expect(raw.shard_count).toBe(capacity.mode === "PROVISIONED" ? capacity.shards : undefined);
  });

  test("what has not been masked has a key of its own", () => {
    const { aws_kinesis_stream: streams, aws_s3_bucket_server_side_encryption_configuration: encryption } =
      plan.json.resource;
    const unmasked = "${aws_kms_key.unmasked_key.arn}";
    expect([streams.raw.kms_key_id, streams.bad_rows.kms_key_id]).toEqual([unmasked, unmasked]);
    expect(streams.enriched.kms_key_id).toBe("${aws_kms_key.masked_key.arn}");
    const keyOf = (rules: Json): string => rules.rule[0].apply_server_side_encryption_by_default.kms_master_key_id;
    expect(keyOf(encryption.dead_letters_encryption)).toBe(unmasked);
    const { bad_rows_delivery: badRows } = plan.json.resource.aws_kinesis_firehose_delivery_stream;
    expect(badRows.extended_s3_configuration.kms_key_arn).toBe(unmasked);
  });

  test("keys rotate and cannot be destroyed", () => {
    for (const { args } of plan.each("aws_kms_key")) {
      expect(args.enable_key_rotation).toBe(true);
      expect(args.lifecycle.prevent_destroy).toBe(true);
    }
  });

  test.each(plan.each("aws_s3_bucket").map(({ name }) => name))(
    "bucket %s is private, versioned and TLS only",
    (name) => {
      const part = (type: string, suffix: string): Json => plan.json.resource[type][`${name}_${suffix}`];
      expect(plan.json.resource.aws_s3_bucket[name].lifecycle).toEqual({ prevent_destroy: true });
      expect(part("aws_s3_bucket_versioning", "versioning").versioning_configuration.status).toBe("Enabled");
      expect(part("aws_s3_bucket_public_access_block", "public_access")).toMatchObject({
        block_public_acls: true,
        block_public_policy: true,
        ignore_public_acls: true,
        restrict_public_buckets: true,
      });
      expect(part("aws_s3_bucket_ownership_controls", "ownership").rule.object_ownership).toBe("BucketOwnerEnforced");
      const [rule] = part("aws_s3_bucket_server_side_encryption_configuration", "encryption").rule;
      // Load balancers write with S3's own key and no other.
      const algorithm = name === "front_door_access_logs" ? "AES256" : "aws:kms";
      expect(rule.apply_server_side_encryption_by_default.sse_algorithm).toBe(algorithm);
      const { Statement: statements } = JSON.parse(part("aws_s3_bucket_policy", "policy").policy);
      expect(statements).toContainEqual(
        expect.objectContaining({
          Effect: "Deny",
          Principal: "*",
          Resource: [`\${aws_s3_bucket.${name}.arn}`, `\${aws_s3_bucket.${name}.arn}/*`],
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        }),
      );
      const expiring = part("aws_s3_bucket_lifecycle_configuration", "lifecycle").rule.filter(
        (item: Json) => item.expiration,
      );
      expect(expiring).toHaveLength(name === "lake" ? 2 : 1);
    },
  );

  test("undelivered events in the lake are not kept longer than the dead letters of Lambda", () => {
    const daysOf = (name: string, prefix: string): number =>
      plan.json.resource.aws_s3_bucket_lifecycle_configuration[`${name}_lifecycle`].rule.find(
        (rule: Json) => rule.expiration && rule.filter[0].prefix === prefix,
      ).expiration[0].days;
    expect(daysOf("lake", "undelivered/")).toBe(daysOf("dead_letters", ""));
    expect(daysOf("lake", "undelivered/")).toBeLessThan(daysOf("lake", ""));
  });

  test("every log group has a retention and a key", () => {
    for (const { args } of plan.each("aws_cloudwatch_log_group")) {
      expect(args.retention_in_days).toBe(config.logs.retention);
      expect(args.kms_key_id).toBe("${aws_kms_key.masked_key.arn}");
    }
  });

  test("the state has its own key, lock and encryption, and nothing in the plan is a path of this machine", () => {
    expect(plan.json.terraform.backend).toEqual({
      s3: {
        bucket: config.state.bucket,
        key: `millrace/${environment}.tfstate`,
        region: config.state.region,
        encrypt: true,
        use_lockfile: true,
      },
    });
    expect(JSON.stringify(plan.json)).not.toMatch(/"\/(home|root|tmp|Users|private|work)\//);
  });

  test("providers have exact versions", () => {
    for (const { version } of Object.values<Json>(plan.json.terraform.required_providers)) {
      expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    }
  });

  test("every AWS resource gets the environment, owner and cost center as tags", () => {
    const [{ tags }] = plan.json.provider.aws[0].default_tags;
    expect(tags).toMatchObject({ environment, owner: config.tags.owner, "cost-center": config.tags.costCenter });
    expect(plan.json.provider.aws[0].allowed_account_ids).toEqual([config.aws.accountId]);
  });
});

test("what holds data keeps its address: another one would delete it and make an empty one", () => {
  const types = ["aws_kinesis_stream", "aws_kms_key", "aws_s3_bucket", "snowflake_table", "snowflake_database"];
  expect(types.flatMap((type) => planOf("prod").each(type)).map(({ address }) => address)).toEqual([
    "aws_kinesis_stream.bad_rows",
    "aws_kinesis_stream.destination_fraud-purchases",
    "aws_kinesis_stream.destination_recommendations",
    "aws_kinesis_stream.enriched",
    "aws_kinesis_stream.raw",
    "aws_kms_key.masked_key",
    "aws_kms_key.unmasked_key",
    "aws_s3_bucket.dead_letters",
    "aws_s3_bucket.front_door_access_logs",
    "aws_s3_bucket.lake",
    "snowflake_table.warehouse_bad_rows_table",
    "snowflake_table.warehouse_events_table",
    "snowflake_table.warehouse_loader_refused_lines_table",
    "snowflake_database.warehouse_database",
  ]);
});

test("another shard count in the configuration is another shard count in the plan", () => {
  const plan = new Plan(
    planText("local", {
      change: (config) => ({
        ...config,
        streams: { ...config.streams, raw: { ...config.streams.raw, capacity: { mode: "ON_DEMAND" } } },
      }),
    }),
  );
  const { raw } = plan.json.resource.aws_kinesis_stream;
  expect(raw.stream_mode_details).toEqual({ stream_mode: "ON_DEMAND" });
  expect(raw.shard_count).toBeUndefined();
});

test.each(ENVIRONMENTS)("the plan of %s has no reference that CDKTF left unresolved", (environment) => {
  expect(JSON.stringify(planOf(environment).json)).not.toContain("TfToken");
});

test("equal inputs give equal bytes, wherever they are written", () => {
  for (const environment of ENVIRONMENTS) {
    const again = synthesizedText(loadConfig(environment), [recommendations, fraud]);
    expect(JSON.parse(again)).toEqual(planOf(environment).json);
    expect(planText(environment)).toBe(again);
  }
});
