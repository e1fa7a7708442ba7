import { createPublicKey } from "node:crypto";
import type { EnvironmentConfig } from "../config/schema.ts";
import { deployGrants, type Grant, missingGrants, type SnowflakeNames, snowflakeNames } from "../snowflake/grants.ts";
import { fingerprint, type RunSql } from "@millrace/snowflake-api";
import type { Change, Step, World } from "./step.ts";

/** Public keys in PEM, by user. */
export type PublicKeys = Readonly<Record<"deploy" | "plan", string>>;

const sql = (statement: string): Change => ({ by: "snowflake", statement });

/**
 * Roles, users and grants. An administrator's login is needed to compare and to run them; without one the statements
 * are there to be run in a worksheet.
 */
export function snowflakeSteps(config: EnvironmentConfig, keys: PublicKeys): readonly Step[] {
  const names = snowflakeNames(config.warehouse);
  return [
    ...[names.deploy, names.plan, names.reader].map((role) => roleStep(role)),
    roleToRole(names.deploy, "SYSADMIN"),
    computingStep(names),
    ...deployGrants(names).map((grant) => grantStep(names.deploy, grant)),
    userStep({ user: names.deploy, role: names.deploy, computing: names.computing, publicKey: keys.deploy }),
    userStep({ user: names.plan, role: names.plan, computing: undefined, publicKey: keys.plan }),
    roleToUser(names.deploy, names.deploy),
    roleToUser(names.plan, names.plan),
  ];
}

function step(title: string, statement: string, isDone: (run: RunSql) => Promise<boolean>): Step {
  return {
    title: `Snowflake: ${title}`,
    pending: async (world: World | undefined) =>
      world?.snowflake !== undefined && (await isDone(world.snowflake)) ? [] : [sql(statement)],
  };
}

const isListed = async (run: RunSql, kind: string, name: string): Promise<boolean> =>
  (await run(`SHOW ${kind} LIKE '${name}'`)).some((row) => row["name"] === name);

const roleStep = (role: string): Step =>
  step(`role ${role}`, `CREATE ROLE IF NOT EXISTS ${role} COMMENT = 'Millrace'`, (run) => isListed(run, "ROLES", role));

const roleToRole = (role: string, to: string): Step =>
  step(`role ${role} for ${to}`, `GRANT ROLE ${role} TO ROLE ${to}`, async (run) =>
    (await run(`SHOW GRANTS OF ROLE ${role}`)).some(
      (row) => row["granted_to"] === "ROLE" && row["grantee_name"] === to,
    ),
  );

const roleToUser = (role: string, user: string): Step =>
  step(`role ${role} for user ${user}`, `GRANT ROLE ${role} TO USER ${user}`, async (run) =>
    (await run(`SHOW GRANTS OF ROLE ${role}`)).some(
      (row) => row["granted_to"] === "USER" && row["grantee_name"] === user,
    ),
  );

const computingStep = ({ computing }: SnowflakeNames): Step =>
  step(
    `warehouse ${computing}`,
    `CREATE WAREHOUSE IF NOT EXISTS ${computing} WAREHOUSE_SIZE = XSMALL AUTO_SUSPEND = 60 AUTO_RESUME = TRUE ` +
      "INITIALLY_SUSPENDED = TRUE COMMENT = 'Millrace: what a deployment computes'",
    (run) => isListed(run, "WAREHOUSES", computing),
  );

const grantStep = (role: string, grant: Grant): Step => {
  const { privilege, on, name } = grant;
  const object = on === "ACCOUNT" ? "ACCOUNT" : `${on} ${name}`;
  return step(
    `${privilege} on ${object} for ${role}`,
    `GRANT ${privilege} ON ${object} TO ROLE ${role}`,
    async (run) => missingGrants([grant], await run(`SHOW GRANTS TO ROLE ${role}`)).length === 0,
  );
};

interface ServiceUser {
  readonly user: string;
  readonly role: string;
  readonly computing: string | undefined;
  readonly publicKey: string;
}

/** A user that exists keeps its key unless it has none: rotating keys is an act of its own. */
function userStep({ user, role, computing, publicKey }: ServiceUser): Step {
  const body = publicKey.replaceAll(/-----[A-Z ]+-----|\s/g, "");
  const settings = [`DEFAULT_ROLE = ${role}`, ...(computing === undefined ? [] : [`DEFAULT_WAREHOUSE = ${computing}`])];
  const create =
    `CREATE USER IF NOT EXISTS ${user} TYPE = SERVICE ${settings.join(" ")} RSA_PUBLIC_KEY = '${body}' ` +
    "COMMENT = 'Millrace: logs in with a key only'";
  let other: string | undefined;
  return {
    title: `Snowflake: user ${user}`,
    pending: async (world) => {
      const run = world?.snowflake;
      if (run === undefined || !(await isListed(run, "USERS", user))) return [sql(create)];
      const rows = await run(`DESCRIBE USER ${user}`);
      const property = (name: string): string =>
        rows.find((row) => row["property"] === name)?.["value"]?.replace(/^null$/, "") ?? "";
      const wanted = fingerprint(createPublicKey(publicKey));
      const found = property("RSA_PUBLIC_KEY_FP");
      if (found !== "" && found !== wanted && property("RSA_PUBLIC_KEY_2_FP") !== wanted) other = found;
      const isSet = property("DEFAULT_ROLE") === role && property("DEFAULT_WAREHOUSE") === (computing ?? "");
      return [
        ...(isSet ? [] : [sql(`ALTER USER ${user} SET ${settings.join(" ")}`)]),
        ...(found === "" ? [sql(`ALTER USER ${user} SET RSA_PUBLIC_KEY = '${body}'`)] : []),
      ];
    },
    afterwards: () =>
      other === undefined
        ? undefined
        : `${user} keeps its key ${other}, which is not the one in the folder. To rotate: ALTER USER ${user} SET RSA_PUBLIC_KEY_2 = '…'`,
  };
}
