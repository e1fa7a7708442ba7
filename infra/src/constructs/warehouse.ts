import { S3BucketNotification } from "@cdktf/provider-aws/lib/s3-bucket-notification/index.js";
import { Database } from "@cdktf/provider-snowflake/lib/database/index.js";
import { DynamicTable } from "@cdktf/provider-snowflake/lib/dynamic-table/index.js";
import { FileFormat } from "@cdktf/provider-snowflake/lib/file-format/index.js";
import { GrantPrivilegesToAccountRole } from "@cdktf/provider-snowflake/lib/grant-privileges-to-account-role/index.js";
import { Pipe } from "@cdktf/provider-snowflake/lib/pipe/index.js";
import { Schema } from "@cdktf/provider-snowflake/lib/schema/index.js";
import { Stage } from "@cdktf/provider-snowflake/lib/stage/index.js";
import { StorageIntegration } from "@cdktf/provider-snowflake/lib/storage-integration/index.js";
import { Table } from "@cdktf/provider-snowflake/lib/table/index.js";
import { View } from "@cdktf/provider-snowflake/lib/view/index.js";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { EnvironmentConfig } from "../config/schema.ts";
import { type DynamicWarehouseTable, REFUSED_LINES, type WarehouseView } from "../inputs/warehouse-views.ts";
import { snowflakeNames } from "../snowflake/grants.ts";
import type { DataKey } from "./data-key.ts";
import { LoaderWatch, type WatchedPipe } from "./loader-watch.ts";
import type { PrivateBucket } from "./private-bucket.ts";
import { ServiceRole } from "./service-role.ts";

/** A table that receives every line of the objects below a prefix, as it is. */
interface LandingTable {
  readonly id: string;
  readonly table: string;
  /** Prefix of the objects, ending in `/`. */
  readonly prefix: string;
}

export interface WarehouseProps {
  /** Name of the role that Snowflake takes on in our account. */
  readonly roleName: string;
  readonly accountId: string;
  readonly config: EnvironmentConfig["warehouse"];
  /** Objects that exist already. */
  readonly adopted?: "database" | "database and schema" | undefined;
  readonly lake: PrivateBucket;
  /** Goes before the names of what watches the loader. */
  readonly prefix: string;
  /** Encrypts the loader's signals. */
  readonly signalKey: DataKey;
  /** Keys of the objects that Snowflake reads. */
  readonly keys: readonly DataKey[];
  readonly landings: readonly LandingTable[];
  /** Tables that Snowflake keeps of the landing tables; no reader queries them but by views. */
  readonly dynamicTables: readonly DynamicWarehouseTable[];
  /** Views in layers: one may read the tables and every view of the layers before its own. */
  readonly viewLayers: readonly ViewLayer[];
}

/** Views that do not read each other. */
interface ViewLayer {
  /** Goes before the views' names in their addresses. */
  readonly id: string;
  readonly views: readonly WarehouseView[];
}

/**
 * The lake's way into Snowflake: S3 tells Snowpipe of each new object, Snowpipe copies its lines into a landing table,
 * a dynamic table keeps the best copy of each, views show it. Names inside view statements are unqualified, which
 * Snowflake resolves in the view's own schema (https://docs.snowflake.com/en/sql-reference/name-resolution), and any
 * other SQL engine in its current one.
 */
export class Warehouse extends Construct {
  /** Tells the pipes of new objects; those written before it are not loaded. */
  readonly notification: ITerraformDependable;
  readonly loader: LoaderWatch;

