import { describe, expect, test } from "@jest/globals";
import { readLocalTopology, readTopology } from "../../src/index.ts";
import type { Resource, TerraformStack } from "../../src/stack/terraform-json.ts";

const identity = { accountId: "000000000000", region: "eu-west-1" };

const resource = (type: string, name: string, args: Record<string, unknown>): Resource => ({
  type,
  name,
  arguments: args,
});

const secretArn = "arn:aws:secretsmanager:eu-west-1:000000000000:secret:m/keys-LOCAL0";

const container = {
  name: "ingest",
  image: "${data.aws_ecr_image.ingest.image_uri}",
  port: [{ container_port: 8080 }],
  env: [
    { name: "RAW_STREAM_NAME", value: "${aws_kinesis_stream.raw.name}" },
    { name: "KEYS", value: "${aws_secretsmanager_secret.keys.arn}" },
  ],
};

const base: readonly Resource[] = [
  resource("aws_kinesis_stream", "raw", {
    name: "m-raw",
    shard_count: 3,
    retention_period: 48,
    kms_key_id: "${aws_kms_key.k.arn}",
    stream_mode_details: { stream_mode: "PROVISIONED" },
  }),
  resource("aws_lambda_function", "enrichment", {
    function_name: "m-enrichment",
    filename: "../../apps/enrichment.zip",
    handler: "index.handler",
    runtime: "nodejs24.x",
    memory_size: 512,
    timeout: 30,
    role: "${aws_iam_role.r.arn}",
    environment: { variables: { OUT: "${aws_kinesis_stream.raw.arn}" } },
  }),
  resource("aws_lambda_alias", "enrichment_live", {
    name: "live",
    function_name: "${aws_lambda_function.enrichment.function_name}",
    function_version: "${aws_lambda_function.enrichment.version}",
  }),
  resource("aws_lambda_event_source_mapping", "enrichment", {
    event_source_arn: "${aws_kinesis_stream.raw.arn}",
    function_name: "${aws_lambda_alias.enrichment_live.arn}",
    batch_size: 123,
    parallelization_factor: 2,
    maximum_retry_attempts: 5,
    maximum_record_age_in_seconds: 3600,
    bisect_batch_on_function_error: true,
    function_response_types: ["ReportBatchItemFailures"],
    starting_position: "TRIM_HORIZON",
    destination_config: { on_failure: { destination_arn: "${aws_s3_bucket.lake.arn}" } },
  }),
  resource("aws_s3_bucket", "lake", { bucket: "m-lake" }),
  resource("aws_s3_object", "routes", { bucket: "${aws_s3_bucket.lake.bucket}", key: "routes.json", source: "r.json" }),
  resource("snowflake_stage", "events", { name: "EVENTS", url: "s3://${aws_s3_bucket.lake.bucket}/enriched/" }),
  resource("snowflake_pipe", "events", {
    name: "P",
    copy_statement: "COPY INTO DB.S.EVENTS (R) FROM (SELECT $1 FROM @DB.S.EVENTS)",
  }),
  resource("aws_s3_bucket_notification", "lake", {
    bucket: "${aws_s3_bucket.lake.id}",
    queue: [{ filter_prefix: "enriched/", queue_arn: "${snowflake_pipe.events.notification_channel}" }],
  }),
  resource("aws_secretsmanager_secret", "keys", { name: "m/keys" }),
  resource("aws_secretsmanager_secret_version", "keys_version", {
    secret_id: "${aws_secretsmanager_secret.keys.arn}",
    secret_string: "[]",
  }),
  resource("kubernetes_deployment_v1", "ingest", {
    metadata: { name: "m-ingest" },
    spec: { template: { spec: { container: [container] } } },
  }),
];

const streamNames = { raw: "${aws_kinesis_stream.raw.name}", enriched: "m-enriched", bad_rows: "m-bad-rows" };

function stackOf(
  resources: readonly Resource[],
  outputs: Record<string, unknown> = { local_write_key: "k", stream_names: streamNames },
): TerraformStack {
  return { path: "/x/stacks/local/cdk.tf.json", resources, data: [], outputs, locals: {}, variables: {} };
}

