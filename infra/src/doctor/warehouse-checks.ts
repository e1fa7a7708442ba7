import { SnowflakeError } from "@millrace/snowflake-api";
import { deployGrants, missingGrants, snowflakeNames } from "../snowflake/grants.ts";
import { type Check, inPlace, missing } from "./check.ts";

const LOGIN = "Snowflake login";

const login: Check = {
  name: LOGIN,
  look: async ({ config, snowflake }) => {
    const { environment, warehouse } = config;
    const user = warehouse.deployUser;
    if (snowflake === undefined) {
      return missing(
        `no private key of ${user}`,
        `Set SNOWFLAKE_PRIVATE_KEY to it; pnpm --filter @millrace/infra bootstrap ${environment} makes one and the SQL that gives it to the user.`,
      );
    }
    try {
      const [row] = await snowflake("SELECT CURRENT_ROLE() AS ROLE, CURRENT_WAREHOUSE() AS WAREHOUSE");
      const names = snowflakeNames(warehouse);
      return row?.["role"] === names.deploy
        ? inPlace(`${user} with role ${names.deploy}`)
        : missing(
            `${user} acts with role ${row?.["role"] ?? "none"}: what it makes would belong to another role`,
            `ALTER USER ${user} SET DEFAULT_ROLE = ${names.deploy};`,
          );
    } catch (error) {
      if (!(error instanceof SnowflakeError)) throw error;
      return missing(
        error.message,
        `Run snowflake.sql of pnpm --filter @millrace/infra bootstrap ${environment} as ACCOUNTADMIN; it gives ${user} the key.`,
      );
    }
  },
};

const privileges: Check = {
  name: "Snowflake privileges",
  needs: LOGIN,
  look: async ({ config, snowflake }) => {
    const names = snowflakeNames(config.warehouse);
    const rows = (await snowflake?.(`SHOW GRANTS TO ROLE ${names.deploy}`)) ?? [];
    const lacking = missingGrants(deployGrants(names), rows);
    return lacking.length === 0
      ? inPlace(
          deployGrants(names)
            .map(({ privilege, on }) => `${privilege} on ${on.toLowerCase()}`)
            .join(", "),
        )
      : missing(
          `${names.deploy} lacks ${lacking.map(({ privilege, on }) => `${privilege} on ${on.toLowerCase()}`).join(", ")}`,
          lacking
            .map(
              ({ privilege, on, name }) =>
                `GRANT ${privilege} ON ${on}${name === "" ? "" : ` ${name}`} TO ROLE ${names.deploy};`,
            )
            .join(" "),
        );
  },
};

const roles: Check = {
  name: "Snowflake roles",
  needs: LOGIN,
  look: async ({ config, snowflake }) => {
    const names = snowflakeNames(config.warehouse);
    const found = new Set(((await snowflake?.("SHOW ROLES")) ?? []).map((row) => row["name"]));
    const lacking = [names.reader, names.plan].filter((role) => !found.has(role));
    return lacking.length === 0
      ? inPlace(`${names.reader}, ${names.plan}`)
      : missing(`${lacking.join(", ")} do(es) not exist`, lacking.map((role) => `CREATE ROLE ${role};`).join(" "));
  },
};

/** Longest time travel of the Standard edition: https://docs.snowflake.com/en/user-guide/data-time-travel */
const STANDARD_TIME_TRAVEL_DAYS = 1;

const edition: Check = {
  name: "Snowflake edition",
  needs: LOGIN,
  look: async ({ config, snowflake }) => {
    const { timeTravel } = config.warehouse;
    if (timeTravel <= STANDARD_TIME_TRAVEL_DAYS) return inPlace(`any: time travel of ${timeTravel} day(s)`);
    // No function tells the edition. Multi-cluster columns are shown from Enterprise on.
    // https://docs.snowflake.com/en/sql-reference/sql/show-warehouses
    const [warehouse] = (await snowflake?.("SHOW WAREHOUSES")) ?? [];
    return warehouse !== undefined && "max_cluster_count" in warehouse
      ? inPlace(`Enterprise or higher, for time travel of ${timeTravel} days`)
      : missing(
          `Standard, and warehouse.timeTravel is ${timeTravel} days`,
          `Have the account raised to Enterprise, or set warehouse.timeTravel of ${config.environment} to ${STANDARD_TIME_TRAVEL_DAYS}.`,
        );
  },
};

/** Checks of the Snowflake account. */
export const warehouseChecks: readonly Check[] = [login, privileges, roles, edition];
