import type { EnvironmentConfig } from "../config/schema.ts";
import { accountUrl } from "./sql-api.ts";

/** Where to log in. `SNOWFLAKE_HOST`, `_PROTOCOL` and `_PORT` lead elsewhere, as they do for the Terraform provider. */
export function loginAddress(
  { organization, account }: EnvironmentConfig["warehouse"],
  environment: Readonly<Record<string, string | undefined>>,
): { readonly url: string; readonly organization: string; readonly account: string } {
  const host = environment["SNOWFLAKE_HOST"];
  const port = environment["SNOWFLAKE_PORT"];
  const url =
    host === undefined || host === ""
      ? accountUrl(organization, account)
      : `${environment["SNOWFLAKE_PROTOCOL"] ?? "https"}://${host}${port === undefined || port === "" ? "" : `:${port}`}`;
  return { url, organization, account };
}
