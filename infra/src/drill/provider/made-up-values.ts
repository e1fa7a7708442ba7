import { randomUUID } from "node:crypto";
import type { KnownKind } from "@millrace/destinations/kinds";
import { kindsWithFacts } from "../../destinations/facts.ts";
import type { Attribute, AttributeType, Block } from "../schemas/schema.ts";
import { type ObjectValue, Unknown, type Value } from "./dynamic-value.ts";
import { eachBlock } from "./plan-change.ts";

/** The account that made-up identifiers name. */
export interface Account {
  readonly accountId: string;
  readonly region: string;
  readonly partition: string;
}

/** Gives every unknown value of a planned resource a value of its type. `known` has what the API answered. */
export function makeUpValues(
  type: string,
  block: Block,
  planned: ObjectValue,
  account: Account,
  known: ObjectValue = {},
): ObjectValue {
  const made: Record<string, Value> = { ...planned };
  for (const attribute of block.attributes) {
    if (!(made[attribute.name] instanceof Unknown)) continue;
    made[attribute.name] = known[attribute.name] ?? valueOf(type, attribute, made, account);
  }
  for (const { name, block: inner } of block.blocks) {
    made[name] = eachBlock(planned[name] ?? null, (item) => makeUpValues(`${type}.${name}`, inner, item, account));
  }
  return made;
}

/** Makes the value of an attribute from the others of its resource. */
export type MakeValue = (resource: ObjectValue, account: Account) => Value;

const EXTERNAL_ID = "MILLRACE_SFCRole=2_drill=";
const snowflakeUser = "arn:aws:iam::999999999999:user/drill-s";

/** Attributes whose value others build upon, by `type.attribute`. */
const special: Readonly<Record<string, MakeValue>> = {
  ...Object.fromEntries(kindsWithFacts.map(arnOfKind)),
  ...Object.fromEntries(kindsWithFacts.flatMap(({ drill }) => Object.entries(drill.values ?? {}))),
  "aws_cloudwatch_log_group.arn": ({ name }, at) => arn("logs", at, `log-group:${text(name)}`),
  "aws_iam_policy.arn": ({ name }, at) => arn("iam", { ...at, region: "" }, `policy/${text(name)}`),
  "aws_iam_role.arn": ({ name }, at) => arn("iam", { ...at, region: "" }, `role/${text(name)}`),
  "aws_kinesis_firehose_delivery_stream.arn": ({ name }, at) => arn("firehose", at, `deliverystream/${text(name)}`),
  "aws_kms_key.arn": (_key, at) => arn("kms", at, `key/${randomUUID()}`),
  "aws_kms_key.key_id": ({ arn: of }) => text(of).split("/").at(-1) ?? "",
  "aws_lambda_alias.arn": ({ function_name: of, name }, at) =>
    arn("lambda", at, `function:${functionName(of)}:${text(name)}`),
  "aws_lambda_function.arn": ({ function_name: name }, at) => arn("lambda", at, `function:${text(name)}`),
  "aws_lambda_function.version": ({ function_name: name }) => String(nextVersion(text(name))),
  "aws_s3_bucket.arn": ({ bucket }, { partition }) => `arn:${partition}:s3:::${text(bucket)}`,
  "aws_sns_topic.arn": ({ name }, at) => arn("sns", at, text(name)),
  "aws_lb_hosted_zone_id.id": () => "Z0DRILLLOADBALANCER",
  "aws_route53_zone.zone_id": () => "Z0DRILLZONE",
  "aws_eks_cluster.endpoint": () => "https://127.0.0.1:6443",
  "aws_eks_cluster.certificate_authority": () => [
    { data: Buffer.from("-----BEGIN CERTIFICATE-----").toString("base64") },
  ],
  // The controller gives a load balancer its name after a while, which only a resource that waits for it sees.
  "kubernetes_ingress_v1.status": ({ wait_for_load_balancer: isWaiting }, { region }) => [
    {
      load_balancer: [
        { ingress: isWaiting === true ? [{ hostname: `k8s-drill.${region}.elb.amazonaws.com`, ip: "" }] : [] },
      ],
    },
  ],
  "snowflake_pipe.notification_channel": ({ name }, { partition, region }) =>
    `arn:${partition}:sqs:${region}:999999999999:sf-snowpipe-${text(name)}`,
  "snowflake_storage_integration.storage_aws_iam_user_arn": () => snowflakeUser,
};

function arnOfKind({ resourceType, service, resource }: KnownKind): readonly [string, MakeValue] {
  return [`${resourceType}.arn`, ({ name }, at) => arn(service, at, `${resource}${text(name)}`)];
}

/** The version published last, by function. */
const versions = new Map<string, number>();
const nextVersion = (name: string): number => {
  const version = (versions.get(name) ?? 0) + 1;
  versions.set(name, version);
  return version;
};

const functionName = (reference: Value | undefined): string => text(reference).split(":").at(-1) ?? "";

const arn = (service: string, { partition, region, accountId }: Account, resource: string): string =>
  `arn:${partition}:${service}:${region}:${accountId}:${resource}`;

const text = (value: Value | undefined): string => (typeof value === "string" ? value : "");

function valueOf(type: string, attribute: Attribute, resource: ObjectValue, account: Account): Value {
  const make = special[`${type}.${attribute.name}`];
  if (make !== undefined) return make(resource, account);
  if (type === "snowflake_storage_integration" && attribute.name === "describe_output") {
    return [describedIntegration(attribute.type)];
  }
  return attribute.type === "string" ? textOf(type, attribute.name, resource, account) : emptyOf(attribute.type);
}

function textOf(type: string, name: string, resource: ObjectValue, account: Account): string {
  switch (name) {
    case "id":
      return (
        ["bucket", "name", "function_name", "alarm_name"].map((key) => text(resource[key])).find((key) => key !== "") ??
        randomUUID()
      );
    case "arn":
      return arn("drill", account, `${type}/${text(resource["name"]) || randomUUID()}`);
    case "key_id":
    case "uuid":
      return randomUUID();
    case "region":
      return account.region;
    default:
      return `${name}-of-drill`;
  }
}

function emptyOf(type: AttributeType): Value {
  if (type === "number") return 0;
  if (type === "bool") return false;
  if (type === "string" || type === "dynamic") return null;
  const [kind, inner] = type;
  if (kind === "map") return {};
  if (kind !== "object") return [];
  return Object.fromEntries(Object.entries(inner).map(([name, member]) => [name, emptyOf(member)]));
}

/** DESCRIBE INTEGRATION gives a list with one row for each property. */
function describedIntegration(type: AttributeType): Value {
  const empty = typeof type !== "string" && type[0] === "list" ? emptyOf(type[1]) : {};
  const row = { default: "", name: "STORAGE_AWS_EXTERNAL_ID", type: "String", value: EXTERNAL_ID };
  return { ...(empty as ObjectValue), storage_aws_external_id: [row] };
}
