import type { EnvironmentConfig } from "../config/schema.ts";
import type { CiRole } from "./roles/ci-roles.ts";

export interface GithubSettings {
  readonly repository: string;
  readonly config: EnvironmentConfig;
  readonly roles: readonly CiRole[];
  /** Where the private keys and the key of saved plans lie, as the script reads them. */
  readonly files: Readonly<Record<"deployKey" | "planKey" | "savedPlanKey", string>>;
  /** Address of the lake's masked events, for comparing routes. */
  readonly eventsUri: string;
}

/**
 * A script for the `gh` program: the GitHub environments with their variables and secrets. Each takes jobs of the
 * default branch only, so that no pull request reaches a role by changing a workflow.
 */
export function githubScript({ repository, config, roles, files, eventsUri }: GithubSettings): string {
  const environment = (name: string): readonly string[] => [
    `gh api --silent --method PUT repos/${repository}/environments/${name} --input - <<'JSON'`,
    '{ "deployment_branch_policy": { "protected_branches": false, "custom_branch_policies": true } }',
    "JSON",
    // A second run finds the rule there.
    `gh api --silent --method POST repos/${repository}/environments/${name}/deployment-branch-policies -f name=main || true`,
  ];
  const variable = (name: string, on: string, value: string): string =>
    `gh variable set ${name} --repo ${repository} --env ${on} --body '${value}'`;
  const secret = (name: string, on: string, file: string): string =>
    `gh secret set ${name} --repo ${repository} --env ${on} < '${file}'`;
  const lines = roles.flatMap(({ purpose, arn, githubEnvironment: on }) => [
    "",
    `# ${on}`,
    ...environment(on),
    variable("AWS_ROLE_ARN", on, arn),
    variable("AWS_REGION", on, config.aws.region),
    ...(purpose === "routes" ? [variable("ROUTES_EVENTS_URI", on, eventsUri)] : []),
    ...(purpose === "plan"
      ? [secret("SNOWFLAKE_PRIVATE_KEY", on, files.planKey), secret("SAVED_PLAN_KEY", on, files.savedPlanKey)]
      : []),
    ...(purpose === "deploy"
      ? [secret("SNOWFLAKE_PRIVATE_KEY", on, files.deployKey), secret("SAVED_PLAN_KEY", on, files.savedPlanKey)]
      : []),
  ]);
  return [
    "#!/usr/bin/env bash",
    `# GitHub's side of ${config.environment}. Who may approve a deployment is for you to add, in the settings of the environment.`,
    "set -euo pipefail",
    ...lines,
    "",
  ].join("\n");
}
