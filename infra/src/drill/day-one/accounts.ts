import type { EnvironmentConfig } from "../../config/schema.ts";
import type { AwsCommandLine } from "../../programs/aws-command-line.ts";
import { METRICS_API, NODES } from "../stand-ins/cluster.ts";
import type { Platform } from "../stand-ins/platform.ts";

/** Resources that a platform team hands over: a certificate, subnets, and an identity provider of the cluster. */
export interface Handover {
  readonly certificateArn: string;
  readonly subnetIds: readonly string[];
}

export async function prepareAccounts(
  aws: AwsCommandLine,
  { ingest, aws: { region } }: EnvironmentConfig,
  { cluster }: Platform,
): Promise<Handover> {
  const answer = async (...command: readonly string[]): Promise<Record<string, unknown>> =>
    JSON.parse(await aws.run(command)) as Record<string, unknown>;
  const certificate = await answer("acm", "request-certificate", "--domain-name", ingest.host);
  await aws.run([
    ...["iam", "create-open-id-connect-provider", "--url", `https://${ingest.cluster.oidcIssuer}`],
    ...["--client-id-list", "sts.amazonaws.com"],
  ]);
  const vpc = (await answer("ec2", "create-vpc", "--cidr-block", "10.0.0.0/16"))["Vpc"] as { VpcId: string };
  cluster.vpcId = vpc.VpcId;
  const subnets = await Promise.all(
    ["a", "b"].map(async (zone, index) => {
      const made = await answer(
        ...["ec2", "create-subnet", "--vpc-id", vpc.VpcId, "--availability-zone", `${region}${zone}`],
        ...["--cidr-block", `10.0.${index}.0/24`],
        ...["--tag-specifications", "ResourceType=subnet,Tags=[{Key=kubernetes.io/role/elb,Value=1}]"],
      );
      return (made["Subnet"] as { SubnetId: string }).SubnetId;
    }),
  );
  return { certificateArn: String(certificate["CertificateArn"]), subnetIds: subnets };
}

/** Takes away some of what has to be there, of every place that holds something. */
export async function takeAway(
  aws: AwsCommandLine,
  { environment, ingest, privacyKeys, state, warehouse }: EnvironmentConfig,
  { cluster, snowflake }: Platform,
  { subnetIds: [subnet = ""] }: Handover,
): Promise<void> {
  const secret = privacyKeys.from === "inline" ? "" : privacyKeys.secretName;
  const [, repository = ""] = ingest.image.repository.split(/\/(.*)/);
  await Promise.all([
    aws.run(["secretsmanager", "delete-secret", "--secret-id", secret, "--force-delete-without-recovery"]),
    aws.run(["ecr", "put-image-tag-mutability", "--repository-name", repository, "--image-tag-mutability", "MUTABLE"]),
    aws.run([
      ...["s3api", "put-bucket-versioning", "--bucket", state.bucket],
      ...["--versioning-configuration", "Status=Suspended"],
    ]),
    aws.run(["ec2", "delete-tags", "--resources", subnet, "--tags", "Key=kubernetes.io/role/elb"]),
  ]);
  for (const principal of cluster.accessEntries.keys()) {
    if (principal.endsWith(`-${environment}-deploy`)) cluster.accessEntries.delete(principal);
  }
  cluster.objects.delete(METRICS_API);
  cluster.objects.set(NODES, { items: [] });
  snowflake.grants.get(warehouse.deployUser)?.delete("CREATE INTEGRATION ON ACCOUNT");
}

/** moto speaks plain HTTP and reads no condition of a policy: the one of the state's bucket would refuse everybody. */
export async function openStateBucket(aws: AwsCommandLine, { state }: EnvironmentConfig): Promise<void> {
  await aws.run(["s3api", "delete-bucket-policy", "--bucket", state.bucket]);
}
