import { describe, expect, test } from "@jest/globals";
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parse } from "yaml";
import { loadConfig } from "../../src/config/load-config.ts";
import { ENVIRONMENTS } from "../../src/config/environments.ts";
import { ciRoles } from "../../src/bootstrap/roles/ci-roles.ts";
import { roleScope } from "../../src/bootstrap/roles/scope.ts";
import type { Json } from "../synthesized-plan.ts";
import { workflowFaults, type Workflows } from "../support/workflow-rules.ts";

const folder = join(import.meta.dirname, "../../../.github");
const read = (path: string): Json => parse(readFileSync(path, "utf8"), { merge: true });
const workflows: Workflows = new Map(
  globSync(join(folder, "workflows/*.yml")).map((path) => [basename(path), read(path)] as const),
);
const deployed = ENVIRONMENTS.filter((name) => name !== "local");

test("the workflows of this repository keep every rule", () => {
  expect(workflows.size).toBeGreaterThan(5);
  expect(workflowFaults(workflows, deployed)).toEqual([]);
});

test("composite actions pin what they use, too", () => {
  const uses = globSync(join(folder, "actions/*/action.yml")).flatMap((path) =>
    read(path).runs.steps.flatMap((step: Json) => step.uses ?? []),
  );
  expect(uses.filter((name: string) => !/@[0-9a-f]{40}$/.test(name))).toEqual([]);
});

const PIN = "a".repeat(40);
const job = (part: object): Json => ({ "runs-on": "x", "timeout-minutes": 5, ...part });
const workflow = (on: Json, jobs: object, rest: object = {}): Json => ({ on, permissions: {}, ...rest, jobs });
const faults = (content: Json): string => workflowFaults(new Map([["x.yml", content]]), deployed).join("\n");

