import { ciName, policyArn, roleArn } from "../bootstrap/roles/scope.ts";
import { GITHUB_ISSUER } from "../bootstrap/roles/ci-roles.ts";
import { privacyKeysShape, writeKeysShape } from "../config/schema.ts";
import type { EnvironmentConfig } from "../config/schema.ts";
import { AwsCallError, ProgramMissingError } from "../errors.ts";
import { type AwsAnswers, millisecondsOf } from "../programs/aws-answers.ts";
import { type Check, type Finding, inPlace, later, missing } from "./check.ts";

const CREDENTIALS = "AWS credentials";
const bootstrapOf = ({ environment }: EnvironmentConfig): string =>
  `pnpm --filter @millrace/infra bootstrap ${environment} --apply`;
const NO_IAM = ["NoSuchEntity", "NoSuchEntityException"];

const credentials: Check = {
  name: CREDENTIALS,
  look: async ({ aws, config }) => {
    const wanted = config.aws.accountId;
    try {
      const { Account: account, Arn: arn } = await aws.read("sts get-caller-identity");
      return account === wanted
        ? inPlace(arn)
        : missing(
            `they belong to account ${account}; ${config.environment} is in ${wanted}`,
            "Choose another profile (AWS_PROFILE), or put your account into infra/src/config.",
          );
    } catch (error) {
      if (error instanceof ProgramMissingError) return missing("the aws program is not on the path", error.message);
      if (!(error instanceof AwsCallError)) throw error;
      return missing(error.message, `Log in to account ${wanted}: aws sso login, or set AWS_PROFILE.`);
    }
  },
};

const stateBucket: Check = {
  name: "state bucket",
  needs: CREDENTIALS,
  look: async ({ aws, config }) => {
    const { bucket } = config.state;
    const on = ["--bucket", bucket];
    if ((await aws.find(["404", "NoSuchBucket"], "s3api head-bucket", ...on)) === undefined) {
      return missing(`${bucket} does not exist`, bootstrapOf(config));
    }
    const [versioning, encryption, block] = await Promise.all([
      aws.read("s3api get-bucket-versioning", ...on),
      aws.find(["ServerSideEncryptionConfigurationNotFoundError"], "s3api get-bucket-encryption", ...on),
      aws.find(["NoSuchPublicAccessBlockConfiguration"], "s3api get-public-access-block", ...on),
    ]);
    const faults = [
      ...(versioning.Status === "Enabled" ? [] : ["has no versions: a lost state would be lost for good"]),
      ...(encryption === undefined ? ["is not encrypted"] : []),
      ...(block?.PublicAccessBlockConfiguration?.RestrictPublicBuckets === true ? [] : ["may become public"]),
    ];
    return faults.length === 0
      ? inPlace(`${bucket}, versioned, encrypted, private`)
      : missing(`${bucket} ${faults.join(", ")}`, bootstrapOf(config));
  },
};

const roles: Check = {
  name: "roles of CI",
  needs: CREDENTIALS,
  look: async ({ aws, config, scope }) => {
    const names: Record<string, Promise<unknown>> = {
      [`identity provider ${GITHUB_ISSUER}`]: aws.find(
        NO_IAM,
        "iam get-open-id-connect-provider",
        "--open-id-connect-provider-arn",
        scope.globalArn("iam", `oidc-provider/${GITHUB_ISSUER}`),
      ),
      [policyArn(scope, "boundary")]: aws.find(NO_IAM, "iam get-policy", "--policy-arn", policyArn(scope, "boundary")),
    };
    for (const purpose of ["plan", "deploy", "routes"] as const) {
      names[roleArn(scope, purpose)] = aws.find(NO_IAM, "iam get-role", "--role-name", ciName(scope, purpose));
    }
    const wanted = Object.keys(names);
    const found = await Promise.all(Object.values(names));
    const lacking = wanted.filter((_, index) => found[index] === undefined);
    return lacking.length === 0
      ? inPlace("identity provider, boundary, plan, deploy, routes")
      : missing(`missing: ${lacking.join(", ")}`, bootstrapOf(config));
  },
};

const REPOSITORY = "image repository";

const repository: Check = {
  name: REPOSITORY,
  needs: CREDENTIALS,
  look: async ({ aws, config, scope }) => {
    const found = await aws.find(
      ["RepositoryNotFoundException"],
      "ecr describe-repositories",
      "--repository-names",
      scope.imageRepository,
    );
    const repository = found?.repositories[0];
    if (repository === undefined) return missing(`${scope.imageRepository} does not exist`, bootstrapOf(config));
    return repository.imageTagMutability === "IMMUTABLE"
      ? inPlace(scope.imageRepository)
      : missing(`${scope.imageRepository} lets a tag be moved to another image`, bootstrapOf(config));
  },
};

const image: Check = {
  name: "image of the event service",
  needs: REPOSITORY,
  look: async ({ aws, scope }) => {
    const { imageDetails: images } = await aws.read("ecr describe-images", "--repository-name", scope.imageRepository);
    const newest = images.toSorted((a, b) => millisecondsOf(b.imagePushedAt) - millisecondsOf(a.imagePushedAt))[0];
    return newest === undefined
      ? later("none was pushed yet", "The first deployment builds and pushes it.")
      : inPlace(`${images.length} pushed, the last one ${newest.imageDigest}`);
  },
};

type SecretConfig = EnvironmentConfig["privacyKeys"] | EnvironmentConfig["ingest"]["writeKeys"];

