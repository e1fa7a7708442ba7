import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import { SnowflakeError } from "./errors.ts";

/** Rows of a result: each a map from the column's name, in lower case, to its text. */
export type SnowflakeRows = readonly Readonly<Record<string, string | null>>[];

/** Runs one statement; its values take the places of `?`, in order. */
export type RunSql = (statement: string, values?: readonly string[]) => Promise<SnowflakeRows>;

export interface SnowflakeLogin {
  /** For example `https://shop-millrace-dev.snowflakecomputing.com`. */
  readonly url: string;
  readonly organization: string;
  readonly account: string;
  readonly user: string;
  /** PKCS 8 in PEM: the token is signed with it. Else a programmatic access token. */
  readonly credential: { readonly privateKey: string } | { readonly token: string };
  /** Role to act as; the user's default one when it is not given. */
  readonly role?: string;
  /** Computes; that of the user when it is not given. */
  readonly warehouse?: string;
  /** Where names without a qualifier lie. */
  readonly database?: string;
  readonly schema?: string;
  /** Snowflake ends a statement after this time. Default 20. */
  readonly timeoutSeconds?: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const TOKEN_SECONDS = 300;
const STATEMENT_SECONDS = 20;
/** Beyond the time of the statement. */
const REQUEST_SLACK_MS = 10_000;

/** Fingerprint of a public key as `DESCRIBE USER` shows it. */
export const fingerprint = (key: KeyObject): string =>
  `SHA256:${createHash("sha256")
    .update(key.export({ type: "spki", format: "der" }))
    .digest("base64")}`;

/**
 * Snowflake's SQL API: one statement a request, whose result fits one answer.
 * https://docs.snowflake.com/en/developer-guide/sql-api/reference
 */
export function createSqlApi(login: SnowflakeLogin): RunSql {
  const { role, warehouse, database, schema, timeoutSeconds = STATEMENT_SECONDS } = login;
  return async (statement, values = []) => {
    const { type, token } = authorization(login);
    let response: Response;
    try {
      response = await fetch(`${login.url}/api/v2/statements`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${token}`,
          "x-snowflake-authorization-token-type": type,
          "content-type": "application/json",
          accept: "application/json",
          "user-agent": "millrace",
        },
        // Members that are undefined are left out.
        body: JSON.stringify({
          ...{ statement, timeout: timeoutSeconds, role, warehouse, database, schema },
          bindings: values.length === 0 ? undefined : bindingsOf(values),
        }),
        signal: AbortSignal.timeout(timeoutSeconds * 1_000 + REQUEST_SLACK_MS),
      });
    } catch (cause) {
      const away = `${login.url} does not answer. Is the account's name right?`;
      throw new SnowflakeError(away, "unreachable", away, { cause });
    }
    const answer = (await response.json().catch(() => ({}))) as StatementAnswer;
    if (response.status !== 200) {
      const said = answer.message ?? `HTTP ${response.status}`;
      throw new SnowflakeError(
        `Snowflake refused "${statement}" of ${login.user}: ${said}`,
        answer.code ?? String(response.status),
        said,
      );
    }
    const columns = (answer.resultSetMetaData?.rowType ?? []).map(({ name }) => name.toLowerCase());
    return (answer.data ?? []).map((row) =>
      Object.fromEntries(columns.map((name, index) => [name, row[index] ?? null])),
    );
  };
}

/** https://docs.snowflake.com/en/developer-guide/sql-api/submitting-requests#using-bind-variables-in-a-statement */
const bindingsOf = (values: readonly string[]): object =>
  Object.fromEntries(values.map((value, index) => [String(index + 1), { type: "TEXT", value }]));

interface StatementAnswer {
  readonly code?: string;
  readonly message?: string;
  readonly resultSetMetaData?: { readonly rowType?: readonly { readonly name: string }[] };
  readonly data?: readonly (readonly (string | null)[])[];
}

/** https://docs.snowflake.com/en/developer-guide/sql-api/authenticating#using-key-pair-authentication */
function authorization({ organization, account, user, credential, now }: SnowflakeLogin): {
  type: string;
  token: string;
} {
  if ("token" in credential) return { type: "PROGRAMMATIC_ACCESS_TOKEN", token: credential.token };
  const privateKey = createPrivateKey(credential.privateKey);
  const subject = `${organization}-${account}.${user}`.toUpperCase();
  const issuedAt = Math.floor(now() / 1000);
  const claims = {
    iss: `${subject}.${fingerprint(createPublicKey(privateKey))}`,
    sub: subject,
    iat: issuedAt,
    exp: issuedAt + TOKEN_SECONDS,
  };
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part({ alg: "RS256", typ: "JWT" })}.${part(claims)}`;
  return {
    type: "KEYPAIR_JWT",
    token: `${signed}.${sign("RSA-SHA256", Buffer.from(signed), privateKey).toString("base64url")}`,
  };
}
