import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderWarehouseViews } from "@millrace/event-contracts/codegen";
import { loadRegistry } from "@millrace/event-contracts/registry";
import { loadConfig } from "../src/config/load-config.ts";
import type { EnvironmentConfig, EnvironmentName } from "../src/config/schema.ts";
import type { FunctionArtifacts } from "../src/inputs/function-artifact.ts";
import type { RouteDocument } from "../src/inputs/route-destinations.ts";
import { synthesize } from "../src/synthesize.ts";

// The plan is JSON that each test looks into.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Json = any;

export const recommendations: RouteDocument = {
  application: "recommendations",
  owner: "team-recommendations",
  routes: [
    { name: "clicks", destination: { stream: "recommendations" } },
    { name: "views", destination: { stream: "recommendations" } },
  ],
};

export const fraud: RouteDocument = {
  application: "fraud",
  owner: "team-fraud",
  routes: [{ name: "purchases", destination: { stream: "fraud-purchases" } }],
};

export interface PlanOptions {
  readonly documents?: readonly RouteDocument[];
  /** Changes the environment's configuration before synthesis. */
  readonly change?: (config: EnvironmentConfig) => EnvironmentConfig;
}

const contractViews = renderWarehouseViews(loadRegistry(join(import.meta.dirname, "../../schemas")));

export const artifacts: FunctionArtifacts = (name) => ({
  zipPath: `../../../../apps/${name}/dist/function.zip`,
  handler: "index.handler",
  sha256Base64: `${"A".repeat(43)}=`,
});

/** Stands for the compiled routes, with what Terraform would take for a template. */
export const compiledRoutes = '{"pattern":"${not.a_reference}"}';

/** Synthesizes one environment into a temporary folder and returns the text of its plan. */
export function planText(
  environment: EnvironmentName,
  { documents = [recommendations, fraud], change = (config) => config }: PlanOptions = {},
): string {
  const outDir = mkdtempSync(join(tmpdir(), "millrace-infra-"));
  try {
    const [path = ""] = synthesize({
      outDir,
      configs: [change(loadConfig(environment))],
      artifactsFor: () => artifacts,
      routeDocuments: documents,
      compiledRoutes: () => compiledRoutes,
      contractViews,
    });
    return readFileSync(path, "utf8");
  } finally {
    rmSync(outDir, { recursive: true });
  }
}

/** One resource of a plan. */
export interface PlannedResource {
  readonly type: string;
  readonly name: string;
  /** `<type>.<name>` */
  readonly address: string;
  readonly args: Json;
}

/** A synthesized plan with its resources at hand. */
export class Plan {
  readonly json: Json;

  constructor(text: string) {
    this.json = JSON.parse(text);
  }

  get all(): readonly PlannedResource[] {
    return Object.keys(this.json.resource).flatMap((type) => this.each(type));
  }

  /** Every resource of a type. */
  each(type: string): readonly PlannedResource[] {
    return Object.entries<Json>(this.json.resource[type] ?? {}).map(([name, args]) => ({
      type,
      name,
      address: `${type}.${name}`,
      args,
    }));
  }

  /** The resource, or the data source, that a reference such as `${aws_s3_bucket.lake.arn}` points to. */
  referred(reference: string): PlannedResource {
    const [, data, type = "", name = ""] = /^\$\{(data\.)?([a-z0-9_]+)\.([\w-]+)\.[\w.[\]]+\}/.exec(reference) ?? [];
    const args = (data === undefined ? this.json.resource : this.json.data)[type]?.[name];
    const found = args && { type, name, address: `${data ?? ""}${type}.${name}`, args };
    if (found === undefined) throw new Error(`${reference} refers to nothing in the plan`);
    return found;
  }

  /** The function behind the alias that a mapping calls. */
  functionOf(aliasReference: string): PlannedResource {
    return this.referred(this.referred(aliasReference).args.function_name);
  }

  /** Every identity policy, inline or managed, with its statements. */
  get identityPolicies(): readonly { readonly address: string; readonly text: string; readonly statements: Json[] }[] {
    return [...this.each("aws_iam_role_policy"), ...this.each("aws_iam_policy")].map(({ address, args }) => ({
      address,
      text: args.policy,
      statements: JSON.parse(args.policy).Statement,
    }));
  }

  /** What the role of a function may do: its inline policy and the managed ones attached to it. */
  statementsOf(role: string): readonly Json[] {
    const inline = this.each("aws_iam_role_policy").filter(({ args }) => args.role === `\${aws_iam_role.${role}.id}`);
    const attached = this.each("aws_iam_role_policy_attachment")
      .filter(({ args }) => args.role === `\${aws_iam_role.${role}.name}`)
      .map(({ args }) => this.referred(args.policy_arn));
    return [...inline, ...attached].flatMap(({ args }) => JSON.parse(args.policy).Statement);
  }
}

const plans = new Map<EnvironmentName, Plan>();

/** The plan of an environment with two route documents, made once a test file. */
export function planOf(environment: EnvironmentName): Plan {
  const known = plans.get(environment);
  if (known !== undefined) return known;
  const plan = new Plan(planText(environment));
  plans.set(environment, plan);
  return plan;
}

/** One or many values, as IAM writes them. */
export const listed = (value: string | readonly string[]): readonly string[] =>
  typeof value === "string" ? [value] : value;