const secret = (
  what: string,
  of: (config: EnvironmentConfig) => SecretConfig,
  shape: typeof writeKeysShape | typeof privacyKeysShape,
): Check => ({
  name: `secret of the ${what}`,
  needs: CREDENTIALS,
  look: async ({ aws, config }) => {
    const configured = of(config);
    if (configured.from === "inline") return inPlace("written in the configuration");
    const name = configured.secretName;
    const on = ["--secret-id", name];
    const absent = ["ResourceNotFoundException"];
    if ((await aws.find(absent, "secretsmanager describe-secret", ...on)) === undefined) {
      return missing(`${name} does not exist`, bootstrapOf(config));
    }
    return await shapeOf(name, shape, async () => await aws.find(absent, "secretsmanager get-secret-value", ...on));
  },
});

async function shapeOf(
  name: string,
  shape: typeof writeKeysShape | typeof privacyKeysShape,
  read: () => Promise<AwsAnswers["secretsmanager get-secret-value"] | undefined>,
): Promise<Finding> {
  let value: AwsAnswers["secretsmanager get-secret-value"] | undefined;
  try {
    value = await read();
  } catch (error) {
    if (!(error instanceof AwsCallError) || error.awsCode !== "AccessDeniedException") throw error;
    return inPlace(`${name}; you may not read its value, so its shape was not looked at`);
  }
  const cure = `Put a value in the shape of infra/src/config/local.ts: aws secretsmanager put-secret-value --secret-id ${name} --secret-string file://<file>`;
  let keys: unknown;
  try {
    keys = JSON.parse(String(value?.SecretString));
  } catch {
    return missing(`${name} is not JSON`, cure);
  }
  const parsed = shape.safeParse(keys);
  if (parsed.success) return inPlace(`${name}, ${parsed.data.length} key(s)`);
  // Zod's messages of this schema tell what was found, and that may be a key.
  const places = parsed.error.issues.map(({ path }) => path.join(".") || "the whole");
  return missing(`${name} has not the shape that is read: ${[...new Set(places)].join(", ")}`, cure);
}

const certificate: Check = {
  name: "certificate",
  needs: CREDENTIALS,
  look: async ({ aws, config, now }) => {
    const { certificateArn, host } = config.ingest;
    const region = certificateArn.split(":")[3] ?? "";
    const request = `Request one in ${config.aws.region}: aws acm request-certificate --domain-name ${host} --validation-method DNS --region ${config.aws.region}; then put its ARN into ingest.certificateArn.`;
    if (region !== config.aws.region) {
      return missing(`it is in ${region}, and a load balancer in ${config.aws.region} cannot use it`, request);
    }
    const found = await aws.find(
      ["ResourceNotFoundException"],
      "acm describe-certificate",
      "--certificate-arn",
      certificateArn,
    );
    if (found === undefined) return missing(`${certificateArn} does not exist`, request);
    const {
      Status: status,
      DomainName: domain,
      SubjectAlternativeNames: others = [],
      NotAfter: notAfter,
    } = found.Certificate;
    if (status !== "ISSUED") {
      return missing(
        `its status is ${status}`,
        "Make the DNS records that prove the domain is yours: aws acm describe-certificate names them.",
      );
    }
    const end = notAfter === undefined ? Infinity : millisecondsOf(notAfter);
    if (end <= now()) return missing(`it ended ${new Date(end).toISOString()}`, request);
    return [domain, ...others].some((name) => covers(name, host))
      ? inPlace(`issued, for ${host}`)
      : missing(`it is for ${[...new Set([domain, ...others])].join(", ")}, not for ${host}`, request);
  },
};

/** True if a name of a certificate covers a host; `*` stands for one label. */
const covers = (name: string, host: string): boolean =>
  name === host || (name.startsWith("*.") && host.includes(".") && host.slice(host.indexOf(".")) === name.slice(1));

const zone: Check = {
  name: "DNS zone",
  look: async ({ config, resolveNs }) => {
    const labels = config.ingest.host.split(".");
    // A top-level domain also has name servers. They do not tell that the domain exists.
    for (let start = 0; start < labels.length - 1; start += 1) {
      const domain = labels.slice(start).join(".");
      const servers = await resolveNs(domain).catch(() => []);
      if (servers.length > 0) return inPlace(`${domain}, served by ${servers.toSorted().slice(0, 2).join(", ")}`);
    }
    return missing(
      `no zone above ${config.ingest.host} has name servers`,
      "Delegate the domain to a zone, for example of Route 53: aws route53 create-hosted-zone.",
    );
  },
};

const host: Check = {
  name: "DNS record",
  needs: "DNS zone",
  look: async ({ config, resolveHost }) => {
    const addresses = await resolveHost(config.ingest.host).catch(() => []);
    return addresses.length > 0
      ? inPlace(`${config.ingest.host} leads to ${addresses.join(", ")}`)
      : later(
          `${config.ingest.host} leads nowhere yet`,
          `After the first deployment, make it an alias of the load balancer: kubectl get ingress ingress --namespace ${config.ingest.namespace}`,
        );
  },
};

/** Checks of the AWS account and of the names that lead to it. */
export const accountChecks: readonly Check[] = [
  credentials,
  stateBucket,
  roles,
  repository,
  image,
  secret("write keys", ({ ingest }) => ingest.writeKeys, writeKeysShape),
  secret("privacy keys", ({ privacyKeys }) => privacyKeys, privacyKeysShape),
  certificate,
  zone,
  host,
];
