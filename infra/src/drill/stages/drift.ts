import { DrillError } from "../../errors.ts";
import type { ObjectValue } from "../provider/dynamic-value.ts";
import type { EnvironmentDrill } from "../environment-drill.ts";
import type { Stage } from "./stage.ts";

/** Something that is changed by hand, as runbooks tell to look for it. */
interface Tampering {
  /** Section of docs/runbooks.md. */
  readonly runbook: string;
  readonly type: string;
  readonly isMeant: (state: ObjectValue) => boolean;
  /** Absent: it is removed. */
  readonly change?: ObjectValue;
  /** As `drift` names it. */
  readonly address: string;
}

const belongsTo =
  (attribute: string, part: string) =>
  (state: ObjectValue): boolean =>
    JSON.stringify([state[attribute]]).includes(part);

const nothing = JSON.stringify({ Version: "2012-10-17", Statement: [] });

const tamperings: readonly Tampering[] = [
  {
    runbook: "no-file",
    type: "aws_iam_role_policy",
    isMeant: belongsTo("role", "enriched-to-lake"),
    change: { policy: nothing },
    address: "aws_iam_role_policy.enriched_delivery_role_policy",
  },
  {
    runbook: "no-rows",
    type: "aws_s3_bucket_notification",
    isMeant: belongsTo("bucket", "lake"),
    change: { queue: [] },
    address: "aws_s3_bucket_notification.warehouse_lake_notification",
  },
  {
    runbook: "dropped",
    type: "aws_iam_role_policy",
    isMeant: belongsTo("role", "enrichment"),
    change: { policy: nothing },
    address: "aws_iam_role_policy.enrichment_role_policy",
  },
  {
    runbook: "not-invoked",
    type: "aws_cloudwatch_metric_alarm",
    isMeant: belongsTo("alarm_name", "enrichment-not-invoked"),
    address: "aws_cloudwatch_metric_alarm.alarm_enrichment_not_invoked",
  },
];

/** The command `drift` finds what somebody changed by hand, and nothing else. */
export const drift: Stage = {
  name: "drift",
  async run(drill) {
    await expectNoDrift(drill);
    for (const { runbook, type, isMeant, change, address } of tamperings) {
      const undo = drill.standIns.world.tamper(type, isMeant, change);
      const { exitCode, told } = await drill.drift();
      undo();
      const named = told.match(/^ {2}- \S+/gm)?.map((line) => line.slice(4)) ?? [];
      // Once as changed by somebody, once as what a deployment mends.
      if (exitCode !== 2 || named.join() !== `${address},${address}`) {
        throw new DrillError(
          `${runbook}: drift ended with ${exitCode} and named ${named.join(", ") || "nothing"}:\n${told}`,
        );
      }
    }
    await expectNoDrift(drill);
    return `${tamperings.length} changes by hand named, nothing else (${tamperings.map(({ runbook }) => runbook).join(", ")})`;
  },
};

async function expectNoDrift(drill: EnvironmentDrill): Promise<void> {
  const { exitCode, told } = await drill.drift();
  if (exitCode !== 0) throw new DrillError(`drift ended with ${exitCode} where nothing had changed:\n${told}`);
}
