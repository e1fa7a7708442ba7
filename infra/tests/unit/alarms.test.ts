import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import {
  destinationDimensionNames,
  dimensionNames,
  fieldsOnly,
  metricNamespace,
  metricsOfService,
} from "@millrace/telemetry";
import { loadConfig } from "../../src/config/load-config.ts";
import { ENVIRONMENTS } from "../../src/config/environments.ts";
import { planText } from "../support/plan-text.ts";
import { type Json, Plan, planOf } from "../synthesized-plan.ts";

const runbooks = readFileSync(join(import.meta.dirname, "../../../docs/runbooks.md"), "utf8");
const runbookSections = [...runbooks.matchAll(/^## (.+)$/gm)].map(([, section]) => section);

/** Only an environment with a lookup has the alarm of its table. */
const enrichments = { enrichments: [{ name: "product", kind: "lookup", options: { source: "products.csv" } }] };

test("enrichment is watched for tables of lookups that it cannot use, where it has lookups", () => {
  const ofTables = (plan: ReturnType<typeof planOf>) =>
    plan.each("aws_cloudwatch_metric_alarm").filter(({ args }) => args.metric_name === "lookupFailures");
  expect(metricsOfService.enrichment).toContain("lookupFailures");
  expect(ofTables(planOf("dev"))).toEqual([]);
  expect(ofTables(new Plan(planText("dev", { enrichments }))).map(({ args }) => args)).toEqual([
    expect.objectContaining({ namespace: metricNamespace, threshold: 0, statistic: "Sum" }),
  ]);
});

/** Alarms of all environments, and of one with a lookup. */
const allAlarms = () =>
  [...ENVIRONMENTS.map((environment) => planOf(environment)), new Plan(planText("dev", { enrichments }))].flatMap(
    (plan) => plan.each("aws_cloudwatch_metric_alarm"),
  );

test("every section of the runbooks belongs to an alarm", () => {
  const linked = allAlarms().map(({ args }) => args.alarm_description.split("#").at(-1));
  expect([...new Set(linked)].toSorted()).toEqual(runbookSections.toSorted());
});

test("every section of the runbooks names a command or query, and says when it is over", () => {
  const sections = runbooks.split(/^## /m).slice(1);
  expect(sections).toHaveLength(runbookSections.length);
  const named = (lacks: (section: string) => boolean) =>
    sections.filter(lacks).map((section) => section.slice(0, section.indexOf("\n")));
  expect(named((section) => !/\bOver (?:when|by itself|with|once|as soon as|ten minutes)\b/.test(section))).toEqual([]);
  expect(named((section) => !section.includes("`"))).toEqual([]);
});

test("the table of severities is that of the alarms", () => {
  const written = new Map<string, Set<string>>();
  for (const [, severities = "", sections = ""] of runbooks.matchAll(
    /^\| ((?:page|ticket)[^|]*) \| ([a-z, -]+) \|$/gm,
  )) {
    for (const section of sections.split(", ")) written.set(section, new Set(severities.match(/page|ticket/g)));
  }
  const made = new Map<string, Set<string>>();
  for (const { args } of allAlarms()) {
    const [, severity = "", section = ""] = /^\[(\w+)\].*#([a-z-]+)$/.exec(args.alarm_description) ?? [];
    made.set(section, (made.get(section) ?? new Set()).add(severity));
  }
  const sorted = (table: typeof made) => [...table].map(([section, all]) => [section, [...all].sort()]).sort();
  expect(sorted(made)).toEqual(sorted(written));
});

test("every command of ours in the runbooks exists", () => {
  const scripts = (folder: string): object =>
    JSON.parse(readFileSync(join(import.meta.dirname, "../../..", folder, "package.json"), "utf8")).scripts;
  const commands = [...runbooks.matchAll(/^pnpm (.+)$/gm)].map(([, command = ""]) => command);
  expect(commands.length).toBeGreaterThan(5);
  for (const command of commands) {
    const [, script = ""] = /^--filter @millrace\/infra run (\S+)/.exec(command) ?? [];
    if (script === "") expect(Object.keys(scripts("."))).toContain(command.split(" ")[0]);
    else expect(Object.keys(scripts("infra"))).toContain(script);
  }
});

/** Dimensions as a widget has them: names and values in turn, before an object of settings. */
function pairs(parts: readonly unknown[]): Record<string, string> {
  const texts = parts.filter((part) => typeof part === "string");
  return Object.fromEntries(texts.flatMap((name, at) => (at % 2 === 0 ? [[name, texts[at + 1] ?? ""]] : [])));
}

describe.each(ENVIRONMENTS)("alarms of %s", (environment) => {
  const plan = planOf(environment);
  const alarms = plan.each("aws_cloudwatch_metric_alarm").map(({ args }) => args);
  const config = loadConfig(environment);
  const isSame = (one: object, other: object): boolean => JSON.stringify(one) === JSON.stringify(other);
  const alarmOn = (metric: string, dimensions: Record<string, string>): Json =>
    alarms.find((alarm) => alarm.metric_name === metric && isSame(alarm.dimensions, dimensions));
  const named = (name: string): Json =>
    alarms.find((alarm) => alarm.alarm_name === `millrace-${environment}-${name.replaceAll("_", "-")}`);
  /** The alarm of that name, when its expression reads the metric under the id. */
  const expressionOn = (name: string, id: string, metric: string, dimensions: Record<string, string>): Json => {
    const found = named(name);
    const query = found?.metric_query.find((item: Json) => item.id === id)?.metric;
    return query?.metric_name === metric && isSame(query.dimensions, dimensions) ? found : undefined;
  };

  test("every function of a stream is watched for age, errors, throttles and the time that it takes", () => {
    for (const { name: service, args } of plan
      .each("aws_lambda_event_source_mapping")
      .map(({ args: mapping }) => plan.functionOf(mapping.function_name))) {
      const { function_name: FunctionName, timeout } = args;
      expect(alarmOn("IteratorAge", { FunctionName }).threshold).toBe(config.alarms.iteratorAge * 1000);
      for (const [name, metric] of [
        [`${service}_errors`, "Errors"],
        [`${service}_throttles`, "Throttles"],
      ] as const) {
        expect(expressionOn(name, "part", metric, { FunctionName })).toMatchObject({
          threshold: config.alarms.refusals,
        });
      }
      const { threshold } = alarmOn("Duration", { FunctionName });
      expect(threshold).toBe(timeout * 1000 * (config.alarms.load / 100));
    }
  });

  test("a function that is not invoked although its stream gets records is an alarm", () => {
    for (const [service, stream] of [
      ["enrichment", "raw"],
      ["router", "enriched"],
    ] as const) {
      const FunctionName = plan.json.resource.aws_lambda_function[service].function_name;
      const StreamName = plan.json.resource.aws_kinesis_stream[stream].name;
      const name = `${service}_not_invoked`;
      expect(expressionOn(name, "present1", "IncomingRecords", { StreamName })).toBeDefined();
      const alarm = expressionOn(name, "absent1", "Invocations", { FunctionName });
      expect(alarm.metric_query.find((item: Json) => item.return_data).expression).toBe(
        "IF(FILL(present1, 0) > 0 AND FILL(absent1, 0) == 0, 1, 0)",
      );
      expect(alarm).toMatchObject({ threshold: 0, comparison_operator: "GreaterThanThreshold", evaluation_periods: 2 });
    }
  });

  test("a delivery stream that writes no file, and a pipe that loads none, are alarms", () => {
    for (const [delivery, stream] of [
      ["enriched_delivery", "enriched"],
      ["bad_rows_delivery", "bad_rows"],
    ] as const) {
      const DeliveryStreamName = plan.json.resource.aws_kinesis_firehose_delivery_stream[delivery].name;
      const StreamName = plan.json.resource.aws_kinesis_stream[stream].name;
      expect(
        expressionOn(`${delivery}_no_file`, "absent1", "DeliveryToS3.Records", { DeliveryStreamName }),
      ).toBeDefined();
      expect(expressionOn(`${delivery}_no_file`, "present1", "IncomingRecords", { StreamName })).toBeDefined();
    }
    const TopicName = `millrace-${environment}-rows-loaded`;
    expect(expressionOn("loader_no_rows", "absent1", "NumberOfMessagesPublished", { TopicName })).toBeDefined();
    expect(plan.json.resource.snowflake_task.warehouse_loader_task.sql_statement).toContain(
      "loaded_rows := (SELECT COALESCE(SUM(history.row_count), 0)",
    );
  });

  test("a consumer that stopped is an alarm, where one is expected", () => {
    for (const { name, args } of plan.each("aws_kinesis_stream")) {
      if (!name.startsWith("destination_")) continue;
      const dimensions = { StreamName: args.name };
      const found = expressionOn(`${name}_consumer_gone`, "absent1", "GetRecords.Success", dimensions);
      expect(found !== undefined).toBe(config.kind !== "local");
    }
  });

  test("a provisioned stream that comes near its limits is an alarm", () => {
    for (const { name, args } of plan.each("aws_kinesis_stream")) {
      const alarm = expressionOn(`${name}_near_limit`, "first", "IncomingBytes", { StreamName: args.name });
      if (args.stream_mode_details.stream_mode === "ON_DEMAND") {
        expect(alarm).toBeUndefined();
        continue;
      }
      const { expression } = alarm.metric_query.find((item: Json) => item.return_data);
      expect(expression).toContain(`100 * FILL(first, 0) / ${args.shard_count * 1_048_576 * 300}`);
      expect(expression).toContain(`100 * FILL(second, 0) / ${args.shard_count * 1_000 * 300}`);
    }
  });

  test("both streams that functions read are watched for refused reads", () => {
    for (const stream of ["raw", "enriched"]) {
      const StreamName = plan.json.resource.aws_kinesis_stream[stream].name;
      const name = `${stream}_throttled_reads`;
      expect(expressionOn(name, "part", "ReadProvisionedThroughputExceeded", { StreamName })).toBeDefined();
    }
  });

  test("promises of time are kept by the age of events, under the names and dimensions that functions write", () => {
    for (const [service, objective] of [
      ["enrichment", "enriched"],
      ["router", "delivered"],
    ] as const) {
      const { function_name: name } = plan.json.resource.aws_lambda_function[service];
      for (const burn of ["fast", "slow"]) {
        const found = named(`objective_${objective}_in_time_${burn}`);
        expect(found).toMatchObject({
          namespace: metricNamespace,
          metric_name: "eventAgeMs",
          dimensions: { service, stage: environment, function: name },
          extended_statistic: "p99",
          threshold: config.alarms.eventAge * 1000,
        });
        expect(found.statistic).toBeUndefined();
        expect(Object.keys(found.dimensions).toSorted()).toEqual([...dimensionNames].toSorted());
      }
    }
  });

  test("a fast burn pages after two bad periods of an hour, a slow one makes a ticket after five of six hours", () => {
    const burns = alarms.filter((alarm) => alarm.alarm_name.includes("-objective-"));
    expect(burns.filter(({ alarm_name: name }) => !name.includes("-canaries-")).length).toBe(9);
    for (const alarm of burns) {
      const isFast = alarm.alarm_name.endsWith("-fast");
      expect([alarm.datapoints_to_alarm, alarm.evaluation_periods]).toEqual(isFast ? [2, 12] : [5, 72]);
      expect(alarm.alarm_actions).toEqual([`\${aws_sns_topic.${isFast ? "alarm" : "ticket"}_topic.arn}`]);
      // CloudWatch looks back a day at most with periods below an hour.
      expect(alarm.evaluation_periods * 300).toBeLessThanOrEqual(86_400);
    }
  });

  test("every destination has a promise, and every promise is shown as its error budget over four weeks", () => {
    const { goal, window_days: days, objectives } = plan.json.output.objectives.value;
    expect([goal, days]).toEqual([99, 28]);
    const ids = objectives.map(({ id }: Json) => id);
    expect(ids).toEqual(expect.arrayContaining(["complete", "taken_by_recommendations", "taken_by_fraud-purchases"]));
    const { widgets, start } = JSON.parse(plan.json.resource.aws_cloudwatch_dashboard.objectives.dashboard_body);
    expect(start).toBe("-P28D");
    expect(widgets.map(({ properties }: Json) => properties.title)).toEqual(objectives.map(({ title }: Json) => title));
    for (const { properties } of widgets) {
      // 28 days of 288 periods, of which one in a hundred may be bad.
      expect(properties.metrics[0][0].expression).toMatch(/^100 - 100 \* RUNNING_SUM\(.*\) \/ 80\.64$/);
    }
    for (const objective of objectives)
      for (const name of objective.alarms) {
        expect(alarms.map((alarm) => alarm.alarm_name)).toContain(name);
      }
  });

  test("enrichment is watched for privacy keys that it cannot read", () => {
    const { function_name: name } = plan.json.resource.aws_lambda_function.enrichment;
    expect(metricsOfService.enrichment).toContain("privacyKeyFailures");
    expect(alarms.find((alarm) => alarm.metric_name === "privacyKeyFailures")).toMatchObject({
      namespace: metricNamespace,
      dimensions: { service: "enrichment", stage: environment, function: name },
      threshold: 0,
      statistic: "Sum",
    });
  });

  test("enrichment is watched for sources of which every event is invalid", () => {
    expect(metricsOfService.enrichment).toContain("brokenSources");
    expect(alarms.find((alarm) => alarm.metric_name === "brokenSources")).toMatchObject({
      dimensions: { service: "enrichment", stage: environment },
      threshold: 0,
      statistic: "Sum",
    });
  });

  test("a source whose share of invalid events is too large makes a ticket, and wakes nobody", () => {
    expect(metricsOfService.enrichment).toContain("invalidPercentOfSource");
    const burns = alarms.filter(({ alarm_name: name }) => name.includes("-objective-valid-by-source-"));
    expect(burns).toMatchObject([
      {
        alarm_name: `millrace-${environment}-objective-valid-by-source-slow`,
        ...{ metric_name: "invalidPercentOfSource", statistic: "Maximum", threshold: 5 },
      },
    ]);
  });

  test("the router is watched for copies of events that it sees", () => {
    const { function_name } = plan.json.resource.aws_lambda_function.router;
    expect(metricsOfService.router).toContain("duplicates");
    const dimensions = { function: function_name, service: "router", stage: environment };
    const name = "objective_once_fast";
    const alarm = expressionOn(name, "part", "duplicates", dimensions);
    expect(alarm).toMatchObject({ threshold: config.alarms.duplicates });
    expect(expressionOn(name, "whole1", "eventsIn", dimensions)).toBe(alarm);
  });

  test("the log of every function of a stream is watched for metric lines that CloudWatch refuses", () => {
    for (const service of ["enrichment", "router"]) {
      const { name } = plan.json.resource.aws_cloudwatch_log_group[`${service}_log`];
      expect(alarmOn("EMFValidationErrors", { LogGroupName: name })).toMatchObject({
        ...{ namespace: "AWS/Logs", statistic: "Sum", threshold: 0, evaluation_periods: 1 },
      });
    }
  });

  test("every mapping is watched for dead letters and for records dropped without one", () => {
    for (const { address } of plan.each("aws_lambda_event_source_mapping")) {
      const dimensions = { EventSourceMappingUUID: `\${${address}.uuid}` };
      for (const metric of ["OnFailureDestinationDeliveredEventCount", "DroppedEventCount"]) {
        expect(alarmOn(metric, dimensions)).toMatchObject({ threshold: 0, evaluation_periods: 1, statistic: "Sum" });
      }
    }
  });

  test("every stream is watched for refused writes", () => {
    for (const { name, args } of plan.each("aws_kinesis_stream")) {
      const dimensions = { StreamName: args.name };
      const alarm = expressionOn(`${name}_throttled_writes`, "part", "WriteProvisionedThroughputExceeded", dimensions);
      expect(alarm).toMatchObject({ threshold: config.alarms.refusals });
    }
  });

  test("every destination is watched for a consumer that is about to lose events", () => {
    for (const { name, args } of plan.each("aws_kinesis_stream")) {
      const alarm = alarmOn("GetRecords.IteratorAgeMilliseconds", { StreamName: args.name });
      expect(alarm !== undefined).toBe(name.startsWith("destination_"));
      if (alarm !== undefined) expect(alarm.threshold).toBeLessThan(args.retention_period * 3_600_000);
    }
  });

  test("every destination is watched for events it did not take, under the dimensions that the router writes", () => {
    for (const [destination, application, owner] of [
      ["recommendations", "recommendations", "team-recommendations"],
      ["fraud-purchases", "fraud", "team-fraud"],
    ] as const) {
      const dimensions = { destination, service: "router", stage: environment };
      const [found] = alarms.filter(
        (alarm) => alarm.metric_name === "undelivered" && alarm.dimensions.destination === destination,
      );
      expect(found).toMatchObject({ namespace: metricNamespace, dimensions, statistic: "Sum", threshold: 0 });
      expect(Object.keys(found.dimensions).toSorted()).toEqual([...destinationDimensionNames].toSorted());
      expect(found.alarm_description).toContain(owner);
      expect(found.alarm_description).toContain(`pnpm routes redrive ${application} --stage ${environment}`);
    }
  });

  test("every delivery stream is watched for freshness", () => {
    for (const { args } of plan.each("aws_kinesis_firehose_delivery_stream")) {
      const alarm = alarmOn("DeliveryToS3.DataFreshness", { DeliveryStreamName: args.name });
      expect(alarm.threshold).toBe(config.alarms.freshness);
      // A buffer that waits its full time is no fault.
      expect(alarm.threshold).toBeGreaterThan(args.extended_s3_configuration.buffering_interval);
    }
  });

  test("no alarm and no widget waits for a metric that its function never writes", () => {
    const { widgets } = JSON.parse(plan.json.resource.aws_cloudwatch_dashboard.dashboard.dashboard_body);
    const shown: [string, Record<string, string>][] = widgets
      .flatMap(({ properties }: Json) => properties.metrics ?? [])
      .filter(([namespace]: [string]) => namespace === metricNamespace)
      .map(([, metric, ...rest]: [string, string, ...unknown[]]) => [metric, pairs(rest)]);
    const alarming = alarms
      .flatMap((alarm) => [alarm, ...(alarm.metric_query ?? []).flatMap((item: Json) => item.metric ?? [])])
      .filter(({ namespace }) => namespace === metricNamespace)
      .map((metric): [string, Record<string, string>] => [metric.metric_name, metric.dimensions]);
    expect(shown.length).toBeGreaterThan(10);
    expect(alarming.length).toBeGreaterThan(2);
    for (const [metric, { service }] of [...shown, ...alarming]) {
      expect(metricsOfService[service as keyof typeof metricsOfService]).toContain(metric);
      expect(fieldsOnly).not.toContain(metric);
    }
  });

  test("every alarm goes to the topic of its severity, says what to do and has a name of its own", () => {
    for (const alarm of alarms) {
      const [, severity] = /^\[(page|ticket)\] /.exec(alarm.alarm_description) ?? [];
      const topic = severity === "page" ? "alarm_topic" : "ticket_topic";
      expect(alarm.alarm_actions).toEqual([`\${aws_sns_topic.${topic}.arn}`]);
      expect(alarm.ok_actions).toEqual(alarm.alarm_actions);
      // CloudWatch takes 1,024 characters.
      expect(alarm.alarm_description.length).toBeLessThan(1_025);
      const [, section = ""] = / Runbook: docs\/runbooks\.md#([a-z-]+)$/.exec(alarm.alarm_description) ?? [];
      expect(runbookSections).toContain(section);
      expect(alarm.alarm_name).toMatch(new RegExp(`^millrace-${environment}-[a-z0-9-]+$`));
    }
    expect(new Set(alarms.map((alarm) => alarm.alarm_name)).size).toBe(alarms.length);
  });

  test("silence of the loader is always an alarm, silence of the senders where traffic never stops", () => {
    const silence = alarms.filter((alarm) => alarm.treat_missing_data === "breaching");
    for (const alarm of silence) expect(alarm.comparison_operator).toBe("LessThanThreshold");
    expect(silence.map((alarm) => alarm.alarm_name).toSorted()).toEqual(
      [
        ...(config.canaries === undefined ? [] : ["canaries-not-sent"]),
        "loader-silence",
        // Where canaries come all the time, the silence of the senders is canaries without events.
        ...(config.alarms.onSilence && config.canaries === undefined ? ["raw-silence"] : []),
      ].map((name) => `millrace-${environment}-${name}`),
    );
  });

  test("the first refused line of the warehouse's loader is an alarm", () => {
    const topics = plan.each("aws_sns_topic").map(({ args }) => args.name);
    const refused = alarmOn("NumberOfMessagesPublished", { TopicName: `millrace-${environment}-refused-lines` });
    expect(refused).toMatchObject({ namespace: "AWS/SNS", threshold: 0, evaluation_periods: 1, period: 300 });
    expect(topics).toEqual(
      expect.arrayContaining([`millrace-${environment}-refused-lines`, `millrace-${environment}-loader-fresh`]),
    );
  });

  test("the topic can be written to by alarms although it is encrypted", () => {
    const { kms_master_key_id: key } = plan.json.resource.aws_sns_topic.alarm_topic;
    const { Statement: statements } = JSON.parse(plan.referred(key).args.policy);
    expect(statements).toContainEqual(
      expect.objectContaining({ Principal: { Service: "cloudwatch.amazonaws.com" }, Effect: "Allow" }),
    );
  });

  test("the dashboard shows every stream, function and delivery stream, and no widget overlaps", () => {
    const { widgets } = JSON.parse(plan.json.resource.aws_cloudwatch_dashboard.dashboard.dashboard_body);
    const shown = JSON.stringify(widgets);
    for (const { args } of plan.each("aws_kinesis_stream")) expect(shown).toContain(`"${args.name}"`);
    for (const { name, args } of plan.each("aws_lambda_function")) {
      // Its own figures are those of the objectives.
      if (name !== "canary") expect(shown).toContain(`"${args.function_name}"`);
    }
    for (const { args } of plan.each("aws_kinesis_firehose_delivery_stream")) expect(shown).toContain(`"${args.name}"`);
    const cells = widgets.flatMap(({ x, y, width }: Record<"x" | "y" | "width", number>) =>
      Array.from({ length: width }, (_, column) => `${x + column},${y}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    const edges = widgets.map(({ x, width }: Record<"x" | "width", number>) => x + width);
    expect(Math.max(...edges)).toBe(24);
  });
});
