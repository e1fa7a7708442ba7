import { FileFormat } from "@cdktf/provider-snowflake/lib/file-format/index.js";
import { Table } from "@cdktf/provider-snowflake/lib/table/index.js";
import { Task } from "@cdktf/provider-snowflake/lib/task/index.js";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { REFUSED_LINES } from "../inputs/warehouse-views.ts";
import type { DataKey } from "./data-key.ts";
import { LoaderSignal } from "./loader-signal.ts";

/** A pipe, the stage it reads and the table it fills. */
export interface WatchedPipe {
  readonly table: string;
  readonly stage: string;
  readonly pipe: string;
}

export interface LoaderWatchProps {
  /** Goes before the names of topics and roles. */
  readonly prefix: string;
  readonly accountId: string;
  readonly key: DataKey;
  readonly database: string;
  readonly schema: string;
  readonly pipes: readonly WatchedPipe[];
  /** The pipes, and the grants on what is to come: they hold for what is made after them. */
  readonly dependsOn: readonly ITerraformDependable[];
}

/** How often the loader is looked at. */
const INTERVAL_MINUTES = 5;
/** A file that has waited so long for its pipe is late: Snowpipe loads within minutes. */
const LATE_MINUTES = 15;

/**
 * Watches Snowpipe from inside Snowflake. Every five minutes a task finds the lines that pipes refused and writes each
 * into REFUSED_LINES. It publishes three kinds of messages: one for each file with refused lines; one if all pipes run
 * and no file waits; one if rows came. Silence of the second is an alarm too: of the pipes, of the task, or of
 * Snowflake. Silence of the third is an alarm while files are written: a pipe that is told of no file runs and waits
 * for none.
 */
export class LoaderWatch extends Construct {
  /** A message for each file of which lines were refused. */
  readonly refusedLines: LoaderSignal;
  /** A message every five minutes while the loader keeps up. */
  readonly freshness: LoaderSignal;
  /** A message every five minutes in which the first pipe loaded rows. */
  readonly loaded: LoaderSignal;
  /** Views may read it. */
  readonly table: ITerraformDependable;

  /** All of them. */
  get signals(): readonly LoaderSignal[] {
    return [this.refusedLines, this.freshness, this.loaded];
  }

  constructor(scope: Construct, id: string, props: LoaderWatchProps) {
    super(scope, id);
    const { prefix, accountId, key, database, schema } = props;
    const dependsOn = [...props.dependsOn];
    const place = { database, schema };
    const table = new Table(this, "refused_lines_table", {
      ...place,
      dependsOn,
      name: REFUSED_LINES,
      comment: "Each line of the lake that became no row of a landing table; the line itself lies in its object",
      column: [
        { name: "TABLE_NAME", type: "VARCHAR(16777216)", nullable: false, comment: "Landing table it was meant for" },
        { name: "FILE_NAME", type: "VARCHAR(16777216)", nullable: false, comment: "Object it lies in" },
        { name: "FILE_ROW_NUMBER", type: "NUMBER(38,0)", nullable: false, comment: "Line in that object" },
        { name: "REASON", type: "VARCHAR(16777216)", nullable: false, comment: "What is wrong with it" },
        { name: "REFUSED_AT", type: "TIMESTAMP_LTZ(9)", nullable: false, comment: "When that was noticed" },
      ],
      lifecycle: { preventDestroy: true },
    });
    // The lines as they are: one field, nothing quoted, nothing escaped.
    const lines = new FileFormat(this, "lines_format", {
      ...place,
      name: "LINES",
      formatType: "CSV",
      compression: "GZIP",
      fieldDelimiter: "NONE",
      escape: "NONE",
      escapeUnenclosedField: "NONE",
      fieldOptionallyEnclosedBy: "NONE",
      replaceInvalidCharacters: true,
      comment: "One line a row, as text",
      dependsOn,
    });
    const signal = (signalId: string, name: string, description: string): LoaderSignal =>
      new LoaderSignal(this, signalId, {
        name: `${prefix}-${name}`,
        integrationName: `${database}_${signalId.toUpperCase()}`,
        description,
        accountId,
        key,
      });
    this.refusedLines = signal("refused_lines", "refused-lines", "A message for each file with refused lines");
    this.freshness = signal("loader_fresh", "loader-fresh", "A message while the loader keeps up");
    this.loaded = signal("rows_loaded", "rows-loaded", "A message while rows are loaded");
    this.table = table;

    new Task(this, "task", {
      ...place,
      name: "WATCH_LOADER",
      comment: "Collects what pipes refused and says whether they keep up",
      started: true,
      schedule: { minutes: INTERVAL_MINUTES },
      allowOverlappingExecution: "false",
      userTaskManagedInitialWarehouseSize: "XSMALL",
      userTaskTimeoutMs: INTERVAL_MINUTES * 60_000,
      sqlStatement: watchStatement(props, {
        refused: this.refusedLines.integrationName,
        fresh: this.freshness.integrationName,
        loaded: this.loaded.integrationName,
      }),
      dependsOn: [...dependsOn, table, lines, ...this.signals.flatMap(({ ready }) => ready)],
    });
  }
}

/** Snowflake's names of what it publishes through. */
interface Integrations {
  readonly refused: string;
  readonly fresh: string;
  readonly loaded: string;
}

