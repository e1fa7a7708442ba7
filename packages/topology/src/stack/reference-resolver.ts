import { destinationKinds } from "@millrace/destinations/kinds";
import { StackError } from "../errors.ts";
import type { Resource, TerraformStack } from "./terraform-json.ts";

/** The account and region a simulation stands in for; only visible inside ARNs. */
export interface Identity {
  readonly accountId: string;
  readonly region: string;
}

type Computed = (args: Readonly<Record<string, unknown>>, resource: Resource, identity: Identity) => string;

const named =
  (service: string, prefix: string, argument: string): Computed =>
  (args, resource, { region, accountId }) =>
    `arn:aws:${service}:${region}:${accountId}:${prefix}${text(args[argument], resource, argument)}`;

function text(value: unknown, resource: Resource, argument: string): string {
  if (typeof value === "string") return value;
  throw new StackError(
    `${resource.type}.${resource.name}: argument "${argument}" should be a string, is ${typeof value}.`,
  );
}

/**
 * Attributes the provider computes at apply. Only those that something on the laptop needs: an attribute that is
 * neither an argument nor in this table stays symbolic and fails where it is used, never silently.
 */
const computedAttributes: Readonly<Record<string, Computed>> = {
  ...Object.fromEntries(
    Object.values(destinationKinds).map(({ resourceType, service, resource }) => [
      `${resourceType}.arn`,
      named(service, resource, "name"),
    ]),
  ),
  "aws_kinesis_stream.id": named("kinesis", "stream/", "name"),
  "data.aws_kinesis_stream.arn": named("kinesis", "stream/", "name"),
  "aws_lambda_function.arn": named("lambda", "function:", "function_name"),
  "aws_lambda_alias.arn": (args, resource, { region, accountId }) =>
    `arn:aws:lambda:${region}:${accountId}:function:${text(args["function_name"], resource, "function_name")}:${text(args["name"], resource, "name")}`,
  "aws_lambda_event_source_mapping.uuid": (_args, { name }) => name,
  "aws_kinesis_firehose_delivery_stream.arn": named("firehose", "deliverystream/", "name"),
  "aws_s3_bucket.arn": (args, resource) => `arn:aws:s3:::${text(args["bucket"], resource, "bucket")}`,
  "aws_s3_bucket.id": (args, resource) => text(args["bucket"], resource, "bucket"),
  // Secrets Manager adds a hyphen and six characters to the name.
  "aws_secretsmanager_secret.arn": (...known) => `${named("secretsmanager", "secret:", "name")(...known)}-LOCAL0`,
  "aws_cloudwatch_log_group.arn": named("logs", "log-group:", "name"),
  "aws_iam_role.arn": (args, resource, { accountId }) =>
    `arn:aws:iam::${accountId}:role/${text(args["name"], resource, "name")}`,
  "aws_iam_role.id": (args, resource) => text(args["name"], resource, "name"),
  "aws_sns_topic.arn": named("sns", "", "name"),
  "snowflake_pipe.notification_channel": named("sqs", "sf-snowpipe-", "name"),
  "data.aws_caller_identity.account_id": (_args, _resource, { accountId }) => accountId,
  "data.aws_region.name": (_args, _resource, { region }) => region,
  "data.aws_region.region": (_args, _resource, { region }) => region,
  "data.aws_partition.partition": () => "aws",
};

/** `${…}` with no nested braces: what CDKTF writes for a reference. Doubled, `$` and `%` stand for themselves. */
const interpolation = /([$%])\1\{|\$\{([^{}]*)\}/g;
const referencePath = /^(?:(data)\.)?([a-z][a-z0-9_]*)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_.[\]-]+)$/;

/** Resolves references in the arguments of a stack's resources. */
export interface ReferenceResolver {
  /** The value with every reference in it replaced. @throws StackError naming the reference that leads nowhere. */
  resolve(value: unknown, where: string): unknown;
}

/** @param identity stands in for what only a cloud account can tell. */
export function createReferenceResolver(stack: TerraformStack, identity: Identity): ReferenceResolver {
  const byAddress = new Map<string, Resource>();
  for (const resource of stack.resources) byAddress.set(`${resource.type}.${resource.name}`, resource);
  for (const data of stack.data) byAddress.set(`data.${data.type}.${data.name}`, data);

  function lookUp(expression: string, where: string, trail: readonly string[]): unknown {
    const trimmed = expression.trim();
    if (trail.includes(trimmed)) throw new StackError(`${where}: the reference ${trimmed} leads back to itself.`);
    const inner = [...trail, trimmed];
    // Files are named from the folder of the stack.
    if (trimmed === "path.module" || trimmed === "path.root") return ".";
    if (trimmed.startsWith("local.")) return resolve(stack.locals[trimmed.slice("local.".length)], where, inner);
    if (trimmed.startsWith("var.")) return resolveVariable(trimmed.slice("var.".length), where, inner);
    const match = referencePath.exec(trimmed);
    if (match === null) {
      throw new StackError(
        `${where}: the expression \${${trimmed}} is not a plain reference; only those are resolved.`,
      );
    }
    const [, isData, type = "", name = "", attribute = ""] = match;
    const address = `${isData === undefined ? "" : "data."}${type}.${name}`;
    const resource = byAddress.get(address);
    if (resource === undefined)
      throw new StackError(`${where}: ${trimmed} refers to ${address}, which the stack does not define.`);
    const argument = resource.arguments[attribute];
    if (argument !== undefined) return resolve(argument, address, inner);
    const compute = computedAttributes[`${isData === undefined ? "" : "data."}${type}.${attribute}`];
    if (compute === undefined) {
      throw new StackError(
        `${where}: ${trimmed} is known only after an apply; nothing on this machine stands in for it.`,
      );
    }
    const args = resolve(namingArguments(resource), address, inner);
    return compute(args as Record<string, unknown>, resource, identity);
  }

  function resolveVariable(name: string, where: string, trail: readonly string[]): unknown {
    const variable = stack.variables[name];
    const fallback =
      typeof variable === "object" && variable !== null ? (variable as { default?: unknown }).default : undefined;
    if (fallback === undefined)
      throw new StackError(`${where}: variable "${name}" has no default, so it has no value on this machine.`);
    return resolve(fallback, where, trail);
  }

  function resolve(value: unknown, where: string, trail: readonly string[]): unknown {
    if (typeof value === "string") return resolveText(value, where, trail);
    if (Array.isArray(value)) return value.map((item) => resolve(item, where, trail));
    if (typeof value === "object" && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item, where, trail)]));
    }
    return value;
  }

  function resolveText(value: string, where: string, trail: readonly string[]): unknown {
    const whole = /^\$\{([^{}]*)\}$/.exec(value);
    if (whole?.[1] !== undefined) return lookUp(whole[1], where, trail);
    return value.replace(interpolation, (_all, sign: string | undefined, expression: string) =>
      sign === undefined ? String(lookUp(expression, where, trail)) : `${sign}{`,
    );
  }

  return { resolve: (value, where) => resolve(value, where, []) };
}

/** Only the naming arguments: resolving a whole resource for its ARN would follow references that do not matter. */
function namingArguments(resource: Resource): Record<string, unknown> {
  const { name, function_name: functionName, bucket } = resource.arguments;
  return { name, function_name: functionName, bucket };
}
