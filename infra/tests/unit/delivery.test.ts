import { describe, expect, test } from "@jest/globals";
import { loadConfig } from "../../src/config/load-config.ts";
import { ENVIRONMENTS } from "../../src/config/environments.ts";
import { type Json, planOf } from "../synthesized-plan.ts";

describe.each(ENVIRONMENTS)("the way into the warehouse in %s", (environment) => {
  const plan = planOf(environment);
  const deliveries = plan.each("aws_kinesis_firehose_delivery_stream");
  const pipes = plan.each("snowflake_pipe");
  const config = loadConfig(environment);
  const prefixOf = (text: string): string => text.slice(0, text.indexOf("/") + 1);
  const bucketUrl = "s3://${aws_s3_bucket.lake.bucket}/";
  const stageUrl = ({ args }: Json): string => {
    const [, name = ""] = /FROM @"\w+"\."\w+"\."(\w+)"$/m.exec(args.copy_statement) ?? [];
    return plan.each("snowflake_stage").find((stage) => stage.args.name === name)?.args.url ?? "";
  };
  const pipePrefix = (pipe: Json): string => stageUrl(pipe).replace(bucketUrl, "");

  test("enriched events and bad rows are delivered as gzip, by hour, into the lake", () => {
    expect(deliveries.map(({ args }) => args.kinesis_source_configuration.kinesis_stream_arn)).toEqual([
      "${aws_kinesis_stream.bad_rows.arn}",
      "${aws_kinesis_stream.enriched.arn}",
    ]);
    for (const { args } of deliveries) {
      const s3 = args.extended_s3_configuration;
      expect(s3.bucket_arn).toBe("${aws_s3_bucket.lake.arn}");
      // Enriched records are gzip members already.
      expect(s3.compression_format).toBe(s3.prefix.startsWith("enriched/") ? "UNCOMPRESSED" : "GZIP");
      expect(s3.file_extension).toBe(".json.gz");
      expect(s3.prefix).toMatch(/^[a-z-]+\/date=!\{timestamp:yyyy-MM-dd\}\/hour=!\{timestamp:HH\}\/$/);
      expect(s3.cloudwatch_logging_options.enabled).toBe(true);
      expect(plan.referred(s3.kms_key_arn).type).toBe("aws_kms_key");
    }
  });

  test("buffers are those of the configuration", () => {
    expect(deliveries.map(({ args }) => args.extended_s3_configuration)).toEqual(
      [config.delivery.badRows, config.delivery.enriched].map(({ bufferInterval, bufferSize }) =>
        expect.objectContaining({ buffering_interval: bufferInterval, buffering_size: bufferSize }),
      ),
    );
  });

  test("a pipe reads every prefix that is delivered to, and none that errors go to", () => {
    const delivered = deliveries.map(({ args }) => prefixOf(args.extended_s3_configuration.prefix));
    expect(pipes.map(pipePrefix).toSorted()).toEqual(delivered.toSorted());
    for (const { args } of deliveries) {
      const errors: string = args.extended_s3_configuration.error_output_prefix;
      for (const prefix of delivered) expect(errors.startsWith(prefix)).toBe(false);
    }
  });

  test("every stage is one of the locations that its storage integration allows", () => {
    const stages = plan.each("snowflake_stage");
    expect(stages).toHaveLength(pipes.length);
    for (const { args } of stages) {
      const { storage_allowed_locations: allowed } = plan.referred(args.storage_integration).args;
      expect(allowed.filter((location: string) => args.url.startsWith(location))).toHaveLength(1);
    }
  });

  test("S3 tells each pipe's queue of the objects below its prefix", () => {
    const { queue } = plan.json.resource.aws_s3_bucket_notification.warehouse_lake_notification;
    expect(queue).toEqual(
      pipes
        .map(({ address }) => address)
        .toSorted((a, b) => (a < b ? 1 : -1))
        .map((address) => {
          const pipe = plan.json.resource.snowflake_pipe[address.split(".")[1] ?? ""];
          return expect.objectContaining({
            queue_arn: `\${${address}.notification_channel}`,
            events: ["s3:ObjectCreated:*"],
            filter_prefix: pipePrefix({ args: pipe }),
          });
        }),
    );
    for (const { args } of pipes) expect(args.auto_ingest).toBe(true);
  });

  test("each pipe fills every column of its table with its metadata", () => {
    for (const { args } of pipes) {
      const [, table = "", columns = ""] =
        /COPY INTO "\w+"\."\w+"\."(\w+)" \(([^)]+)\)/.exec(args.copy_statement) ?? [];
      const [target] = plan.each("snowflake_table").filter((resource) => resource.args.name === table);
      expect(columns.split(", ")).toEqual(target?.args.column.map(({ name }: Json) => name));
      expect(args.copy_statement).toContain(
        "SELECT $1, METADATA$FILENAME, METADATA$FILE_ROW_NUMBER, METADATA$START_SCAN_TIME",
      );
    }
  });

  test("statements name objects that the plan creates", () => {
    const names = ["snowflake_table", "snowflake_stage", "snowflake_file_format"].flatMap((type) =>
      plan.each(type).map(({ args }) => args.name),
    );
    const { database, schema } = config.warehouse;
    for (const { args } of pipes) {
      for (const [, inDatabase, inSchema, name] of args.copy_statement.matchAll(/"(\w+)"\."(\w+)"\."(\w+)"/g)) {
        expect([inDatabase, inSchema]).toEqual([database, schema]);
        expect(names).toContain(name);
      }
    }
  });

  test("a task writes each line that a pipe refused into a table, and says on a topic each that lines were refused, that pipes keep up, and that rows came", () => {
    const [task, ...others] = plan.each("snowflake_task").map(({ args }) => args);
    expect(others).toEqual([]);
    expect(task).toMatchObject({ started: true, schedule: { minutes: 5 } });
    const { database, schema } = config.warehouse;
    const place = `"${database}"."${schema}".`;
    for (const { args } of pipes) {
      const [, table = ""] = /COPY INTO (\S+)/.exec(args.copy_statement) ?? [];
      const [, stage = ""] = /FROM @(\S+)/.exec(args.copy_statement) ?? [];
      expect(task.sql_statement).toContain(`COPY_HISTORY(\n  TABLE_NAME => '${table}'`);
      expect(task.sql_statement).toContain(`'@${stage}/'`);
      expect(task.sql_statement).toContain(`SYSTEM$PIPE_STATUS('${place}"${args.name}"')`);
    }
    const [, table = "", columns = ""] = /INSERT INTO (\S+) \(([^)]+)\)/.exec(task.sql_statement) ?? [];
    const target = plan.each("snowflake_table").find(({ args }) => `${place}"${args.name}"` === table);
    expect(columns.split(", ")).toEqual(target?.args.column.map(({ name }: Json) => name));
    const integrations = plan.each("snowflake_notification_integration").map(({ args }) => args);
    expect(integrations).toHaveLength(3);
    for (const { name, aws_sns_topic_arn: topic } of integrations) {
      expect(task.sql_statement).toContain(`SNOWFLAKE.NOTIFICATION.INTEGRATION('${name}')`);
      expect(plan.referred(topic).type).toBe("aws_sns_topic");
    }
  });

  test("preview features are enabled for each preview resource that is used, and for no other", () => {
    // Documentation of the snowflakedb/snowflake provider 2.11.0, section "preview_features_enabled".
    const previews = [
      "dynamic_table",
      "file_format",
      "notification_integration",
      "pipe",
      "stage",
      "storage_integration",
      "table",
    ].map((name) => `snowflake_${name}`);
    const used = previews.filter((type) => plan.each(type).length > 0).map((type) => `${type}_resource`);
    expect(plan.json.provider.snowflake[0].preview_features_enabled).toEqual(used);
  });

  const grantsTo = (role: string) =>
    plan
      .each("snowflake_grant_privileges_to_account_role")
      .map(({ args }) => args)
      .filter((grant) => grant.account_role_name === role);

  test("readers may read views and the list of refused lines, and no landing table", () => {
    const grants = grantsTo("MILLRACE_READER");
    const onObjects = grants.filter((grant) => grant.on_schema_object !== undefined);
    expect(
      onObjects.map(({ privileges, on_schema_object: { future, object_name: name } }) => [
        privileges,
        future?.object_type_plural ?? name,
      ]),
    ).toEqual([
      [["SELECT"], expect.stringMatching(/\."REFUSED_LINES"$/)],
      [["SELECT"], "VIEWS"],
    ]);
    expect(grants.flatMap((grant) => grant.privileges).toSorted()).toEqual(["SELECT", "SELECT", "USAGE", "USAGE"]);
  });

  test("the user of plans sees every kind of object that Terraform reads, and no row", () => {
    const grants = grantsTo("MILLRACE_PLAN");
    const kinds = grants.flatMap((grant) => grant.on_schema_object?.future.object_type_plural ?? []);
    expect(kinds.toSorted()).toEqual(["DYNAMIC TABLES", "FILE FORMATS", "PIPES", "STAGES", "TABLES", "TASKS", "VIEWS"]);
    const privileges = new Set(grants.flatMap((grant) => grant.privileges));
    expect([...privileges].toSorted()).toEqual(["MONITOR", "REFERENCES", "USAGE"]);
  });

  test("what the user of plans has to see is made after the grants on what is to come", () => {
    const later = ["table", "dynamic_table", "view", "pipe", "stage", "file_format", "task"];
    for (const { address, args } of later.flatMap((type) => plan.each(`snowflake_${type}`))) {
      const waits = (args.depends_on ?? []).includes(
        "snowflake_grant_privileges_to_account_role.warehouse_planner_views",
      );
      expect([address, waits]).toEqual([address, true]);
    }
  });

  test("the schema lets its owner give future grants, so that deploying needs no right over the whole account", () => {
    expect(plan.each("snowflake_schema").map(({ args }) => args.with_managed_access)).toEqual(["true"]);
  });
});
