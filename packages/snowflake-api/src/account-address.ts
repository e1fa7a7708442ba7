export interface SnowflakeAccount {
  readonly organization: string;
  readonly account: string;
}

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Address of an account: an underscore in its name becomes a hyphen.
 * https://docs.snowflake.com/en/user-guide/admin-account-identifier
 */
export const accountUrl = ({ organization, account }: SnowflakeAccount): string =>
  `https://${organization}-${account}.snowflakecomputing.com`.toLowerCase().replaceAll("_", "-");

/** Where to log in. `SNOWFLAKE_HOST`, `_PROTOCOL` and `_PORT` lead elsewhere, as they do for the Terraform provider. */
export function accountAddress(
  { organization, account }: SnowflakeAccount,
  environment: Variables,
): SnowflakeAccount & { readonly url: string } {
  const host = environment["SNOWFLAKE_HOST"];
  const port = environment["SNOWFLAKE_PORT"];
  const url =
    host === undefined || host === ""
      ? accountUrl({ organization, account })
      : `${environment["SNOWFLAKE_PROTOCOL"] ?? "https"}://${host}${port === undefined || port === "" ? "" : `:${port}`}`;
  return { url, organization, account };
}
