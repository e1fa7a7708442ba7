import { principalPolicyDocument } from "../constructs/policy.ts";
import type { AwsRead, BucketSettings } from "../programs/aws-answers.ts";
import type { RoleScope } from "./roles/scope.ts";
import { byAws, type Change, isSameJson, type Step } from "./step.ts";

/** A state that a bad deployment overwrote can be restored for so long. */
const OLD_STATES_DAYS = 365;

/** Settings of the bucket, each with the command that reads it, the one that writes it, and what has to be there. */
interface Setting {
  readonly read: Extract<AwsRead, `s3api get-${string}`>;
  /** Error code of AWS for a setting that was never made. */
  readonly absent: string;
  readonly write: readonly string[];
  /** The part of the answer that is compared. */
  readonly member: keyof BucketSettings;
  readonly wanted: unknown;
}

/**
 * The bucket of Terraform's state: versioned, encrypted, private, and by TLS only. Its region is the one the
 * configuration names for it.
 */
export function stateBucket(scope: RoleScope, region: string): Step {
  const bucket = scope.stateBucket;
  const on = ["--bucket", bucket];
  const settings = bucketSettings(scope);
  return {
    title: `state bucket ${bucket}`,
    pending: async (world) => {
      const aws = world?.aws;
      const isThere =
        aws !== undefined && (await aws.find(["404", "NoSuchBucket"], "s3api head-bucket", ...on)) !== undefined;
      const create: Change[] = isThere
        ? []
        : [
            byAws(
              "s3api",
              "create-bucket",
              ...on,
              ...(region === "us-east-1" ? [] : ["--create-bucket-configuration", `LocationConstraint=${region}`]),
            ),
          ];
      const different = await Promise.all(
        settings.map(async ({ read, absent, member, wanted, write }) => {
          const found = isThere ? await aws.find([absent], read, ...on) : undefined;
          const value: unknown = member === "Policy" ? parsed(found?.Policy) : found?.[member];
          return isSameJson(value, wanted) ? [] : [byAws("s3api", write[0] ?? "", ...on, ...write.slice(1))];
        }),
      );
      return [...create, ...different.flat()];
    },
  };
}

const parsed = (text: unknown): unknown => (typeof text === "string" ? JSON.parse(text) : undefined);

function bucketSettings({ bucketArn, stateBucket: bucket }: RoleScope): readonly Setting[] {
  const encryption = {
    Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" }, BucketKeyEnabled: false }],
  };
  const block = {
    BlockPublicAcls: true,
    IgnorePublicAcls: true,
    BlockPublicPolicy: true,
    RestrictPublicBuckets: true,
  };
  const rules = [
    {
      ID: "old-states",
      Filter: { Prefix: "" },
      Status: "Enabled",
      NoncurrentVersionExpiration: { NoncurrentDays: OLD_STATES_DAYS },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
    },
  ];
  const policy = principalPolicyDocument([
    {
      sid: "DenyPlainHttp",
      effect: "Deny",
      principal: "*",
      actions: ["s3:*"],
      resources: [bucketArn(bucket), bucketArn(bucket, "*")],
      conditions: { Bool: { "aws:SecureTransport": "false" } },
    },
  ]);
  return [
    {
      read: "s3api get-bucket-versioning",
      absent: "",
      member: "Status",
      wanted: "Enabled",
      write: ["put-bucket-versioning", "--versioning-configuration", "Status=Enabled"],
    },
    {
      read: "s3api get-bucket-encryption",
      absent: "ServerSideEncryptionConfigurationNotFoundError",
      member: "ServerSideEncryptionConfiguration",
      wanted: encryption,
      write: ["put-bucket-encryption", "--server-side-encryption-configuration", JSON.stringify(encryption)],
    },
    {
      read: "s3api get-public-access-block",
      absent: "NoSuchPublicAccessBlockConfiguration",
      member: "PublicAccessBlockConfiguration",
      wanted: block,
      write: ["put-public-access-block", "--public-access-block-configuration", JSON.stringify(block)],
    },
    {
      read: "s3api get-bucket-lifecycle-configuration",
      absent: "NoSuchLifecycleConfiguration",
      member: "Rules",
      wanted: rules,
      write: ["put-bucket-lifecycle-configuration", "--lifecycle-configuration", JSON.stringify({ Rules: rules })],
    },
    {
      read: "s3api get-bucket-policy",
      absent: "NoSuchBucketPolicy",
      member: "Policy",
      wanted: JSON.parse(policy),
      write: ["put-bucket-policy", "--policy", policy],
    },
  ];
}
