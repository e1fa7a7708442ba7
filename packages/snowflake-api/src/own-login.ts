import type { SnowflakeLogin } from "./sql-api.ts";

/** Who asks, with which compute; undefined members are those of the user's own defaults. */
export type OwnLogin = Pick<SnowflakeLogin, "user" | "credential" | "role" | "warehouse">;

/** As a sentence: how somebody gives this machine their own login. */
export const ownLoginRemedy =
  "Set SNOWFLAKE_USER, and SNOWFLAKE_TOKEN (a programmatic access token) or SNOWFLAKE_PRIVATE_KEY.";

/**
 * Returns the login that somebody has set on this machine for themselves, under the names of Snowflake's Terraform
 * provider; undefined where none is set.
 */
export function readOwnLogin(environment: Readonly<Record<string, string | undefined>>): OwnLogin | undefined {
  const read = (name: string): string | undefined => environment[`SNOWFLAKE_${name}`] || undefined;
  const [user, token, privateKey] = [read("USER"), read("TOKEN"), read("PRIVATE_KEY")];
  const credential = token !== undefined ? { token } : privateKey !== undefined ? { privateKey } : undefined;
  if (user === undefined || credential === undefined) return undefined;
  const [role, warehouse] = [read("ROLE"), read("WAREHOUSE")];
  return {
    ...{ user, credential },
    ...(role === undefined ? {} : { role }),
    ...(warehouse === undefined ? {} : { warehouse }),
  };
}
