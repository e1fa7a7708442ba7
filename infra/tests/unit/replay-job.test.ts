import { describe, expect, test } from "@jest/globals";
import { loadConfig } from "../../src/config/load-config.ts";
import { ENVIRONMENTS } from "../../src/config/environments.ts";
import { mebibytes, seconds } from "../../src/config/units.ts";
import { environmentPlaces } from "../../src/inputs/environment-places.ts";
import { operatorStatements } from "../../src/inputs/operator-policies.ts";
import { planText } from "../support/plan-text.ts";
import { Plan, planOf } from "../synthesized-plan.ts";

const replayJob = { memory: mebibytes(1_769), timeout: seconds(900) };
const withJob = new Plan(planText("staging", { change: (config) => ({ ...config, replayJob }) }));
const { resource, output } = withJob.json;
const machine = resource.aws_sfn_state_machine?.replay;
const definition = JSON.parse(machine?.definition ?? "{}");

test.each(ENVIRONMENTS)("jobs of replays are off in %s: nothing in the plan speaks of them", (environment) => {
  expect(loadConfig(environment).replayJob).toBeUndefined();
  expect(JSON.stringify(planOf(environment).json)).not.toMatch(/replay_job|sfn_state_machine/);
});

describe("jobs of replays, asked for", () => {
  test("have the state machine that the command starts, and that an operator may start", () => {
    const place = environmentPlaces().find(({ name }) => name === "staging");
    if (place === undefined) throw new Error("There is no place staging.");
    expect(machine.name).toBe(`${place.streamPrefix}replay`);
    const startable = operatorStatements(place, "replay").find(({ sid }) => sid === "StartJobs")?.resources;
    expect(startable).toEqual([`arn:aws:states:eu-west-1:222222222222:stateMachine:${machine.name}`]);
  });

  test("give every group to the function until it is done, as many at a time as the job says", () => {
    const { Groups, Finish } = definition.States;
    expect(Groups).toMatchObject({ Type: "Map", ItemsPath: "$.groups", MaxConcurrencyPath: "$.workers" });
    const { Work, IsDone, Done } = Groups.ItemProcessor.States;
    expect(Work.Parameters.FunctionName).toBe("${aws_lambda_alias.replay_job_live.arn}");
    expect([Work.Next, IsDone.Default, IsDone.Choices[0].Next]).toEqual(["IsDone", "Work", "Done"]);
    // Answers of a thousand children would be more than a state may hold.
    expect(Done.OutputPath).toBeNull();
    expect(Finish.Parameters.Payload).toEqual({ "id.$": "$.id", isFinished: true });
    for (const { Retry } of [Work, Finish]) {
      expect(Retry[0].ErrorEquals).toEqual(["ReplayRefusedError", "LeaseLostError"]);
      // The lease of a function that died has run out by then.
      expect(Math.min(...Retry.map((one: { IntervalSeconds: number }) => one.IntervalSeconds))).toBeGreaterThan(60);
    }
  });

  test("may read events and ledgers, write ledgers and destinations, and nothing else of the lake", () => {
    const statements = withJob.identityPolicies
      .filter(({ address }) => address.includes("replay_job"))
      .flatMap(({ statements: own }) => own);
    const actions = new Set(statements.flatMap(({ Action }) => Action));
    expect([...actions].filter((action) => /Delete|secretsmanager/.test(String(action)))).toEqual([]);
    const writable = statements
      .filter(({ Action }) => [Action].flat().includes("s3:PutObject"))
      .map((one) => one.Resource);
    expect(writable).toEqual(["${aws_s3_bucket.lake.arn}/replays/*"]);
  });

  test("are released with the functions of the pipeline", () => {
    expect(Object.keys(output.functions.value)).toEqual(["canary", "enrichment", "replay_job", "router"]);
  });
});
