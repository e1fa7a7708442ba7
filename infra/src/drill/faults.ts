import { chmodSync, copyFileSync } from "node:fs";
import { join } from "node:path";
import { DrillError } from "../errors.ts";
import { stackFolder } from "../synthesize.ts";
import type { EditableStack, EnvironmentDrill } from "./environment-drill.ts";
import { replaceIn, resourceAt, set, without } from "./stages/edits.ts";
import { missingReaders } from "./stages/readers.ts";
import { leaks } from "./stages/secrets.ts";

/** A fault that is planted to see that the drill notices it. */
interface PlantedFault {
  readonly name: string;
  readonly edit?: (stack: EditableStack) => void;
  /** Returns or throws the drill's complaint. */
  readonly notice: (drill: EnvironmentDrill) => Promise<string>;
  /** Words that the complaint has to contain. */
  readonly says: string;
}

const integration = "snowflake_storage_integration.warehouse_storage_integration";

const complaintOf = async (attempt: Promise<unknown>): Promise<string> => {
  try {
    await attempt;
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};
const deployment = (drill: EnvironmentDrill): Promise<string> => complaintOf(drill.deploy());

/** Adds a secret's value to what a function is started with. */
function secretInFunction(stack: EditableStack): void {
  const data = stack.data as Record<string, Record<string, unknown>>;
  const type = "aws_secretsmanager_secret_version";
  data[type] = { ...data[type], planted: { secret_id: "millrace/drill" } };
  const lambda = resourceAt(stack, "aws_lambda_function.router");
  const value = "${data.aws_secretsmanager_secret_version.planted.secret_string}";
  const environment = lambda["environment"] as { variables: Record<string, string> };
  environment.variables = { ...environment.variables, PLANTED: value };
}

/** In this order: the first faults stop before or during the first deployment, the rest need it done. */
const beforeDeployment: readonly PlantedFault[] = [
  {
    name: "an external id that no plan knows (D1)",
    edit: replaceIn(
      "aws_iam_role.warehouse_role",
      `${integration}.describe_output[0].storage_aws_external_id[0].value`,
      `${integration}.storage_aws_external_id`,
    ),
    notice: deployment,
    says: "null value",
  },
  {
    name: "a wrong reference",
    edit: replaceIn("aws_sns_topic_subscription.alarm_topic_email_1", "alarm_topic.arn", "alarm_topic.arm"),
    notice: deployment,
    says: 'named "arm"',
  },
  {
    name: "a preview feature of Snowflake that is not enabled",
    edit: (stack) => {
      const [snowflake] = (stack.provider as { snowflake: { preview_features_enabled: string[] }[] }).snowflake;
      if (snowflake !== undefined) snowflake.preview_features_enabled = [];
    },
    notice: deployment,
    says: "is a preview feature",
  },
  {
    name: "a missing depends-on",
    edit: without("snowflake_pipe.warehouse_events_pipe", () => true),
    notice: deployment,
    says: "does not exist",
  },
  {
    name: "a stage above the allowed locations (D2)",
    edit: replaceIn("snowflake_stage.warehouse_events_stage", "/enriched/", "/"),
    notice: deployment,
    says: "is not allowed by integration",
  },
  {
    name: "a typo in an enumeration",
    edit: replaceIn("aws_cloudwatch_metric_alarm.alarm_router_dropped", "GreaterThan", "GreaterThen"),
    notice: deployment,
    says: "ComparisonOperator",
  },
];

const afterDeployment: readonly PlantedFault[] = [
  {
    name: "a replaced reader",
    edit: set("aws_kinesis_firehose_delivery_stream.enriched_delivery", { name: "another" }),
    notice: deployment,
    says: "--accept-gap",
  },
  {
    name: "a word that Kubernetes does not know",
    edit: replaceIn("kubernetes_deployment_v1.ingest", '"IfNotPresent"', '"Sometimes"'),
    notice: deployment,
    says: "imagePullPolicy",
  },
  {
    name: "events before their readers (D3)",
    edit: without("aws_lambda_event_source_mapping.enrichment_mapping", (address) => address.includes("delivery")),
    notice: async (drill) => (await missingReaders(drill)).join("\n"),
    says: "does not wait for",
  },
  {
    name: "a plan that others can read, where Turbo caches (D7)",
    notice: async (drill) => {
      const folder = stackFolder(drill.workspace.outDir, drill.environment);
      const plan = join(drill.workspace.folder, "planted.tfplan");
      await drill.terraform("plan", "-input=false", `-out=${plan}`);
      copyFileSync(plan, join(folder, "plan.tfplan"));
      chmodSync(join(folder, "plan.tfplan"), 0o644);
      return (await leaks(drill)).join("\n");
    },
    says: "Turbo would cache",
  },
  {
    name: "a key that Terraform reads (D4)",
    edit: secretInFunction,
    notice: async (drill) => (await leaks(drill)).join("\n"),
    says: "A key is in the plan",
  },
  {
    name: "a key in the state",
    edit: secretInFunction,
    notice: async (drill) => {
      await drill.deploy();
      return (await leaks(drill)).join("\n");
    },
    says: "A key is in the state",
  },
];

/** Plants every fault once and tells how each was noticed. */
export async function noticeFaults(drill: EnvironmentDrill, tell: (line: string) => void): Promise<void> {
  drill.synthesize();
  await drill.terraform("init", "-input=false");
  for (const fault of beforeDeployment) await notice(drill, fault, tell);
  drill.synthesize();
  await drill.deploy();
  for (const fault of afterDeployment) await notice(drill, fault, tell);
}

async function notice(drill: EnvironmentDrill, fault: PlantedFault, tell: (line: string) => void): Promise<void> {
  drill.synthesize(fault.edit === undefined ? {} : { edit: fault.edit });
  const complaint = await fault.notice(drill);
  if (!complaint.includes(fault.says)) {
    throw new DrillError(`${fault.name}: expected a complaint with "${fault.says}", got: ${complaint || "none"}`);
  }
  const line = complaint.split("\n").find((each) => each.includes(fault.says)) ?? complaint;
  tell(`noticed: ${fault.name}: ${line.trim().slice(0, MAX_LINE)}`);
}

const MAX_LINE = 110;
