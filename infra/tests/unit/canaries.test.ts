import { createHash } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { secretSteps } from "../../src/bootstrap/secrets.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { canaryKeyShape, type EnvironmentName, writeKeysShape } from "../../src/config/schema.ts";
import { planText, recommendations } from "../support/plan-text.ts";
import { type Json, Plan, planOf } from "../synthesized-plan.ts";

const alarmsOf = (plan: Plan): Json[] => plan.each("aws_cloudwatch_metric_alarm").map(({ args }) => args);
const expressionOf = (plan: Plan, name: string): string =>
  alarmsOf(plan)
    .find(({ alarm_name: alarm }) => alarm === name)
    ?.metric_query.find(({ return_data: isResult }: Json) => isResult).expression;

test("canaries are off in dev: nothing in the plan speaks of them", () => {
  expect(loadConfig("dev").canaries).toBeUndefined();
  expect(JSON.stringify(planOf("dev").json)).not.toMatch(/canar(y|ies)[_-]|scheduler/);
});

describe.each(["local", "staging", "prod"] as const)("canaries of %s", (environment) => {
  const plan = planOf(environment);

  test("are sent every minute by a function that knows where, and may read its key and nothing else", () => {
    const [schedule] = plan.each("aws_scheduler_schedule");
    expect(schedule?.args).toMatchObject({
      schedule_expression: "rate(1 minutes)",
      flexible_time_window: { mode: "OFF" },
    });
    const { args } = plan.functionOf(schedule?.args.target.arn);
    expect(args.environment.variables.EVENTS_URL).toBe(plan.json.output.event_endpoint.value);
    const actions = plan.statementsOf("canary_role").flatMap(({ Action }) => Action);
    expect(actions).toEqual(expect.arrayContaining(["secretsmanager:GetSecretValue"]));
    expect(actions.filter((action) => !/^(logs|kms|secretsmanager):/.test(action))).toEqual([]);
  });

  test("are compared hop by hop, so that a fault is told once", () => {
    const hops = ["accepted", "answered-in-time", "enriched", "routed", "at-recommendations", "at-fraud-purchases"];
    for (const hop of hops) {
      for (const [burn, severity] of [
        ["fast", "page"],
        ["slow", "ticket"],
      ]) {
        const alarm = alarmsOf(plan).find(
          ({ alarm_name: name }) => name === `millrace-${environment}-objective-canaries-${hop}-${burn}`,
        );
        expect(alarm?.alarm_description).toMatch(`[${severity}]`);
      }
    }
    const limit = loadConfig(environment).alarms.eventAge * 1_000;
    expect(expressionOf(plan, `millrace-${environment}-objective-canaries-at-recommendations-fast`)).toBe(
      `IF(FILL(before, 86400000) <= ${limit} AND (FILL(age1, 86400000) > ${limit} OR FILL(age2, 86400000) > ${limit}), 1, 0)`,
    );
  });

  test("have an alarm on their own silence, and the traffic's silence is that of others", () => {
    const named = (name: string) =>
      alarmsOf(plan).find(({ alarm_name: alarm }) => alarm === `millrace-${environment}-${name}`);
    expect(named("canaries-not-sent")).toMatchObject({ comparison_operator: "LessThanThreshold", threshold: 1 });
    const isOnSilence = loadConfig(environment).alarms.onSilence;
    expect(named("raw-silence") === undefined).toBe(!isOnSilence);
    if (isOnSilence)
      expect(expressionOf(plan, `millrace-${environment}-raw-silence`)).toBe(
        "IF(FILL(present1, 0) > 0 AND FILL(absent1, 0) == 0, 1, 0)",
      );
  });
});

test("a destination with many routes has alarms of nine routes each, since one reads ten metrics", () => {
  const routes = Array.from({ length: 11 }, (_, index) => ({
    name: `route-${index}`,
    destination: { stream: "recommendations" },
  }));
  const plan = new Plan(planText("staging", { documents: [{ ...recommendations, routes }] }));
  const metrics = alarmsOf(plan)
    .filter(({ alarm_name: name }) => /canaries-at-recommendations(-2)?-fast$/.test(name))
    .map(({ metric_query: queries }) => queries.filter(({ metric }: Json) => metric).length);
  expect(metrics.toSorted()).toEqual([10, 3]);
});

describe("the write key of canaries", () => {
  const absent = { aws: { find: () => Promise.resolve(undefined) } } as never;
  const secretsOf = async (environment: EnvironmentName) => {
    const made: [string, string][] = [];
    for (const step of secretSteps(loadConfig(environment)))
      for (const { secret } of (await step.pending(absent)) as readonly { readonly secret?: string }[])
        made.push([step.title, secret ?? ""]);
    return Object.fromEntries(made);
  };

  test("is made with the write keys that know it as one of canaries", async () => {
    const secrets = await secretsOf("staging");
    const key = canaryKeyShape.parse(JSON.parse(secrets["secret millrace/staging/canary-key"] ?? ""));
    const writeKeys = writeKeysShape.parse(JSON.parse(secrets["secret millrace/staging/write-keys"] ?? ""));
    expect(writeKeys).toContainEqual(
      expect.objectContaining({ canary: true, sha256: createHash("sha256").update(key).digest("hex") }),
    );
  });

  test("is not made where no canaries are sent", async () => {
    expect(Object.keys(await secretsOf("dev"))).toEqual([
      "secret millrace/dev/write-keys",
      "secret millrace/dev/privacy-keys",
    ]);
  });
});
