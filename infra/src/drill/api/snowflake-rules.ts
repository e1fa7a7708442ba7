import { isList, isObject, type ObjectValue, type Value } from "../provider/dynamic-value.ts";
import type { World } from "../provider/world.ts";
import type { EnvironmentConfig } from "../../config/schema.ts";
import { SNOWFLAKE_TIME_TRAVEL_DAYS } from "../../limits.ts";
import { isGranted } from "../../snowflake/grants.ts";
import { bindingSource } from "../schemas/binding-source.ts";

/** Edition of a Snowflake account, and the settings that the provider has for it. */
export interface SnowflakeAccount {
  readonly edition: EnvironmentConfig["warehouse"]["edition"];
  /** `preview_features_enabled` of the provider's configuration. */
  readonly previewFeatures: ReadonlySet<string>;
}

type Rule = (state: ObjectValue, world: World, account: SnowflakeAccount) => readonly string[];

const faultIf = (isWrong: boolean, fault: string): readonly string[] => (isWrong ? [fault] : []);
const text = (value: Value | undefined): string => (typeof value === "string" ? value : "");
const texts = (value: Value | undefined): readonly string[] => (isList(value) ? value.map((item) => text(item)) : []);

/** Returns the state of an existing object by its type and name. */
const named = (world: World, type: string, name: string): ObjectValue | undefined =>
  world.list().find((thing) => thing.type === type && thing.state["name"] === name)?.state;

/** Account objects that the stacks make, with the types that make them: every integration is one kind of object. */
const objectTypes: Readonly<Record<string, RegExp>> = {
  DATABASE: /^snowflake_database$/,
  INTEGRATION: /^snowflake_\w+_integration$/,
};

const exists = (world: World, kind: RegExp, name: string): boolean =>
  world.list().some(({ type, state }) => kind.test(type) && state["name"] === name);

/** Rules of Snowflake that the stacks rely on and that no schema holds. */
const rules: Readonly<Record<string, Rule>> = {
  // https://docs.snowflake.com/en/sql-reference/sql/create-stage: the URL must be within STORAGE_ALLOWED_LOCATIONS
  snowflake_stage: (state, world) => {
    const integration = named(world, "snowflake_storage_integration", text(state["storage_integration"]));
    if (integration === undefined) return [`Integration ${text(state["storage_integration"])} does not exist.`];
    return locationFaults(state, integration);
  },
  // A change of the integration must leave its stages what they use.
  snowflake_storage_integration: (state, world) =>
    world
      .list()
      .filter(({ type, state: stage }) => type === "snowflake_stage" && stage["storage_integration"] === state["name"])
      .flatMap(({ state: stage }) => locationFaults(stage, state)),
  snowflake_database: timeTravelFaults,
  snowflake_schema: timeTravelFaults,
  snowflake_table: timeTravelFaults,
  // COPY INTO names its table, stage and file format in the statement: Snowflake looks them up when the pipe is made.
  snowflake_pipe: (state, world) =>
    [...text(state["copy_statement"]).matchAll(/"(\w+)"\."(\w+)"\."(\w+)"/g)].flatMap(([whole, , , name = ""]) =>
      faultIf(
        !["snowflake_table", "snowflake_stage", "snowflake_file_format"].some(
          (type) => named(world, type, name) !== undefined,
        ),
        `copy_statement: object ${whole} does not exist.`,
      ),
    ),
  // Incremental refresh needs change tracking on what it reads, and the owner may turn it on only where nothing did.
  // https://docs.snowflake.com/en/user-guide/dynamic-tables-create
  snowflake_dynamic_table: (state, world) => {
    const read = [...text(state["query"]).matchAll(/\bFROM\s+(\w+)/gi)].map(([, name = ""]) => name.toUpperCase());
    return read.flatMap((name) => {
      const table = named(world, "snowflake_table", name);
      if (table === undefined) return [`query: table ${name} does not exist.`];
      return faultIf(table["change_tracking"] !== true, `query: table ${name} does not track its changes.`);
    });
  },
  // A view is compiled when it is made: every table or view it reads must be there.
  snowflake_view: (state, world) => {
    const known = new Set(
      world
        .list()
        .filter(({ type }) => ["snowflake_table", "snowflake_dynamic_table", "snowflake_view"].includes(type))
        .map(({ state: { name } }) => text(name)),
    );
    const read = [...text(state["statement"]).matchAll(/\b(?:FROM|JOIN)\s+"?([A-Z][A-Z0-9_]*)"?/g)];
    const own = [...text(state["statement"]).matchAll(/\b([A-Z][A-Z0-9_]*)\s+AS\s+\(/gi)].map(([, name = ""]) => name);
    return read
      .map(([, name = ""]) => name)
      .filter((name) => !known.has(name) && !own.includes(name))
      .map((name) => `statement: object ${name} does not exist.`);
  },
  snowflake_grant_privileges_to_account_role: (state, world) => {
    const [object] = isList(state["on_account_object"]) ? state["on_account_object"] : [];
    const [onSchema] = isList(state["on_schema"]) ? state["on_schema"] : [];
    const kind = isObject(object) ? objectTypes[text(object["object_type"])] : undefined;
    const name = isObject(object) ? text(object["object_name"]) : "";
    const schema = isObject(onSchema)
      ? text(onSchema["schema_name"]).split(".").at(-1)?.replaceAll('"', "")
      : undefined;
    return [
      ...faultIf(kind !== undefined && !exists(world, kind, name), `${name} does not exist.`),
      ...faultIf(
        schema !== undefined && named(world, "snowflake_schema", schema) === undefined,
        `Schema ${schema ?? ""} does not exist.`,
      ),
    ];
  },
};

function locationFaults(stage: ObjectValue, integration: ObjectValue): readonly string[] {
  const allowed = texts(integration["storage_allowed_locations"]);
  const url = text(stage["url"]);
  return faultIf(
    !allowed.some((location) => url.startsWith(location)),
    `Location '${url}' is not allowed by integration ${text(integration["name"])}: it allows ${allowed.join(", ")}.`,
  );
}

/** https://docs.snowflake.com/en/user-guide/data-time-travel */
function timeTravelFaults(
  { data_retention_time_in_days: given }: ObjectValue,
  _world: World,
  { edition }: SnowflakeAccount,
): readonly string[] {
  const days = typeof given === "number" ? given : 0;
  const { max } = SNOWFLAKE_TIME_TRAVEL_DAYS[edition === "standard" ? "standard" : "enterprise"];
  return faultIf(days > max, `data_retention_time_in_days: ${days} is more than the ${max} of edition ${edition}.`);
}

/** Why Snowflake, or its provider, would refuse a resource. */
export function snowflakeFaults(
  type: string,
  state: ObjectValue,
  world: World,
  account: SnowflakeAccount,
): readonly string[] {
  const feature = `${type}_resource`;
  return [
    ...faultIf(
      previewFeatures().has(feature) && !account.previewFeatures.has(feature),
      `${feature} is a preview feature that the provider's configuration does not enable.`,
    ),
    ...faultIf(!isGranted(type), "infra/src/snowflake/grants.ts does not say which privileges it needs."),
    ...(rules[type]?.(state, world, account) ?? []),
  ].map((fault) => `snowflake: ${type} ${text(state["name"])}: ${fault}`);
}

let known: ReadonlySet<string> | undefined;

/** Resources that the pinned provider has behind a switch, as its own documentation lists them. */
function previewFeatures(): ReadonlySet<string> {
  known ??= new Set(bindingSource("snowflake", "provider", "snowflake").match(/snowflake_\w+_resource/g));
  return known;
}
