import { MANAGED_POLICY_MAX_VERSIONS } from "../limits.ts";
import { millisecondsOf } from "../programs/aws-answers.ts";
import type { AwsCommandLine } from "../programs/aws-command-line.ts";
import { type CiPolicy, type CiRole, GITHUB_ISSUER } from "./roles/ci-roles.ts";
import { CI_PATH } from "../names.ts";
import { policyArn, type RoleScope } from "./roles/scope.ts";
import { byAws, type Change, isSameJson, policyFile, type Step, trustFile } from "./step.ts";

const ABSENT = ["NoSuchEntity", "NoSuchEntityException"];
const AUDIENCE = "sts.amazonaws.com";

/** Lets AWS believe the identities that GitHub gives to jobs. One an account. */
export function identityProvider({ globalArn }: RoleScope): Step {
  const arn = globalArn("iam", `oidc-provider/${GITHUB_ISSUER}`);
  const on = ["--open-id-connect-provider-arn", arn];
  return {
    title: `identity provider ${GITHUB_ISSUER}`,
    pending: async (world) => {
      const aws = world?.aws;
      const found = await aws?.find(ABSENT, "iam get-open-id-connect-provider", ...on);
      if (found === undefined) {
        return [
          byAws(
            "iam",
            "create-open-id-connect-provider",
            "--url",
            `https://${GITHUB_ISSUER}`,
            "--client-id-list",
            AUDIENCE,
          ),
        ];
      }
      return found.ClientIDList?.includes(AUDIENCE)
        ? []
        : [byAws("iam", "add-client-id-to-open-id-connect-provider", ...on, "--client-id", AUDIENCE)];
    },
  };
}

/** A managed policy. A changed document becomes a new version, for which the oldest one may have to go. */
export function policyStep({ name, arn, description, document }: CiPolicy): Step {
  return {
    title: `policy ${name}`,
    pending: async (world) => {
      const aws = world?.aws;
      const found = await aws?.find(ABSENT, "iam get-policy", "--policy-arn", arn);
      if (aws === undefined || found === undefined) {
        return [
          byAws(
            "iam",
            "create-policy",
            "--policy-name",
            name,
            "--path",
            CI_PATH,
            "--description",
            description,
            "--policy-document",
            `file://${policyFile(name)}`,
          ),
        ];
      }
      const current = await aws.read(
        "iam get-policy-version",
        "--policy-arn",
        arn,
        "--version-id",
        found.Policy.DefaultVersionId,
      );
      if (isSameJson(current.PolicyVersion.Document, JSON.parse(document))) return [];
      return [
        ...(await roomForVersion(aws, arn)),
        byAws(
          "iam",
          "create-policy-version",
          "--policy-arn",
          arn,
          "--set-as-default",
          "--policy-document",
          `file://${policyFile(name)}`,
        ),
      ];
    },
  };
}

async function roomForVersion(aws: AwsCommandLine, arn: string): Promise<readonly Change[]> {
  const { Versions: versions } = await aws.read("iam list-policy-versions", "--policy-arn", arn);
  if (versions.length < MANAGED_POLICY_MAX_VERSIONS) return [];
  const [oldest] = versions
    .filter((version) => !version.IsDefaultVersion)
    .toSorted((a, b) => millisecondsOf(a.CreateDate) - millisecondsOf(b.CreateDate));
  if (oldest === undefined) return [];
  return [byAws("iam", "delete-policy-version", "--policy-arn", arn, "--version-id", oldest.VersionId)];
}

/** A role that jobs of one GitHub environment take, with exactly its policies. */
export function roleStep(scope: RoleScope, { name, description, trust, policies }: CiRole): Step {
  const on = ["--role-name", name];
  const wanted = policies.map((purpose) => policyArn(scope, purpose));
  return {
    title: `role ${name}`,
    pending: async (world) => {
      const aws = world?.aws;
      const commands: Change[] = [];
      const found = await aws?.find(ABSENT, "iam get-role", ...on);
      if (aws === undefined || found === undefined) {
        commands.push(
          byAws(
            "iam",
            "create-role",
            ...on,
            "--path",
            CI_PATH,
            "--description",
            description,
            "--assume-role-policy-document",
            `file://${trustFile(name)}`,
          ),
        );
      } else if (!isSameJson(found.Role.AssumeRolePolicyDocument, JSON.parse(trust))) {
        commands.push(
          byAws("iam", "update-assume-role-policy", ...on, "--policy-document", `file://${trustFile(name)}`),
        );
      }
      const listed =
        found === undefined ? undefined : await aws?.find(ABSENT, "iam list-attached-role-policies", ...on);
      const attached: readonly string[] = (listed?.AttachedPolicies ?? []).map(({ PolicyArn: arn }) => arn);
      for (const arn of wanted.filter((policy) => !attached.includes(policy))) {
        commands.push(byAws("iam", "attach-role-policy", ...on, "--policy-arn", arn));
      }
      for (const arn of attached.filter((policy) => !wanted.includes(policy))) {
        commands.push(byAws("iam", "detach-role-policy", ...on, "--policy-arn", arn));
      }
      return commands;
    },
  };
}
