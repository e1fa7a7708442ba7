/**
 * Members that are read of the `aws` program's answers, by command:
 * https://docs.aws.amazon.com/cli/latest/reference/
 */
export interface AwsAnswers {
  "acm describe-certificate": {
    readonly Certificate: {
      readonly Status: string;
      readonly DomainName: string;
      readonly SubjectAlternativeNames?: readonly string[];
      readonly NotAfter?: AwsTime;
    };
  };
  "cloudwatch describe-alarms": {
    readonly MetricAlarms: readonly { readonly AlarmName: string; readonly StateValue: string }[];
  };
  "ec2 describe-subnets": { readonly Subnets: readonly { readonly AvailabilityZone: string }[] };
  "ecr describe-images": {
    readonly imageDetails: readonly { readonly imageDigest: string; readonly imagePushedAt: AwsTime }[];
  };
  "ecr describe-repositories": {
    readonly repositories: readonly {
      readonly imageTagMutability: string;
      readonly imageScanningConfiguration?: { readonly scanOnPush?: boolean };
    }[];
  };
  "ecr get-lifecycle-policy": { readonly lifecyclePolicyText: string };
  "eks describe-access-entry": { readonly accessEntry: { readonly kubernetesGroups?: readonly string[] } };
  "eks describe-cluster": { readonly cluster: EksCluster };
  "eks get-token": { readonly status: { readonly token: string } };
  "eks list-associated-access-policies": {
    readonly associatedAccessPolicies: readonly { readonly policyArn: string; readonly accessScope: unknown }[];
  };
  "elbv2 describe-load-balancer-attributes": {
    readonly Attributes: readonly { readonly Key: string; readonly Value: string }[];
  };
  "iam get-open-id-connect-provider": { readonly ClientIDList?: readonly string[] };
  "iam get-policy": { readonly Policy: { readonly DefaultVersionId: string } };
  "iam get-policy-version": { readonly PolicyVersion: { readonly Document: unknown } };
  "iam get-role": { readonly Role: { readonly AssumeRolePolicyDocument: unknown } };
  "iam list-attached-role-policies": { readonly AttachedPolicies: readonly { readonly PolicyArn: string }[] };
  "iam list-policy-versions": {
    readonly Versions: readonly {
      readonly VersionId: string;
      readonly IsDefaultVersion: boolean;
      readonly CreateDate: AwsTime;
    }[];
  };
  "lambda get-alias": {
    readonly FunctionVersion: string;
    readonly RoutingConfig?: { readonly AdditionalVersionWeights?: Readonly<Record<string, number>> };
    readonly Description?: string;
    readonly RevisionId?: string;
  };
  "lambda list-versions-by-function": { readonly Versions: readonly { readonly Version: string }[] };
  "resourcegroupstaggingapi get-resources": {
    readonly ResourceTagMappingList: readonly { readonly ResourceARN: string }[];
  };
  "s3api get-bucket-encryption": BucketSettings;
  "s3api get-bucket-lifecycle-configuration": BucketSettings;
  "s3api get-bucket-policy": BucketSettings;
  "s3api get-bucket-versioning": BucketSettings;
  "s3api get-public-access-block": BucketSettings;
  "s3api head-bucket": object;
  "secretsmanager describe-secret": object;
  "secretsmanager get-secret-value": { readonly SecretString?: string };
  "sts get-caller-identity": { readonly Account: string; readonly Arn: string };
}

/** Version 2 of the program prints ISO 8601; version 1 what the service sent, which may be seconds since 1970. */
type AwsTime = number | string;

/** Milliseconds since 1970. */
export const millisecondsOf = (time: AwsTime): number =>
  typeof time === "number" ? time * 1_000 : new Date(time).getTime();

export interface EksCluster {
  readonly status: string;
  readonly version: string;
  readonly endpoint: string;
  readonly certificateAuthority?: { readonly data?: string };
  readonly identity?: { readonly oidc?: { readonly issuer?: string } };
  readonly resourcesVpcConfig?: { readonly vpcId?: string };
}

/** One member each. */
export interface BucketSettings {
  readonly Status?: string;
  readonly Policy?: string;
  readonly Rules?: unknown;
  readonly ServerSideEncryptionConfiguration?: unknown;
  readonly PublicAccessBlockConfiguration?: { readonly RestrictPublicBuckets?: boolean };
}

/** A command that reads. */
export type AwsRead = keyof AwsAnswers;
