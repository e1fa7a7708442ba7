import { SchedulerSchedule } from "@cdktf/provider-aws/lib/scheduler-schedule/index.js";
import { Construct } from "constructs";
import { ServiceRole } from "./service-role.ts";

export interface CanaryScheduleProps {
  readonly name: string;
  /** The alias of the function that sends the canary events. */
  readonly functionArn: string;
}

/** A canary that comes late says nothing that the next one does not say. */
const OLDEST_SECONDS = 60;

/**
 * Invokes the function of the canary events every minute.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
export class CanarySchedule extends Construct {
  constructor(scope: Construct, id: string, { name, functionArn }: CanaryScheduleProps) {
    super(scope, id);
    const role = new ServiceRole(this, "role", {
      name: `${name}-schedule`,
      description: `What the schedule ${name} may do`,
      trust: { sid: "Scheduler", principal: { Service: "scheduler.amazonaws.com" }, actions: ["sts:AssumeRole"] },
      statements: [{ sid: "SendCanaries", actions: ["lambda:InvokeFunction"], resources: [functionArn] }],
    });
    new SchedulerSchedule(this, "resource", {
      name,
      scheduleExpression: "rate(1 minutes)",
      flexibleTimeWindow: { mode: "OFF" },
      target: {
        arn: functionArn,
        roleArn: role.arn,
        retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: OLDEST_SECONDS },
      },
      dependsOn: [role.policy],
    });
  }
}
