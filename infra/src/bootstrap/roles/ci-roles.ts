import {
  type PrincipalStatement,
  policyDocument,
  principalPolicyDocument,
  type Statement,
} from "../../constructs/policy.ts";
import { PolicyTooLargeError } from "../../errors.ts";
import { MANAGED_POLICY_MAX_CHARACTERS } from "../../limits.ts";
import { boundaryStatements } from "./boundary.ts";
import { readDestinations, writeDestinations } from "./destination-statements.ts";
import { readStatements, taggedOurs } from "./read-statements.ts";
import { type CiPolicyPurpose, type CiPurpose, ciName, policyArn, roleArn, type RoleScope } from "./scope.ts";
import { identityStatements, writeStatements } from "./write-statements.ts";

/** Issuer of the identities that GitHub gives to jobs. https://docs.github.com/actions/security-for-github-actions */
export const GITHUB_ISSUER = "token.actions.githubusercontent.com";

/** A managed policy, as a document. */
export interface CiPolicy {
  readonly purpose: CiPolicyPurpose;
  readonly name: string;
  readonly arn: string;
  readonly description: string;
  readonly document: string;
}

/** A role that CI takes. */
export interface CiRole {
  readonly purpose: CiPurpose;
  readonly name: string;
  readonly arn: string;
  readonly description: string;
  /** The GitHub environment whose jobs may take the role. */
  readonly githubEnvironment: string;
  readonly trust: string;
  readonly policies: readonly CiPolicyPurpose[];
}

/** The GitHub environment of a purpose: approvals are a rule of the one that deploys. */
export const githubEnvironment = (environment: string, purpose: CiPurpose): string =>
  purpose === "deploy" ? environment : `${environment}-${purpose}`;

/** The policies of one environment's roles, each within the size that IAM takes. @throws PolicyTooLargeError */
export function ciPolicies(scope: RoleScope): readonly CiPolicy[] {
  const policy = (purpose: CiPolicyPurpose, description: string, statements: readonly Statement[]): CiPolicy => {
    const name = ciName(scope, purpose);
    const document = policyDocument(statements);
    checkSize(name, document);
    return { purpose, name, arn: policyArn(scope, purpose), description, document };
  };
  return [
    policy("boundary", "The most that a role of the pipeline may do", boundaryStatements(scope)),
    policy("read", "What Terraform reads to compare", readStatements(scope)),
    policy("read-destinations", "What Terraform reads of destinations", readDestinations(scope)),
    policy("no-values", "No value of a secret and no event", noValues()),
    policy("write", "What a deployment changes", writeStatements(scope)),
    policy("write-destinations", "What a deployment changes of destinations", writeDestinations(scope)),
    policy("identity", "Roles within the boundary, and keys", identityStatements(scope)),
    policy("read-masked-events", "What comparing routes reads", readMaskedEvents(scope)),
  ];
}

/**
 * The roles of one environment. `plan` sees settings, `deploy` changes what has this environment's names, `routes`
 * reads the masked events of the lake.
 *
 * @param repository `owner/name` on GitHub
 */
export function ciRoles(scope: RoleScope, repository: string): readonly CiRole[] {
  const role = (purpose: CiPurpose, description: string, policies: readonly CiPolicyPurpose[]): CiRole => {
    const jobs = githubEnvironment(scope.environment, purpose);
    return {
      purpose,
      name: ciName(scope, purpose),
      arn: roleArn(scope, purpose),
      description,
      githubEnvironment: jobs,
      trust: principalPolicyDocument([trustJobs(scope, repository, jobs)]),
      policies,
    };
  };
  return [
    role("plan", "CI: compares the plan with what is there", ["read", "read-destinations", "no-values"]),
    role("deploy", "CI: applies a plan that was approved", [
      "read",
      "read-destinations",
      "write",
      "write-destinations",
      "identity",
    ]),
    role("routes", "CI: reads masked events to compare routes", ["read-masked-events"]),
  ];
}

/** Only a job of this GitHub environment: the branch that may use it is a rule of the environment. */
function trustJobs({ globalArn }: RoleScope, repository: string, jobs: string): PrincipalStatement {
  return {
    sid: "JobsOfOneEnvironment",
    principal: { Federated: globalArn("iam", `oidc-provider/${GITHUB_ISSUER}`) },
    actions: ["sts:AssumeRoleWithWebIdentity"],
    conditions: {
      StringEquals: {
        [`${GITHUB_ISSUER}:aud`]: "sts.amazonaws.com",
        [`${GITHUB_ISSUER}:sub`]: `repo:${repository}:environment:${jobs}`,
      },
    },
  };
}

/** Holds even where somebody attaches a policy such as ReadOnlyAccess to the role later. */
const noValues = (): readonly Statement[] => [
  {
    effect: "Deny",
    sid: "NoValueOfASecret",
    actions: ["secretsmanager:BatchGetSecretValue", "secretsmanager:GetSecretValue", "ssm:GetParameter*"],
    resources: ["*"],
  },
  {
    effect: "Deny",
    sid: "NoEvents",
    actions: ["kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:SubscribeToShard"],
    resources: ["*"],
  },
];

function readMaskedEvents(scope: RoleScope): readonly Statement[] {
  const { arn, bucketArn, lakeBucket } = scope;
  return [
    { sid: "ReadMaskedEvents", actions: ["s3:GetObject"], resources: [bucketArn(lakeBucket, "enriched/*")] },
    {
      sid: "ListMaskedEvents",
      actions: ["s3:ListBucket"],
      resources: [bucketArn(lakeBucket)],
      conditions: { StringLike: { "s3:prefix": ["enriched/*"] } },
    },
    {
      sid: "DecryptMaskedEvents",
      actions: ["kms:Decrypt"],
      resources: [arn("kms", "key/*")],
      conditions: {
        StringEquals: { ...taggedOurs(scope), "kms:ViaService": `s3.${scope.region}.amazonaws.com` },
        "ForAnyValue:StringEquals": { "kms:ResourceAliases": `alias/${scope.prefix}-masked` },
      },
    },
  ];
}

function checkSize(name: string, document: string): void {
  const size = document.replaceAll(/\s/g, "").length;
  if (size > MANAGED_POLICY_MAX_CHARACTERS) {
    throw new PolicyTooLargeError(
      `The policy ${name} has ${size} characters; IAM takes ${MANAGED_POLICY_MAX_CHARACTERS}. ` +
        "Move statements into another policy in infra/src/bootstrap/roles.",
    );
  }
}
