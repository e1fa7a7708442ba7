import { afterAll, describe, expect, test } from "@jest/globals";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig, validateConfig } from "../../src/config/load-config.ts";
import { ENVIRONMENTS } from "../../src/config/environments.ts";
import { seconds } from "../../src/config/units.ts";
import { ConfigError } from "../../src/errors.ts";
import { synthesize } from "../../src/synthesize.ts";
import { artifacts, compiledRoutes, planText, recommendations } from "../support/plan-text.ts";
import { type Json, listed, Plan, planOf } from "../synthesized-plan.ts";

const withReload = new Plan(
  planText("staging", { change: (config) => ({ ...config, routeReload: { checkEvery: seconds(30) } }) }),
);
const { resource } = withReload.json;

describe.each(ENVIRONMENTS)("hot reload of routes in %s", (environment) => {
  test("is off: nothing in the plan speaks of it", () => {
    expect(JSON.stringify(planOf(environment).json)).not.toMatch(/ROUTES_URL|published_routes/);
  });
});

describe("hot reload of routes, asked for", () => {
  test("tells the router where to look and how often, by reference to what the deployment puts there", () => {
    expect(resource.aws_lambda_function.router.environment.variables).toMatchObject({
      ROUTES_URL: "s3://${aws_s3_object.published_routes_object.bucket}/${aws_s3_object.published_routes_object.key}",
      ROUTES_CHECK_SECONDS: "30",
    });
    expect(resource.aws_lambda_function.enrichment.environment.variables).not.toHaveProperty("ROUTES_URL");
  });

  test("has a bucket of its own, private, versioned and encrypted, whose present version never expires", () => {
    const name = "published_routes_bucket";
    expect(resource.aws_s3_bucket[name].bucket).toBe("millrace-staging-routes-222222222222");
    expect(resource.aws_s3_bucket_versioning[`${name}_versioning`].versioning_configuration.status).toBe("Enabled");
    expect(resource.aws_s3_bucket_public_access_block[`${name}_public_access`].restrict_public_buckets).toBe(true);
    const { rule } = resource.aws_s3_bucket_lifecycle_configuration[`${name}_lifecycle`];
    expect(rule.filter((item: Json) => item.expiration)).toEqual([]);
  });

  test("puts the routes of the deployment there, after the streams that they name", () => {
    const object = resource.aws_s3_object.published_routes_object;
    expect(object).toMatchObject({
      key: "routes.json",
      source: "routes.json",
      source_hash: createHash("sha256").update(compiledRoutes).digest("base64"),
    });
    expect(object.depends_on).toContain("aws_kinesis_stream.destination_recommendations");
  });

  test("lets the router read exactly that object, and nobody of ours write it", () => {
    const bucket = "${aws_s3_bucket.published_routes_bucket.arn}";
    const about = withReload.identityPolicies.flatMap(({ address, statements }) =>
      statements
        .filter((statement) => listed(statement.Resource).some((item) => item.startsWith(bucket)))
        .map((statement) => [address, statement.Action, statement.Resource]),
    );
    expect(about).toEqual([
      ["aws_iam_role_policy.router_role_policy", "s3:GetObject", `${bucket}/routes.json`],
      ["aws_iam_role_policy.router_role_policy", "s3:ListBucket", bucket],
    ]);
    expect(withReload.statementsOf("router_role")).toContainEqual(
      expect.objectContaining({ Action: "kms:Decrypt", Sid: "DecryptThroughS3WithMaskedKey" }),
    );
  });

  test.each([0, 3_601, 1.5])("an interval of %d seconds is refused", (checkEvery) => {
    const config = { ...loadConfig("staging"), routeReload: { checkEvery } };
    expect(() => validateConfig("staging", config)).toThrow(ConfigError);
    expect(() => validateConfig("staging", config)).toThrow("routeReload.checkEvery: Expected seconds from 1 to 3600");
  });
});

describe("the file that Terraform uploads", () => {
  const outDir = mkdtempSync(join(tmpdir(), "millrace-routes-file-"));
  afterAll(() => rmSync(outDir, { recursive: true }));

  test("lies beside the plan, byte for byte, where routes are reloaded and nowhere else", () => {
    synthesize({
      outDir,
      configs: [{ ...loadConfig("dev"), routeReload: { checkEvery: seconds(60) } }, loadConfig("staging")],
      artifactsFor: () => artifacts,
      routeDocuments: [recommendations],
      compiledRoutes: () => compiledRoutes,
      contractViews: [],
    });
    expect(readFileSync(join(outDir, "stacks/dev/routes.json"), "utf8")).toBe(compiledRoutes);
    expect(existsSync(join(outDir, "stacks/staging/routes.json"))).toBe(false);
  });
});