  constructor(scope: Construct, id: string, props: WarehouseProps) {
    super(scope, id);
    const { config, lake, landings } = props;
    const database = new Database(this, "database", {
      name: config.database,
      comment: "Millrace events",
      lifecycle: { preventDestroy: true },
    });
    const schema = new Schema(this, "schema", {
      database: database.name,
      name: config.schema,
      comment: "Landing tables and views of the pipeline",
      // Its owner may then give future grants; in another schema that takes MANAGE GRANTS on the whole account.
      // https://docs.snowflake.com/en/sql-reference/sql/grant-privilege
      withManagedAccess: "true",
      lifecycle: { preventDestroy: true },
    });
    // https://github.com/snowflakedb/terraform-provider-snowflake/blob/main/docs/resources/database.md
    if (props.adopted !== undefined) database.importFrom(`"${config.database}"`);
    if (props.adopted === "database and schema") schema.importFrom(`"${config.database}"."${config.schema}"`);
    const place = { database: database.name, schema: schema.name };
    const qualified = (name: string): string => `"${config.database}"."${config.schema}"."${name}"`;

    const url = (prefix: string): string => `s3://${lake.nameReference}/${prefix}`;
    const integration = new StorageIntegration(this, "storage_integration", {
      name: `${config.database}_LAKE`,
      type: "EXTERNAL_STAGE",
      storageProvider: "S3",
      enabled: true,
      // Written out: the role's trust policy needs the integration's identity, so the integration cannot wait for the
      // role.
      storageAwsRoleArn: `arn:aws:iam::${props.accountId}:role/${props.roleName}`,
      storageAllowedLocations: landings.map(({ prefix }) => url(prefix)),
    });
    // A future grant is given to what is made after it.
    const seen = this.#grantSeeing(config, integration.name, [database, schema]);
    const fileFormat = new FileFormat(this, "file_format", {
      ...place,
      name: "NDJSON",
      formatType: "JSON",
      // Stated, so that nothing is guessed from the first bytes or the name.
      compression: "GZIP",
      comment: "One JSON document a line",
      dependsOn: seen,
    });
    // `storageAwsExternalId` is an input without a computed value: null unless the configuration chooses an id.
    // https://github.com/snowflakedb/terraform-provider-snowflake/issues/3934
    const externalId = integration.describeOutput.get(0).storageAwsExternalId.get(0).value;
    const role = new ServiceRole(this, "role", {
      name: props.roleName,
      description: "What Snowflake may read of the lake",
      trust: {
        sid: "SnowflakeIntegration",
        principal: { AWS: integration.storageAwsIamUserArn },
        actions: ["sts:AssumeRole"],
        conditions: { StringEquals: { "sts:ExternalId": externalId } },
      },
      statements: [
        {
          sid: "ReadLandedObjects",
          actions: ["s3:GetObject", "s3:GetObjectVersion"],
          resources: landings.map(({ prefix }) => `${lake.arn}/${prefix}*`),
        },
        { sid: "FindBucket", actions: ["s3:GetBucketLocation"], resources: [lake.arn] },
        {
          sid: "ListLandedObjects",
          actions: ["s3:ListBucket"],
          resources: [lake.arn],
          conditions: { StringLike: { "s3:prefix": landings.map(({ prefix }) => `${prefix}*`) } },
        },
        ...props.keys.map((key) => key.decryptThrough("s3")),
      ],
    });
    const tables: ITerraformDependable[] = [];
    const pipes: (WatchedPipe & { readonly resource: ITerraformDependable })[] = [];
    const queues = landings.map(({ id: landingId, table: tableName, prefix }) => {
      const table = new Table(this, `${landingId}_table`, {
        ...place,
        name: tableName,
        comment: `Every line below ${prefix}, at least once; query the views instead`,
        changeTracking: true,
        dataRetentionTimeInDays: config.timeTravel,
        column: [
          { name: "RECORD", type: "VARIANT", nullable: false, comment: "The line as it is" },
          { name: "FILE_NAME", type: "VARCHAR(16777216)", nullable: false, comment: "Object it came in" },
          { name: "FILE_ROW_NUMBER", type: "NUMBER(38,0)", nullable: false, comment: "Line in that object" },
          { name: "LOADED_AT", type: "TIMESTAMP_LTZ(9)", nullable: false, comment: "Start of the load" },
        ],
        lifecycle: { preventDestroy: true },
        dependsOn: seen,
      });
      tables.push(table);
      // One stage per prefix: a stage above the integration's allowed locations is refused.
      // https://docs.snowflake.com/en/sql-reference/sql/create-stage
      const stage = new Stage(this, `${landingId}_stage`, {
        ...place,
        name: `${tableName}_STAGE`,
        url: url(prefix),
        storageIntegration: integration.name,
        dependsOn: [role.policy, ...seen],
      });
      const pipe = new Pipe(this, `${landingId}_pipe`, {
        ...place,
        name: `${tableName}_PIPE`,
        comment: `Loads ${prefix} into ${tableName} as objects arrive`,
        autoIngest: true,
        // CONTINUE: one broken line must not hold back the object it came in. LoaderWatch finds what was refused.
        copyStatement: [
          `COPY INTO ${qualified(tableName)} (RECORD, FILE_NAME, FILE_ROW_NUMBER, LOADED_AT)`,
          "FROM (",
          "  SELECT $1, METADATA$FILENAME, METADATA$FILE_ROW_NUMBER, METADATA$START_SCAN_TIME",
          `  FROM @${qualified(`${tableName}_STAGE`)}`,
          ")",
          `FILE_FORMAT = (FORMAT_NAME = '${qualified("NDJSON")}')`,
          "ON_ERROR = CONTINUE",
        ].join("\n"),
        dependsOn: [table, stage, fileFormat, ...seen],
      });
      pipes.push({ table: tableName, stage: `${tableName}_STAGE`, pipe: `${tableName}_PIPE`, resource: pipe });
      return {
        id: landingId,
        queueArn: pipe.notificationChannel,
        events: ["s3:ObjectCreated:*"],
        filterPrefix: prefix,
      };
    });
    this.notification = new S3BucketNotification(this, "lake_notification", { bucket: lake.id, queue: queues });

    this.loader = new LoaderWatch(this, "loader", {
      prefix: props.prefix,
      accountId: props.accountId,
      key: props.signalKey,
      database: config.database,
      schema: config.schema,
      pipes,
      dependsOn: [...pipes.map(({ resource }) => resource), ...seen],
    });

    for (const signal of this.loader.signals) {
      new GrantPrivilegesToAccountRole(this, `planner_${signal.node.id}_integration`, {
        accountRoleName: config.planUser,
        privileges: ["USAGE"],
        onAccountObject: { objectType: "INTEGRATION", objectName: signal.integrationName },
        dependsOn: [...signal.ready],
      });
    }

    // Snowflake looks up what a view reads when the view is made, and gives future grants when it is made.
    const kept = props.dynamicTables.map(
      ({ name, comment, query }) =>
        new DynamicTable(this, `${name.toLowerCase()}_dynamic_table`, {
          ...place,
          name,
          comment,
          query,
          warehouse: snowflakeNames(config).computing,
          targetLag: { maximumDuration: `${config.targetLag} seconds` },
          // AUTO may choose to compute everything each time, and keeps to it.
          refreshMode: "INCREMENTAL",
          initialize: "ON_CREATE",
          dependsOn: [...tables, ...seen],
        }),
    );
    let ready = [...tables, ...kept, ...seen, this.loader.table, ...this.#grantReading(config, [database, schema])];
    for (const layer of props.viewLayers) {
      ready = [
        ...ready,
        ...layer.views.map(
          ({ name, comment, statement, columnComments }) =>
            new View(this, `${layer.id}${name.toLowerCase()}_view`, {
              ...place,
              name,
              comment: plainText(comment),
              statement: plainText(statement),
              ...(columnComments === undefined
                ? {}
                : {
                    // Names without quotes are in capitals.
                    column: columnComments.map((column) => ({
                      columnName: column.name.toUpperCase(),
                      ...(column.comment === "" ? {} : { comment: plainText(column.comment) }),
                    })),
                  }),
              dependsOn: ready,
            }),
        ),
      ];
    }
  }

  /**
   * The user of plans sees definitions: REFERENCES shows a table's columns and a view's text, and no row. A stage can
   * be read only by a warehouse, and this user has none.
   * https://docs.snowflake.com/en/user-guide/security-access-control-privileges
   */
  #grantSeeing(
    config: WarehouseProps["config"],
    integrationName: string,
    dependsOn: ITerraformDependable[],
  ): ITerraformDependable[] {
    const accountRoleName = config.planUser;
    const schemaName = `"${config.database}"."${config.schema}"`;
    const future = [
      ["TABLES", "REFERENCES"],
      ["DYNAMIC TABLES", "MONITOR"],
      ["VIEWS", "REFERENCES"],
      ["PIPES", "MONITOR"],
      ["STAGES", "USAGE"],
      ["FILE FORMATS", "USAGE"],
      ["TASKS", "MONITOR"],
    ] as const;
    return [
      new GrantPrivilegesToAccountRole(this, "planner_integration", {
        accountRoleName,
        privileges: ["USAGE"],
        onAccountObject: { objectType: "INTEGRATION", objectName: integrationName },
      }),
      new GrantPrivilegesToAccountRole(this, "planner_database", {
        accountRoleName,
        privileges: ["USAGE", "MONITOR"],
        onAccountObject: { objectType: "DATABASE", objectName: config.database },
        dependsOn,
      }),
      new GrantPrivilegesToAccountRole(this, "planner_schema", {
        accountRoleName,
        privileges: ["USAGE", "MONITOR"],
        onSchema: { schemaName },
        dependsOn,
      }),
      ...future.map(
        ([objectTypePlural, privilege]) =>
          new GrantPrivilegesToAccountRole(this, `planner_${objectTypePlural.toLowerCase().replace(" ", "_")}`, {
            accountRoleName,
            privileges: [privilege],
            onSchemaObject: { future: { objectTypePlural, inSchema: schemaName } },
            dependsOn,
          }),
      ),
    ];
  }

