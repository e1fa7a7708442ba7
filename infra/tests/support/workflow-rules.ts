import type { Json } from "../synthesized-plan.ts";

/** Workflows by the name of their file, as parsed YAML. */
export type Workflows = ReadonlyMap<string, Json>;

interface Job {
  readonly file: string;
  readonly name: string;
  readonly workflow: Json;
  readonly job: Json;
}

/** One rule: what is wrong with a job, in words. */
type Rule = (job: Job, environments: readonly string[]) => readonly string[];

const steps = ({ job }: Job): readonly Json[] => job.steps ?? [];
const triggers = ({ workflow }: Job): readonly string[] => {
  const on = workflow.on;
  return typeof on === "string" ? [on] : Array.isArray(on) ? on : Object.keys(on ?? {});
};
/** A job without permissions of its own has those of its workflow. */
const permissions = ({ job, workflow }: Job): Readonly<Record<string, string>> =>
  job.permissions ?? workflow.permissions ?? {};
const has = (job: Job, scope: string): boolean => permissions(job)[scope] === "write";
const text = (value: unknown): string => JSON.stringify(value);
const environmentOf = ({ job }: Job): string =>
  typeof job.environment === "string" ? job.environment : String(job.environment?.name ?? "");
const faultIf = (isWrong: boolean, fault: string): readonly string[] => (isWrong ? [fault] : []);

const PINNED = /^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/;

const actionsArePinned: Rule = (job) =>
  [job.job.uses, ...steps(job).map(({ uses }) => uses)]
    .filter((uses) => uses !== undefined && !String(uses).startsWith("./"))
    .filter((uses) => !PINNED.test(uses))
    .map((uses) => `${uses} is not pinned by a commit: a tag can be moved to other code`);

const codeOfPullRequestsHoldsNothing: Rule = (job) => {
  if (!triggers(job).includes("pull_request")) return [];
  const scopes = Object.entries(permissions(job)).filter(([, access]) => access === "write");
  return [
    ...scopes.map(([scope]) => `runs code of a pull request with ${scope}: write`),
    ...faultIf(environmentOf(job) !== "", "runs code of a pull request in an environment, with its secrets"),
    ...faultIf(
      /\bsecrets\.(?!GITHUB_TOKEN)|"secrets":/.test(text(job.job)),
      "runs code of a pull request with secrets",
    ),
  ];
};

const noPullRequestTarget: Rule = (job) =>
  faultIf(triggers(job).includes("pull_request_target"), "pull_request_target gives code of a fork the rights of main");

/** `workflow_run` runs main's workflow with main's rights after a pull request's: what it takes from there is data. */
const followersTakeData: Rule = (job) => {
  if (!triggers(job).includes("workflow_run")) return [];
  return steps(job).flatMap((step) => {
    const uses = String(step.uses ?? "");
    const ref = String(step.with?.ref ?? "") + String(step.with?.repository ?? "");
    const isForeign = step.with?.["run-id"] !== undefined;
    const path = String(step.with?.path ?? "");
    const commands = String(step.run ?? "");
    return [
      ...faultIf(uses.includes("/checkout@") && ref !== "", `checks out ${ref} with the rights of main`),
      ...faultIf(
        isForeign && !/^\$\{\{ runner\.temp \}\}\/untrusted$/.test(path),
        `puts files of another run into ${path === "" ? "the checkout" : path}, Expected \${{ runner.temp }}/untrusted`,
      ),
      ...faultIf(
        /(^|[|;&(]|\n)\s*(ba|z)?(sh|node|npx|pnpm|source|\.)\s+(--?\S+\s+)*"?\$\{?UNTRUSTED/.test(commands) ||
          /cd\s+"?\$\{?UNTRUSTED/.test(commands) ||
          String(step["working-directory"] ?? "").includes("untrusted"),
        "runs something of another run",
      ),
    ];
  });
};

const identitiesAreOfEnvironments: Rule = (job) =>
  has(job, "id-token") && job.job.uses === undefined
    ? [
        ...faultIf(environmentOf(job) === "", "takes an identity without an environment that says who may"),
        ...Object.entries(permissions(job))
          .filter(([scope, access]) => access === "write" && scope !== "id-token")
          .map(([scope]) => `takes an identity and ${scope}: write in one job`),
      ]
    : [];

const workflowsGiveNothing: Rule = ({ workflow, name, workflow: { jobs } }) =>
  // Once a workflow, by its first job.
  Object.keys(jobs)[0] === name
    ? [
        ...faultIf(
          workflow.permissions === undefined,
          "the workflow has no permissions, so its jobs get the repository's default",
        ),
        ...faultIf(text(workflow.permissions ?? {}).includes("write"), "the workflow gives every job a right to write"),
      ]
    : [];

/** An approval that waits holds the group of its job. */
const environmentsWaitAlone: Rule = (job) => {
  const deploys = String(job.job.uses ?? "").includes("deploy-environment") || text(job.job).includes("run rollback");
  const group = String(job.job.concurrency?.group ?? "");
  return deploys
    ? [
        ...faultIf(
          job.workflow.concurrency !== undefined,
          "the whole workflow is one concurrency group: an approval that waits blocks every environment",
        ),
        ...faultIf(!/environment/.test(group), "deploys without a concurrency group of its environment"),
        ...faultIf(job.job.concurrency?.["cancel-in-progress"] !== false, "a deployment that is cut off leaves a lock"),
      ]
    : [];
};

const environmentsAreListedOnce: Rule = (job, environments) =>
  environments
    .filter((environment) =>
      new RegExp(`"${environment}(-plan|-routes)?"`).test(text([job.job.environment, job.job.strategy, job.job.with])),
    )
    .map(
      (environment) => `names ${environment}: environments come from "pnpm --filter @millrace/infra run environments"`,
    );

const valuesComeByEnvironment: Rule = (job) =>
  steps(job)
    .filter(({ run }) => String(run ?? "").includes("${{"))
    .map(({ run }) => `puts an expression into a script, where it is code: ${String(run).split("\n")[0]}`);

const checkoutsKeepNoToken: Rule = (job) =>
  steps(job)
    .filter(({ uses }) => String(uses ?? "").includes("/checkout@"))
    .filter((step) => step.with?.["persist-credentials"] !== false && !has(job, "contents"))
    .map(() => "leaves the token of the checkout for every later step");

const jobsEnd: Rule = ({ job }) =>
  faultIf(
    job.uses === undefined && job["timeout-minutes"] === undefined,
    "has no timeout-minutes: a hang costs six hours",
  );

const rules: readonly Rule[] = [
  actionsArePinned,
  codeOfPullRequestsHoldsNothing,
  noPullRequestTarget,
  followersTakeData,
  identitiesAreOfEnvironments,
  workflowsGiveNothing,
  environmentsWaitAlone,
  environmentsAreListedOnce,
  valuesComeByEnvironment,
  checkoutsKeepNoToken,
  jobsEnd,
];

/**
 * Returns the faults of workflows, each with file and job.
 *
 * @param environments names of the environments that are deployed
 */
export function workflowFaults(workflows: Workflows, environments: readonly string[]): readonly string[] {
  return [...workflows].flatMap(([file, workflow]) =>
    Object.entries<Json>(workflow.jobs ?? {}).flatMap(([name, job]) =>
      rules
        .flatMap((rule) => rule({ file, name, workflow, job }, environments))
        .map((fault) => `${file}, job ${name}: ${fault}`),
    ),
  );
}
