import { DeployError, DrillError } from "../../errors.ts";
import type { EnvironmentDrill, Variant } from "../environment-drill.ts";
import { rename, replaceIn, set } from "./edits.ts";
import type { Stage } from "./stage.ts";
import { settled } from "./updates.ts";

/** A plan that the guard has to refuse, and words of its refusal. */
interface Refusal {
  readonly name: string;
  readonly variant: Variant;
  readonly says: string;
  readonly acceptedGaps?: readonly string[];
}

const delivery = "aws_kinesis_firehose_delivery_stream.enriched_delivery";
const pipe = "snowflake_pipe.warehouse_events_pipe";

const refusals: readonly Refusal[] = [
  {
    name: "a route document that is gone",
    variant: { routes: (documents) => documents.filter(({ application }) => application !== "fraud") },
    says: "no route document asks for the stream",
  },
  {
    name: "a stream with another address",
    variant: { edit: rename("aws_kinesis_stream.bad_rows", "broken_rows") },
    says: "aws_kinesis_stream.bad_rows would be deleted",
  },
  {
    name: "a replaced delivery stream",
    variant: { edit: set(delivery, { name: "another" }) },
    says: `--accept-gap ${delivery}`,
  },
  {
    name: "a replaced mapping",
    variant: {
      edit: set("aws_lambda_event_source_mapping.router_mapping", {
        event_source_arn: "${aws_kinesis_stream.bad_rows.arn}",
      }),
    },
    says: "--accept-gap aws_lambda_event_source_mapping.router_mapping",
  },
  {
    name: "another copy statement of a pipe",
    variant: { edit: replaceIn(pipe, "ON_ERROR = CONTINUE", "ON_ERROR = SKIP_FILE") },
    says: `--accept-gap ${pipe}`,
  },
  {
    name: "a renamed storage integration",
    variant: { edit: set("snowflake_storage_integration.warehouse_storage_integration", { name: "ANOTHER" }) },
    says: "--accept-gap snowflake_storage_integration.warehouse_storage_integration",
  },
  {
    name: "a notification of another bucket",
    variant: {
      edit: set("aws_s3_bucket_notification.warehouse_lake_notification", {
        bucket: "${aws_s3_bucket.dead_letters.id}",
      }),
    },
    says: "--accept-gap aws_s3_bucket_notification.warehouse_lake_notification",
  },
  {
    name: "a shorter time travel",
    variant: { edit: set("snowflake_table.warehouse_events_table", { data_retention_time_in_days: 0 }) },
    says: "--accept-gap snowflake_table.warehouse_events_table",
  },
  {
    name: "an accepted gap that there is not",
    variant: {},
    acceptedGaps: ["aws_sns_topic.alarm_topic"],
    says: "--accept-gap aws_sns_topic.alarm_topic names nothing",
  },
];

export const guardRefusals: Stage = {
  name: "refusals",
  async run(drill) {
    const before = drill.standIns.world.applied.length;
    for (const refusal of refusals) await expectRefusal(drill, refusal);
    drill.synthesize(settled);
    if (drill.standIns.world.applied.length !== before) throw new DrillError("A refused plan was applied.");
    return `${refusals.length} plans refused by the guard, none of them applied`;
  },
};

async function expectRefusal(
  drill: EnvironmentDrill,
  { name, variant, says, acceptedGaps = [] }: Refusal,
): Promise<void> {
  // On the stack that the updates left: the plan has the planted change and nothing else.
  drill.synthesize({ ...settled, ...variant });
  try {
    await drill.deploy({ acceptedGaps });
  } catch (error) {
    if (error instanceof DeployError && error.message.includes(says)) return;
    throw new DrillError(`${name}: expected the guard to say "${says}", got: ${String(error)}`, { cause: error });
  }
  throw new DrillError(`${name}: the guard let it pass.`);
}
