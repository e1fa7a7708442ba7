import type { EnvironmentConfig } from "../../config/schema.ts";
import { BootstrapError } from "../../errors.ts";
import { bucketName, CI_PATH, prefixOf } from "../../names.ts";

/** Names of one environment, as the policies of its roles need them. */
export interface RoleScope {
  readonly environment: EnvironmentConfig["environment"];
  readonly accountId: string;
  readonly region: string;
  /** `millrace-<environment>` */
  readonly prefix: string;
  readonly stateBucket: string;
  readonly clusterName: string;
  /** Repository of the event service's image, without its registry. */
  readonly imageRepository: string;
  readonly lakeBucket: string;
  readonly routesBucket: string;
  /** Host name of the event service: the one DNS record that a deployment may write. */
  readonly host: string;
  /** Full ARN of a resource in this account and region, for example `arn("sns", "millrace-dev-*")`. */
  readonly arn: (service: string, resource: string) => string;
  /** ARN of a resource of IAM or of another service that has no regions. */
  readonly globalArn: (service: string, resource: string) => string;
  readonly bucketArn: (bucket: string, key?: string) => string;
}

const ECR_IMAGE = /^(?<accountId>\d{12})\.dkr\.ecr\.(?<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?\/(?<name>.+)$/;

export function roleScope(config: EnvironmentConfig): RoleScope {
  const { aws, environment, ingest, state } = config;
  const image = ECR_IMAGE.exec(ingest.image.repository)?.groups;
  if (image === undefined || image["accountId"] !== aws.accountId || image["region"] !== aws.region) {
    throw new BootstrapError(
      `ingest.image.repository of ${environment} is ${ingest.image.repository}: Expected a repository of this account and ` +
        `region, such as ${aws.accountId}.dkr.ecr.${aws.region}.amazonaws.com/millrace/ingest`,
    );
  }
  return {
    environment,
    accountId: aws.accountId,
    region: aws.region,
    prefix: prefixOf(environment),
    stateBucket: state.bucket,
    clusterName: ingest.cluster.name,
    imageRepository: image["name"] ?? "",
    lakeBucket: bucketName(environment, "lake", aws.accountId),
    routesBucket: bucketName(environment, "routes", aws.accountId),
    host: ingest.host,
    arn: (service, resource) => `arn:aws:${service}:${aws.region}:${aws.accountId}:${resource}`,
    globalArn: (service, resource) => `arn:aws:${service}::${aws.accountId}:${resource}`,
    bucketArn: (bucket, key) => `arn:aws:s3:::${bucket}${key === undefined ? "" : `/${key}`}`,
  };
}

/** The task of a role of CI. */
export type CiPurpose = "plan" | "deploy" | "routes";

/** A managed policy below `CI_PATH`. */
export type CiPolicyPurpose =
  | "boundary"
  | "read"
  | "read-destinations"
  | "no-values"
  | "write"
  | "write-destinations"
  | "identity"
  | "read-masked-events";

/** Name of a role or policy of CI: `millrace-<environment>-<purpose>`. */
export const ciName = ({ prefix }: RoleScope, purpose: CiPurpose | CiPolicyPurpose): string => `${prefix}-${purpose}`;

/** ARN of a role that CI takes. */
export const roleArn = (scope: RoleScope, purpose: CiPurpose): string =>
  scope.globalArn("iam", `role${CI_PATH}${ciName(scope, purpose)}`);

/** ARN of a policy of those roles. */
export const policyArn = (scope: RoleScope, purpose: CiPolicyPurpose): string =>
  scope.globalArn("iam", `policy${CI_PATH}${ciName(scope, purpose)}`);
