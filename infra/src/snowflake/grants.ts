import type { EnvironmentConfig } from "../config/schema.ts";

type WarehouseConfig = EnvironmentConfig["warehouse"];

/** A role has the name of its user. */
export interface SnowflakeNames {
  readonly deploy: string;
  readonly plan: string;
  readonly reader: string;
  /** Computes for the deploying user only: the planning one has none, so that it sees definitions and no row. */
  readonly computing: string;
}

export const snowflakeNames = ({ deployUser, planUser, readerRole }: WarehouseConfig): SnowflakeNames => ({
  deploy: deployUser,
  plan: planUser,
  reader: readerRole,
  computing: deployUser,
});

/** A privilege as `SHOW GRANTS TO ROLE` lists it: the privilege, the kind of object, its name. */
export interface Grant {
  readonly privilege: string;
  readonly on: string;
  readonly name: string;
}

type AccountPrivilege = "CREATE DATABASE" | "CREATE INTEGRATION" | "EXECUTE TASK" | "EXECUTE MANAGED TASK";

/**
 * Privileges of the deploying role on the account, for each type of the stack. The role owns what it makes, so the
 * objects in its database need nothing; the schema has managed access, so that its owner may give future grants
 * (https://docs.snowflake.com/en/sql-reference/sql/grant-privilege#access-control-requirements).
 */
const accountPrivileges: Readonly<Record<string, readonly AccountPrivilege[]>> = {
  snowflake_database: ["CREATE DATABASE"],
  snowflake_dynamic_table: [],
  snowflake_file_format: [],
  snowflake_grant_privileges_to_account_role: [],
  snowflake_notification_integration: ["CREATE INTEGRATION"],
  snowflake_pipe: [],
  snowflake_schema: [],
  snowflake_stage: [],
  snowflake_storage_integration: ["CREATE INTEGRATION"],
  snowflake_table: [],
  // The task that watches the loader runs on compute of Snowflake's own.
  // https://docs.snowflake.com/en/user-guide/tasks-intro#task-security
  snowflake_task: ["EXECUTE TASK", "EXECUTE MANAGED TASK"],
  snowflake_view: [],
};

/** True if {@link deployGrants} has what a Terraform type needs. */
export const isGranted = (type: string): boolean => accountPrivileges[type] !== undefined;

/** Returns the grants of the deploying role: the needs of the stack's types, and a warehouse to compute with. */
export const deployGrants = ({ computing }: SnowflakeNames): readonly Grant[] => [
  ...[...new Set(Object.values(accountPrivileges).flat())].map((privilege) => ({ privilege, on: "ACCOUNT", name: "" })),
  { privilege: "USAGE", on: "WAREHOUSE", name: computing },
];

/** The grants that are missing from the rows of `SHOW GRANTS TO ROLE`. */
export function missingGrants(
  wanted: readonly Grant[],
  rows: readonly Readonly<Record<string, string | null>>[],
): readonly Grant[] {
  return wanted.filter(
    ({ privilege, on, name }) =>
      !rows.some(
        (row) => row["privilege"] === privilege && row["granted_on"] === on && (name === "" || row["name"] === name),
      ),
  );
}