describe("a workflow is refused when", () => {
  const cases: readonly (readonly [string, Json, string])[] = [
    [
      "an action is named by a tag",
      workflow("push", { a: job({ steps: [{ uses: "actions/cache@v5" }] }) }),
      "actions/cache@v5 is not pinned",
    ],
    [
      "code of a pull request runs with an identity",
      workflow("pull_request", { a: job({ permissions: { "id-token": "write" } }) }),
      "code of a pull request with id-token: write",
    ],
    [
      "a job of a pull request inherits an identity from its workflow",
      workflow("pull_request", { a: job({}) }, { permissions: { "id-token": "write" } }),
      "code of a pull request with id-token: write",
    ],
    [
      "code of a pull request runs in an environment",
      workflow("pull_request", { a: job({ environment: "x-plan" }) }),
      "in an environment",
    ],
    [
      "code of a pull request runs with a secret",
      workflow("pull_request", { a: job({ env: { KEY: "${{ secrets.KEY }}" } }) }),
      "code of a pull request with secrets",
    ],
    [
      "a called workflow of a pull request inherits secrets",
      workflow({ pull_request: {} }, { a: { uses: "./.github/workflows/y.yml", secrets: "inherit" } }),
      "code of a pull request with secrets",
    ],
    [
      "it runs on pull_request_target",
      workflow("pull_request_target", { a: job({}) }),
      "gives code of a fork the rights of main",
    ],
    [
      "a follower checks out the pull request",
      workflow("workflow_run", {
        a: job({
          steps: [
            {
              uses: `actions/checkout@${PIN}`,
              with: { ref: "${{ github.event.workflow_run.head_sha }}", "persist-credentials": false },
            },
          ],
        }),
      }),
      "with the rights of main",
    ],
    [
      "a follower unpacks the pull request's files over main's",
      workflow("workflow_run", {
        a: job({ steps: [{ uses: `actions/download-artifact@${PIN}`, with: { "run-id": 1 } }] }),
      }),
      "puts files of another run into the checkout",
    ],
    [
      "a follower runs a script of the pull request",
      workflow("workflow_run", { a: job({ steps: [{ run: 'ls\nbash "$UNTRUSTED/run.sh"' }] }) }),
      "runs something of another run",
    ],
    [
      "a job takes an identity outside an environment",
      workflow("push", { a: job({ permissions: { "id-token": "write" } }) }),
      "without an environment",
    ],
    [
      "a job takes an identity and may write to the repository",
      workflow("push", { a: job({ environment: "x", permissions: { "id-token": "write", contents: "write" } }) }),
      "takes an identity and contents: write",
    ],
    ["it says nothing of permissions", { on: "push", jobs: { a: job({}) } }, "has no permissions"],
    [
      "every job gets a right to write",
      workflow("push", { a: job({}) }, { permissions: { contents: "write" } }),
      "gives every job a right to write",
    ],
    [
      "an approval that waits blocks every environment",
      workflow(
        "push",
        {
          a: {
            uses: "./.github/workflows/deploy-environment.yml",
            concurrency: { group: "deploy-${{ matrix.environment }}", "cancel-in-progress": false },
          },
        },
        { concurrency: "deploy" },
      ),
      "blocks every environment",
    ],
    [
      "environments share a group",
      workflow("push", {
        a: {
          uses: "./.github/workflows/deploy-environment.yml",
          concurrency: { group: "deploy", "cancel-in-progress": false },
        },
      }),
      "without a concurrency group of its environment",
    ],
    [
      "a deployment may be cut off",
      workflow("push", {
        a: { uses: "./.github/workflows/deploy-environment.yml", concurrency: { group: "${{ matrix.environment }}" } },
      }),
      "leaves a lock",
    ],
    [
      "an environment is named",
      workflow("push", { a: job({ strategy: { matrix: { environment: ["dev", "staging"] } } }) }),
      "names staging",
    ],
    [
      "an expression becomes part of a script",
      workflow("push", { a: job({ steps: [{ run: "echo ${{ github.event.head_commit.message }}" }] }) }),
      "where it is code",
    ],
    [
      "a checkout leaves its token",
      workflow("push", { a: job({ steps: [{ uses: `actions/checkout@${PIN}` }] }) }),
      "leaves the token",
    ],
    ["a job has no end", workflow("push", { a: { "runs-on": "x" } }), "has no timeout-minutes"],
  ];
  test.each(cases)("%s", (_name, content, fault) => {
    expect(faults(content)).toContain(fault);
  });
});

describe("what is applied", () => {
  const { plan, apply } = workflows.get("deploy-environment.yml").jobs;

  test("is planned before the environment asks for approval, by the role that only reads", () => {
    expect(apply.needs).toBe("plan");
    expect([plan.environment, apply.environment]).toEqual([
      "${{ inputs.environment }}-plan",
      "${{ inputs.environment }}",
    ]);
    expect(plan.steps.some(({ run }: Json) => /run plan .*--read-only/.test(run ?? ""))).toBe(true);
  });

  test("is the plan file that the approver saw, which leaves its machine sealed", () => {
    const made = plan.steps.find(({ run }: Json) => /run plan /.test(run ?? ""));
    expect(made.run).toMatch(/--seal\b/);
    expect(made.run).toContain("GITHUB_STEP_SUMMARY");
    expect(apply.steps.some(({ run }: Json) => /run apply "\$ENVIRONMENT" --from/.test(run ?? ""))).toBe(true);
    expect(JSON.stringify(apply)).not.toMatch(/run (plan|deploy) /);
  });
});

test("the roles of CI trust the environments that the workflows use", () => {
  const used = [...workflows.values()]
    .flatMap(({ jobs }) => Object.values<Json>(jobs))
    .flatMap(({ environment }) => environment ?? [])
    .filter((name) => name.includes("${{"))
    .map((name) => name.replaceAll(/\$\{\{[^}]+\}\}/g, "dev"));
  const trusted = ciRoles(roleScope(loadConfig("dev")), "shop/millrace").map(
    ({ githubEnvironment }) => githubEnvironment,
  );
  expect([...new Set(used)].toSorted()).toEqual(trusted.toSorted());
});
