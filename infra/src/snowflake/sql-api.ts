import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import { SnowflakeError } from "../errors.ts";

/** Rows of a result: each a map from the column's name, in lower case, to its text. */
export type SnowflakeRows = readonly Readonly<Record<string, string | null>>[];

/** Runs one statement. */
export type RunSql = (statement: string) => Promise<SnowflakeRows>;

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
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const TOKEN_SECONDS = 300;
const REQUEST_TIMEOUT_MS = 30_000;

/**
 * Address of an account: an underscore in its name becomes a hyphen.
 * https://docs.snowflake.com/en/user-guide/admin-account-identifier
 */
export const accountUrl = (organization: string, account: string): string =>
  `https://${organization}-${account}.snowflakecomputing.com`.toLowerCase().replaceAll("_", "-");

/** Fingerprint of a public key as `DESCRIBE USER` shows it. */
export const fingerprint = (key: KeyObject): string =>
  `SHA256:${createHash("sha256")
    .update(key.export({ type: "spki", format: "der" }))
    .digest("base64")}`;

/**
 * Snowflake's SQL API, as far as bootstrap and doctor need it: one statement a request, whose result fits one answer.
 * https://docs.snowflake.com/en/developer-guide/sql-api/reference
 */
export function createSqlApi(login: SnowflakeLogin): RunSql {
  return async (statement) => {
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
        body: JSON.stringify({ statement, timeout: 20, ...(login.role === undefined ? {} : { role: login.role }) }),
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      });
    } catch (cause) {
      throw new SnowflakeError(`${login.url} does not answer. Is the account's name right?`, "unreachable", { cause });
    }
    const answer = (await response.json().catch(() => ({}))) as StatementAnswer;
    if (response.status !== 200) {
      const said = answer.message ?? `HTTP ${response.status}`;
      throw new SnowflakeError(
        `Snowflake refused "${statement}" of ${login.user}: ${said}`,
        answer.code ?? String(response.status),
      );
    }
    const columns = (answer.resultSetMetaData?.rowType ?? []).map(({ name }) => name.toLowerCase());
    return (answer.data ?? []).map((row) =>
      Object.fromEntries(columns.map((name, index) => [name, row[index] ?? null])),
    );
  };
}

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