const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/**
 * Sources: COPY_HISTORY tells of a file's first error only, and VALIDATE does not work where COPY selects
 * (https://docs.snowflake.com/en/sql-reference/functions/copy_history, …/functions/validate), so each file with errors
 * is read again, as text, and every line of it that is no row is a refused line. CHECK_JSON says why
 * (https://docs.snowflake.com/en/sql-reference/functions/check_json). Publishing:
 * https://docs.snowflake.com/en/sql-reference/stored-procedures/system_send_snowflake_notification
 */
function watchStatement(
  { database, schema, pipes }: LoaderWatchProps,
  { refused, fresh, loaded }: Integrations,
): string {
  const qualified = (name: string): string => `"${database}"."${schema}"."${name}"`;
  const filesOf = ({ table, stage }: WatchedPipe): string =>
    [
      `SELECT ${text(table)} AS table_name, ${text(qualified(table))} AS landing, ${text(`@${qualified(stage)}/`)} AS stage,`,
      "  history.file_name AS file_name, COALESCE(history.first_error_message, 'Refused by the loader.') AS reason",
      `FROM TABLE("${database}".INFORMATION_SCHEMA.COPY_HISTORY(`,
      `  TABLE_NAME => ${text(qualified(table))}, START_TIME => DATEADD('day', -1, CURRENT_TIMESTAMP()))) AS history`,
      "WHERE history.error_count > 0 AND NOT EXISTS (",
      `  SELECT 1 FROM ${qualified(REFUSED_LINES)} AS known`,
      `  WHERE known.table_name = ${text(table)} AND ENDSWITH(known.file_name, history.file_name))`,
    ].join("\n");
  const collect = [
    `INSERT INTO ${qualified(REFUSED_LINES)} (TABLE_NAME, FILE_NAME, FILE_ROW_NUMBER, REASON, REFUSED_AT) `,
    "SELECT ?, lake.file_name, lake.row_number, COALESCE(CHECK_JSON(lake.line), ?), CURRENT_TIMESTAMP() FROM ",
    "(SELECT METADATA$FILENAME AS file_name, METADATA$FILE_ROW_NUMBER AS row_number, $1 AS line FROM ",
  ].join("");
  const statusOf = ({ pipe }: WatchedPipe): string => `PARSE_JSON(SYSTEM$PIPE_STATUS(${text(qualified(pipe))}))`;
  const isFresh = (pipe: WatchedPipe): string =>
    [
      `${statusOf(pipe)}:executionState::STRING = 'RUNNING'`,
      `COALESCE(${statusOf(pipe)}:oldestFileTimestamp::TIMESTAMP_LTZ > DATEADD('minute', -${LATE_MINUTES}, CURRENT_TIMESTAMP()), TRUE)`,
    ].join(" AND ");
  const publish = (integration: string, message: string): string =>
    `CALL SYSTEM$SEND_SNOWFLAKE_NOTIFICATION(SNOWFLAKE.NOTIFICATION.APPLICATION_JSON(${message}), SNOWFLAKE.NOTIFICATION.INTEGRATION(${text(integration)}));`;
  const loadedRows = pipes
    .slice(0, 1)
    .map(({ table }) =>
      [
        `SELECT COALESCE(SUM(history.row_count), 0) FROM TABLE("${database}".INFORMATION_SCHEMA.COPY_HISTORY(`,
        `TABLE_NAME => ${text(qualified(table))}, START_TIME => DATEADD('minute', -${INTERVAL_MINUTES}, CURRENT_TIMESTAMP()))) AS history`,
      ].join(""),
    );
  return [
    "DECLARE",
    `  files CURSOR FOR ${pipes.map(filesOf).join("\nUNION ALL\n")};`,
    "  statement STRING;",
    "  table_name STRING;",
    "  file_name STRING;",
    "  reason STRING;",
    "  message STRING;",
    "  loaded_rows NUMBER;",
    "BEGIN",
    "  FOR file IN files DO",
    "    table_name := file.table_name;",
    "    file_name := file.file_name;",
    "    reason := file.reason;",
    `    statement := ${text(collect)} || file.stage || file.file_name || ${text(` (FILE_FORMAT => '${qualified("LINES")}')) AS lake `)}`,
    `      || 'LEFT JOIN ' || file.landing || ${text(" AS landed ON landed.file_name = lake.file_name AND landed.file_row_number = lake.row_number WHERE landed.file_name IS NULL AND TRIM(lake.line) <> ''")};`,
    "    EXECUTE IMMEDIATE :statement USING (table_name, reason);",
    "    message := TO_JSON(OBJECT_CONSTRUCT('table', :table_name, 'file', :file_name, 'reason', :reason));",
    `    ${publish(refused, ":message")}`,
    "  END FOR;",
    `  IF (${pipes.map(isFresh).join(" AND ")}) THEN`,
    `    ${publish(fresh, text('{"fresh":true}'))}`,
    "  END IF;",
    `  loaded_rows := (${loadedRows.join("")});`,
    "  IF (loaded_rows > 0) THEN",
    `    ${publish(loaded, text('{"loaded":true}'))}`,
    "  END IF;",
    "END",
  ].join("\n");
}
