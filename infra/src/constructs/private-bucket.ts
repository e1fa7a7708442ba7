import { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket/index.js";
import {
  S3BucketLifecycleConfiguration,
  type S3BucketLifecycleConfigurationRule,
} from "@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration/index.js";
import { S3BucketOwnershipControls } from "@cdktf/provider-aws/lib/s3-bucket-ownership-controls/index.js";
import { S3BucketPolicy } from "@cdktf/provider-aws/lib/s3-bucket-policy/index.js";
import { S3BucketPublicAccessBlock } from "@cdktf/provider-aws/lib/s3-bucket-public-access-block/index.js";
import { S3BucketServerSideEncryptionConfigurationA } from "@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration/index.js";
import { S3BucketVersioningA } from "@cdktf/provider-aws/lib/s3-bucket-versioning/index.js";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { DataKey } from "./data-key.ts";
import { type PrincipalStatement, principalPolicyDocument } from "./policy.ts";

export interface PrivateBucketProps<Key extends DataKey | undefined> {
  readonly name: string;
  /** Undefined: S3's own key, for what AWS itself writes with no other. */
  readonly key: Key;
  readonly lifecycleRules: readonly S3BucketLifecycleConfigurationRule[];
  /** The bucket is there already. Its policy, lifecycle, encryption and versioning become ours. */
  readonly isAdopted?: boolean;
  /** Days that a version is kept once another has taken its place. */
  readonly oldVersionsExpireAfter?: number;
  /** Returns permissions of other principals for the bucket of this ARN. */
  readonly statements?: (arn: string) => readonly PrincipalStatement[];
}

/** A versioned, encrypted bucket: not public, not readable over plain HTTP, not deleted by mistake. */
export class PrivateBucket<Key extends DataKey | undefined = DataKey> extends Construct {
  readonly key: Key;
  /** Depend on this to wait until other principals may write. */
  readonly policy: ITerraformDependable;
  readonly #bucket: S3Bucket;

  constructor(scope: Construct, id: string, props: PrivateBucketProps<Key>) {
    super(scope, id);
    const { name, key, lifecycleRules, isAdopted = false, oldVersionsExpireAfter = 30, statements = () => [] } = props;
    this.key = key;
    this.#bucket = new S3Bucket(this, "resource", { bucket: name, lifecycle: { preventDestroy: true } });
    if (isAdopted) this.#bucket.importFrom(name);
    const bucket = this.#bucket.id;
    const versioning = new S3BucketVersioningA(this, "versioning", {
      bucket,
      versioningConfiguration: { status: "Enabled" },
    });
    new S3BucketOwnershipControls(this, "ownership", { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } });
    const publicAccess = new S3BucketPublicAccessBlock(this, "public_access", {
      bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    new S3BucketServerSideEncryptionConfigurationA(this, "encryption", {
      bucket,
      rule: [
        key === undefined
          ? { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }
          : {
              applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: key.arn },
              // One data key per bucket instead of one KMS call per object.
              bucketKeyEnabled: true,
            },
      ],
    });
    new S3BucketLifecycleConfiguration(this, "lifecycle", {
      bucket,
      rule: [
        ...lifecycleRules,
        {
          id: "abandoned-uploads",
          status: "Enabled",
          filter: [{ prefix: "" }],
          abortIncompleteMultipartUpload: [{ daysAfterInitiation: 7 }],
        },
        {
          id: "old-versions",
          status: "Enabled",
          filter: [{ prefix: "" }],
          noncurrentVersionExpiration: [{ noncurrentDays: oldVersionsExpireAfter }],
        },
      ],
      // The provider needs versioning to be known before it writes rules about versions.
      dependsOn: [versioning],
    });
    this.policy = new S3BucketPolicy(this, "policy", {
      bucket,
      policy: principalPolicyDocument([
        {
          sid: "DenyPlainHttp",
          effect: "Deny",
          principal: "*",
          actions: ["s3:*"],
          resources: [this.#bucket.arn, `${this.#bucket.arn}/*`],
          conditions: { Bool: { "aws:SecureTransport": "false" } },
        },
        {
          sid: "DenyOldTls",
          effect: "Deny",
          principal: "*",
          actions: ["s3:*"],
          resources: [this.#bucket.arn, `${this.#bucket.arn}/*`],
          conditions: { NumericLessThan: { "s3:TlsVersion": "1.2" } },
        },
        ...statements(this.#bucket.arn),
      ]),
      // Both calls change the bucket's public state; S3 answers 409 when they meet.
      dependsOn: [publicAccess],
    });
  }

  get arn(): string {
    return this.#bucket.arn;
  }

  get id(): string {
    return this.#bucket.id;
  }

  /** The bucket's name as a reference. */
  get nameReference(): string {
    return this.#bucket.bucket;
  }
}