const without = (type: string): readonly Resource[] => base.filter((candidate) => candidate.type !== type);

describe("the topology of a stack", () => {
  const topology = readLocalTopology(stackOf(base), identity);

  test("streams, functions and mappings have the settings the stack gives them", () => {
    expect(topology.streams).toEqual([
      {
        name: "m-raw",
        arn: "arn:aws:kinesis:eu-west-1:000000000000:stream/m-raw",
        mode: "PROVISIONED",
        shardCount: 3,
        retentionHours: 48,
        maxRecordBytes: undefined,
      },
    ]);
    expect(topology.functions[0]).toMatchObject({
      code: { zipFile: "/x/apps/enrichment.zip" },
      timeoutMs: 30_000,
      environment: { OUT: "arn:aws:kinesis:eu-west-1:000000000000:stream/m-raw" },
    });
    expect(topology.mappings[0]).toMatchObject({
      functionName: "m-enrichment",
      batchSize: 123,
      parallelizationFactor: 2,
      onFailureBucket: "m-lake",
    });
  });

  test("an object has the place that the stack gives it, and the file beside the stack", () => {
    expect(topology.objects).toEqual([{ bucket: "m-lake", key: "routes.json", path: "/x/stacks/local/r.json" }]);
  });

  test("a pipe reads what its stage points at, when the bucket tells it", () => {
    expect(topology.pipes[0]).toMatchObject({ bucket: "m-lake", prefix: "enriched/", notifiedPrefixes: ["enriched/"] });
    const unwired = readTopology(stackOf(without("aws_s3_bucket_notification")), identity);
    expect(unwired.pipes[0]).toMatchObject({ notifiedPrefixes: [] });
  });

  test("a secret has the value of its version", () => {
    expect(topology.secrets).toEqual([{ name: "m/keys", arn: secretArn, text: "[]" }]);
  });

  test("the event service has the environment of its Deployment", () => {
    expect(topology.service).toEqual({
      name: "m-ingest",
      containerName: "ingest",
      containerPort: 8080,
      environment: { RAW_STREAM_NAME: "m-raw", KEYS: secretArn },
    });
  });

  test("an alarm is a ticket where its topic is that of tickets, and a page otherwise", () => {
    const topics = ["alarm_topic", "ticket_topic"].map((id) => resource("aws_sns_topic", id, { name: `m-${id}` }));
    const alarm = (name: string, topic?: string) =>
      resource("aws_cloudwatch_metric_alarm", name, {
        alarm_name: name,
        // The words of the text do not count.
        alarm_description: "[ticket] Look.",
        ...{ namespace: "n", metric_name: "m", dimensions: {}, period: 300, statistic: "Sum" },
        ...{ evaluation_periods: 1, threshold: 5, comparison_operator: "GreaterThanThreshold" },
        treat_missing_data: "notBreaching",
        ...(topic === undefined ? {} : { alarm_actions: [`\${aws_sns_topic.${topic}.arn}`] }),
      });
    const alarms = [alarm("one", "alarm_topic"), alarm("two", "ticket_topic"), alarm("three")];
    const read = readTopology(stackOf([...base, ...topics, ...alarms]), identity).alarms;
    expect(read.map(({ alarmName, severity }) => [alarmName, severity])).toEqual([
      ["one", "page"],
      ["two", "ticket"],
      ["three", "page"],
    ]);
  });

  test("the streams every pipeline has are known by purpose", () => {
    expect(topology.pipelineStreams).toEqual({ raw: "m-raw", enriched: "m-enriched", badRows: "m-bad-rows" });
  });

  test("an alarm has its metrics by id, on one metric or in an expression", () => {
    const common = {
      alarm_description: "Look.",
      evaluation_periods: 2,
      threshold: 5,
      comparison_operator: "GreaterThanThreshold",
      treat_missing_data: "notBreaching",
    };
    const dead = {
      ...common,
      alarm_name: "dead-letters",
      namespace: "AWS/Lambda",
      metric_name: "DroppedEventCount",
      dimensions: { EventSourceMappingUUID: "${aws_lambda_event_source_mapping.enrichment.uuid}" },
      period: 300,
      statistic: "Sum",
      datapoints_to_alarm: 1,
    };
    const errors = { namespace: "AWS/Lambda", metric_name: "Errors", stat: "Sum", period: 60, dimensions: { F: "f" } };
    const share = {
      ...common,
      alarm_name: "errors",
      metric_query: [
        { id: "result", expression: "100 * FILL(part, 0)", label: "%", return_data: true },
        { id: "part", metric: errors, return_data: false },
      ],
    };
    const alarms = [dead, share].map((args) => resource("aws_cloudwatch_metric_alarm", args.alarm_name, args));
    const [one, other] = readTopology(stackOf([...base, ...alarms]), identity).alarms;
    const statistic = "Sum";
    expect(one).toMatchObject({
      alarmName: "dead-letters",
      expression: "value",
      metrics: { value: { metricName: "DroppedEventCount", dimensions: { EventSourceMappingUUID: "enrichment" } } },
      ...{ periodSeconds: 300, evaluationPeriods: 2, datapointsToAlarm: 1, threshold: 5 },
    });
    expect(other).toMatchObject({
      expression: "100 * FILL(part, 0)",
      metrics: { part: { namespace: "AWS/Lambda", metricName: "Errors", dimensions: { F: "f" }, statistic } },
      ...{ periodSeconds: 60, datapointsToAlarm: 2 },
    });
    expect(topology.mappings[0]?.uuid).toBe("enrichment");
  });

  test("a promise has its indicator as an alarm on one period, and a stack may state none", () => {
    const stack = stackOf(base);
    const uuid = "${aws_lambda_event_source_mapping.enrichment.uuid}";
    const objective = {
      id: "complete",
      title: "No batch is given up",
      expression: "FILL(part1, 0)",
      metrics: {
        part1: {
          ...{ namespace: "AWS/Lambda", metric_name: "DroppedEventCount", stat: "Sum" },
          dimensions: { EventSourceMappingUUID: uuid },
        },
      },
      ...{ bad_above: 0, unit: "batches", alarms: ["m-fast"], runbook: "dead-letters" },
    };
    const stated = { goal: 99, window_days: 28, period_seconds: 300, objectives: [objective] };
    const { objectives } = readTopology({ ...stack, outputs: { ...stack.outputs, objectives: stated } }, identity);
    expect(objectives).toMatchObject({ goal: 99, windowDays: 28 });
    expect(objectives?.all).toMatchObject([
      {
        ...{ id: "complete", alarms: ["m-fast"], runbook: "dead-letters" },
        indicator: {
          ...{ expression: "FILL(part1, 0)", periodSeconds: 300, evaluationPeriods: 1, threshold: 0 },
          metrics: { part1: { dimensions: { EventSourceMappingUUID: "enrichment" }, statistic: "Sum" } },
        },
      },
    ]);
    expect(readTopology(stack, identity).objectives).toBeUndefined();
  });

  test("what the stack does not define does not run", () => {
    expect(readTopology(stackOf(without("aws_lambda_event_source_mapping")), identity).mappings).toEqual([]);
  });

  test.each([
    ["kubernetes_deployment_v1", /Expected one Deployment/],
    ["aws_secretsmanager_secret", /KEYS|secret_id|aws_secretsmanager_secret\.keys/],
    ["aws_secretsmanager_secret_version", /The stack gives the secret m\/keys no value/],
    ["snowflake_stage", /Pipe P reads from stage "EVENTS"/],
    ["aws_kinesis_stream", /aws_kinesis_stream\.raw/],
  ])("without %s the error names what is missing", (type, message) => {
    expect(() => readLocalTopology(stackOf(without(type)), identity)).toThrow(message);
  });

  test("a stack without the local write key has a pipeline, and no event service that could run here", () => {
    const stack = stackOf(base, { stream_names: streamNames });
    expect(readTopology(stack, identity).mappings).toHaveLength(1);
    expect(() => readLocalTopology(stack, identity)).toThrow(/no output "local_write_key"/);
  });

  test("a variable that only an apply can fill fails when it is read, and the others do not", () => {
    const withSecret = base.map((candidate) =>
      candidate.type === "aws_lambda_function"
        ? {
            ...candidate,
            arguments: {
              ...candidate.arguments,
              environment: {
                variables: { OUT: "out", SECRET: "${data.aws_secretsmanager_secret_version.s.secret_string}" },
              },
            },
          }
        : candidate,
    );
    const { environment } = readTopology(stackOf(withSecret), identity).functions[0] ?? {};
    expect(environment?.["OUT"]).toBe("out");
    expect(() => environment?.["SECRET"]).toThrow(/SECRET: .*refers to data\.aws_secretsmanager_secret_version\.s/);
  });

  test("an argument of the wrong type is named with what it should be", () => {
    const wrong = base.map((candidate) =>
      candidate.type === "aws_kinesis_stream"
        ? { ...candidate, arguments: { ...candidate.arguments, shard_count: "three" } }
        : candidate,
    );
    expect(() => readTopology(stackOf(wrong), identity)).toThrow(
      'aws_kinesis_stream.raw: Expected argument `shard_count` to be a number, got "three" (string).',
    );
  });

  const changed = (type: string, args: Record<string, unknown>): readonly Resource[] =>
    base.map((candidate) =>
      candidate.type === type ? { ...candidate, arguments: { ...candidate.arguments, ...args } } : candidate,
    );

  test("a mapping that the stack disables does not run", () => {
    const stack = stackOf(changed("aws_lambda_event_source_mapping", { enabled: false }));
    expect(readTopology(stack, identity).mappings).toEqual([]);
  });

  test.each([
    ["aws_lambda_event_source_mapping", { filter_criteria: { filter: [{ pattern: "{}" }] } }, "filter_criteria"],
    ["aws_lambda_event_source_mapping", { tumbling_window_in_seconds: 30 }, "tumbling_window_in_seconds"],
    ["aws_lambda_event_source_mapping", { count: 2 }, "count"],
    ["aws_lambda_function", { reserved_concurrent_executions: 1 }, "reserved_concurrent_executions"],
    ["aws_kinesis_stream", { for_each: "${toset([])}" }, "for_each"],
  ])("%s with an argument that changes what arrives, and is not modelled, is refused", (type, args, name) => {
    expect(() => readTopology(stackOf(changed(type, args)), identity)).toThrow(
      new RegExp(`^${type}\\.\\w+: argument \`${name}\` is not modelled`),
    );
  });

  test("a delivery stream with a part that is not modelled is refused", () => {
    const delivery = (block: Record<string, unknown>): Resource =>
      resource("aws_kinesis_firehose_delivery_stream", "events", {
        name: "m-events",
        destination: "extended_s3",
        kinesis_source_configuration: { kinesis_stream_arn: "${aws_kinesis_stream.raw.arn}" },
        extended_s3_configuration: {
          bucket_arn: "${aws_s3_bucket.lake.arn}",
          buffering_size: 1,
          buffering_interval: 1,
          compression_format: "GZIP",
          custom_time_zone: "UTC",
          ...block,
        },
      });
    expect(readTopology(stackOf([...base, delivery({})]), identity).deliveryStreams).toHaveLength(1);
    const partitioned = delivery({ dynamic_partitioning_configuration: { enabled: true } });
    expect(() => readTopology(stackOf([...base, partitioned]), identity)).toThrow(
      /extended_s3_configuration\.dynamic_partitioning_configuration` is not modelled/,
    );
  });

  test("arguments that change nothing of what arrives are left to the cloud", () => {
    const stack = stackOf(
      changed("aws_lambda_function", { tags: { a: "b" }, layers: [], lifecycle: {}, tracing_config: {} }),
    );
    expect(readTopology(stack, identity).functions).toHaveLength(1);
  });
});
