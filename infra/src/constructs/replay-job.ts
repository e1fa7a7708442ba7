import { SfnStateMachine } from "@cdktf/provider-aws/lib/sfn-state-machine/index.js";
import { Construct } from "constructs";
import { ServiceRole } from "./service-role.ts";

export interface ReplayJobProps {
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  /** The alias of the function that works on a group. */
  readonly functionArn: string;
}

/** A function that has died holds its group for a minute. */
const AFTER_LEASE_SECONDS = 70;

/**
 * The state machine of replays over very large ranges: a distributed map over the groups of a job, each of which is
 * given to the function until it is done. An execution's data are numbers of groups, and no event.
 */
export class ReplayJob extends Construct {
  constructor(scope: Construct, id: string, { name, accountId, region, functionArn }: ReplayJobProps) {
    super(scope, id);
    const arn = (kind: string, resource: string) => `arn:aws:states:${region}:${accountId}:${kind}:${resource}`;
    const role = new ServiceRole(this, "role", {
      name: `${name}-map`,
      description: `What the state machine ${name} may do`,
      trust: { sid: "StepFunctions", principal: { Service: "states.amazonaws.com" }, actions: ["sts:AssumeRole"] },
      statements: [
        { sid: "WorkOnGroups", actions: ["lambda:InvokeFunction"], resources: [functionArn] },
        // https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
        { sid: "StartChildren", actions: ["states:StartExecution"], resources: [arn("stateMachine", name)] },
        {
          sid: "FollowChildren",
          actions: ["states:DescribeExecution", "states:StopExecution"],
          resources: [arn("execution", `${name}/*`)],
        },
      ],
    });
    new SfnStateMachine(this, "resource", {
      name,
      roleArn: role.arn,
      type: "STANDARD",
      definition: JSON.stringify(replayJobDefinition(functionArn)),
      dependsOn: [role.policy],
    });
  }
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html */
function replayJobDefinition(functionArn: string): object {
  const retry = [
    {
      ErrorEquals: ["ReplayRefusedError", "LeaseLostError"],
      IntervalSeconds: AFTER_LEASE_SECONDS,
      MaxAttempts: 20,
      BackoffRate: 1,
    },
    { ErrorEquals: ["States.ALL"], IntervalSeconds: AFTER_LEASE_SECONDS, MaxAttempts: 4, BackoffRate: 2 },
  ];
  const call = (payload: object) => ({
    Type: "Task",
    Resource: "arn:aws:states:::lambda:invoke",
    Parameters: { FunctionName: functionArn, Payload: payload },
    OutputPath: "$.Payload",
    Retry: retry,
  });
  return {
    Comment: "Works on the groups of a replay's objects side by side, each until it is done.",
    StartAt: "Groups",
    States: {
      Groups: {
        Type: "Map",
        ItemsPath: "$.groups",
        MaxConcurrencyPath: "$.workers",
        ItemSelector: { "id.$": "$.id", "group.$": "$$.Map.Item.Value" },
        ItemProcessor: {
          ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
          StartAt: "Work",
          States: {
            Work: { ...call({ "id.$": "$.id", "group.$": "$.group" }), Next: "IsDone" },
            IsDone: {
              Type: "Choice",
              Choices: [{ Variable: "$.isDone", BooleanEquals: true, Next: "Done" }],
              Default: "Work",
            },
            Done: { Type: "Succeed", OutputPath: null },
          },
        },
        ResultPath: null,
        Next: "Finish",
      },
      Finish: { ...call({ "id.$": "$.id", isFinished: true }), End: true },
    },
  };
}
