import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { EnvironmentName } from "../src/config/schema.ts";

// The plan is JSON that each test looks into.
// oxlint-disable-next-line typescript/no-explicit-any
export type Json = any;

/** One resource of a plan. */
export interface PlannedResource {
  readonly type: string;
  readonly name: string;
  /** `<type>.<name>` */
  readonly address: string;
  readonly args: Json;
}

/** A synthesized plan, indexed by resource. */
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

  /** Returns the statements of a function's role: its inline policy and the managed ones attached to it. */
  statementsOf(role: string): readonly Json[] {
    const inline = this.each("aws_iam_role_policy").filter(({ args }) => args.role === `\${aws_iam_role.${role}.id}`);
    const attached = this.each("aws_iam_role_policy_attachment")
      .filter(({ args }) => args.role === `\${aws_iam_role.${role}.name}`)
      .map(({ args }) => this.referred(args.policy_arn));
    return [...inline, ...attached].flatMap(({ args }) => JSON.parse(args.policy).Statement);
  }
}

const plans = new Map<EnvironmentName, Plan>();

/** The plan of an environment with two route documents, which the global setup has made. */
export function planOf(environment: EnvironmentName): Plan {
  const known = plans.get(environment);
  if (known !== undefined) return known;
  const plan = new Plan(readFileSync(join(process.env["MILLRACE_PLANS"] ?? "", `${environment}.json`), "utf8"));
  plans.set(environment, plan);
  return plan;
}

/** One or many values, as IAM writes them. */
export const listed = (value: string | readonly string[]): readonly string[] =>
  typeof value === "string" ? [value] : value;