  /** Readers get every view there will be, and of the tables the list of refused lines: others hold duplicates. */
  #grantReading(config: WarehouseProps["config"], dependsOn: ITerraformDependable[]): ITerraformDependable[] {
    const accountRoleName = config.readerRole;
    const schemaName = `"${config.database}"."${config.schema}"`;
    return [
      new GrantPrivilegesToAccountRole(this, "reader_database", {
        accountRoleName,
        privileges: ["USAGE"],
        onAccountObject: { objectType: "DATABASE", objectName: config.database },
        dependsOn,
      }),
      new GrantPrivilegesToAccountRole(this, "reader_schema", {
        accountRoleName,
        privileges: ["USAGE"],
        onSchema: { schemaName },
        dependsOn,
      }),
      new GrantPrivilegesToAccountRole(this, "reader_views", {
        accountRoleName,
        privileges: ["SELECT"],
        onSchemaObject: { future: { objectTypePlural: "VIEWS", inSchema: schemaName } },
        dependsOn,
      }),
      new GrantPrivilegesToAccountRole(this, "reader_refused_lines", {
        accountRoleName,
        privileges: ["SELECT"],
        onSchemaObject: { objectType: "TABLE", objectName: `${schemaName}."${REFUSED_LINES}"` },
        dependsOn: [this.loader.table],
      }),
    ];
  }
}

/** A text in which Terraform replaces nothing: authors of contracts write `${…}` in descriptions. */
function plainText(text: string): string {
  return text.replaceAll(/([$%])\{/g, "$1$&");
}
