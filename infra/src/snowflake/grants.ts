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

/**
 * What the deploying role needs on the account. It owns all else, because it makes it; the schema has managed access,
 * so that its owner may give future grants
 * (https://docs.snowflake.com/en/sql-reference/sql/grant-privilege#access-control-requirements).
 */
export const deployGrants = ({ computing }: SnowflakeNames): readonly Grant[] => [
  { privilege: "CREATE DATABASE", on: "ACCOUNT", name: "" },
  { privilege: "CREATE INTEGRATION", on: "ACCOUNT", name: "" },
  // The task that watches the loader runs on compute of Snowflake's own.
  // https://docs.snowflake.com/en/user-guide/tasks-intro#task-security
  { privilege: "EXECUTE TASK", on: "ACCOUNT", name: "" },
  { privilege: "EXECUTE MANAGED TASK", on: "ACCOUNT", name: "" },
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
