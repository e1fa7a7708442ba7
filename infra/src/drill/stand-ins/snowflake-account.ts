import { createPublicKey, verify } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { fingerprint } from "@millrace/snowflake-api";
import type { Answer, JsonObject } from "./json-server.ts";

/** A Snowflake account. Members are deleted to make a prerequisite missing. */
export interface SnowflakeStandIn {
  readonly roles: Set<string>;
  readonly warehouses: Set<string>;
  /** Columns of multi-cluster warehouses are there from Enterprise on. */
  edition: "STANDARD" | "ENTERPRISE";
  readonly users: Map<string, Map<string, string>>;
  /** `<privilege> ON <kind> <name>` by role. */
  readonly grants: Map<string, Set<string>>;
  /** `ROLE <name>` and `USER <name>` by role. */
  readonly grantees: Map<string, Set<string>>;
  readonly adminToken: string;
}

export const newSnowflakeAccount = (): SnowflakeStandIn => ({
  roles: new Set(["ACCOUNTADMIN", "SYSADMIN", "PUBLIC"]),
  warehouses: new Set(["COMPUTE_WH"]),
  edition: "ENTERPRISE",
  users: new Map(),
  grants: new Map(),
  grantees: new Map(),
  adminToken: "stand-in-administrator",
});

/**
 * Snowflake's SQL API, as far as bootstrap and doctor use it:
 * https://docs.snowflake.com/en/developer-guide/sql-api/reference
 */
export function answerSnowflake(
  account: SnowflakeStandIn,
  request: IncomingMessage,
  sent: JsonObject,
  answer: Answer,
): void {
  const token = String(request.headers.authorization).replace(/^Bearer /, "");
  const user = token === account.adminToken ? "ADMIN" : signedBy(account, token);
  if (user === undefined) {
    answer(401, { code: "390144", message: "JWT token is invalid." });
    return;
  }
  const rows = runStatement(account, user, String(sent["statement"]));
  if (rows === undefined) {
    answer(422, { code: "001003", message: `SQL compilation error: ${String(sent["statement"])}` });
    return;
  }
  const names = Object.keys(rows[0] ?? {});
  answer(200, {
    resultSetMetaData: { rowType: names.map((name) => ({ name })) },
    data: rows.map((row) => names.map((name) => row[name] ?? null)),
  });
}

/** The user whose key signed the token. */
function signedBy(account: SnowflakeStandIn, token: string): string | undefined {
  const [header = "", claims = "", signature = ""] = token.split(".");
  let issuer: string;
  try {
    issuer = String((JSON.parse(Buffer.from(claims, "base64url").toString("utf8")) as JsonObject)["iss"]);
  } catch {
    return undefined;
  }
  const [, name = ""] = issuer.split(".");
  const body = account.users.get(name)?.get("RSA_PUBLIC_KEY");
  if (body === undefined) return undefined;
  const key = createPublicKey({ key: Buffer.from(body, "base64"), format: "der", type: "spki" });
  const isSigned = verify("RSA-SHA256", Buffer.from(`${header}.${claims}`), key, Buffer.from(signature, "base64url"));
  return isSigned && issuer.endsWith(fingerprint(key)) ? name : undefined;
}

type Rows = readonly Readonly<Record<string, string>>[];

interface Statement {
  readonly pattern: RegExp;
  readonly run: (account: SnowflakeStandIn, match: readonly string[], user: string) => Rows;
}

const DONE: Rows = [{ status: "Statement executed successfully." }];

function added<K, V>(map: Map<K, Set<V>>, key: K, value: V): Rows {
  map.set(key, new Set([...(map.get(key) ?? []), value]));
  return DONE;
}

function setProperties(properties: Map<string, string>, settings: string): Rows {
  for (const [, name = "", quoted, plain] of settings.matchAll(/(\w+) = (?:'([^']*)'|(\w+))/g)) {
    properties.set(name, quoted ?? plain ?? "");
  }
  return DONE;
}

/** The statements that bootstrap and doctor use; any other one is a compilation error. */
const statements: readonly Statement[] = [
  {
    pattern: /^CREATE ROLE IF NOT EXISTS (\w+)/,
    run: ({ roles }, [, role = ""]) => (roles.add(role), DONE),
  },
  {
    pattern: /^CREATE WAREHOUSE IF NOT EXISTS (\w+)/,
    run: ({ warehouses }, [, name = ""]) => (warehouses.add(name), DONE),
  },
  {
    pattern: /^CREATE USER IF NOT EXISTS (\w+) (.+)$/,
    run: ({ users }, [, user = "", settings = ""]) => {
      if (users.has(user)) return DONE;
      const properties = new Map<string, string>();
      users.set(user, properties);
      return setProperties(properties, settings);
    },
  },
  {
    pattern: /^ALTER USER (\w+) SET (.+)$/,
    run: ({ users }, [, user = "", settings = ""]) =>
      setProperties(users.get(user) ?? new Map<string, string>(), settings),
  },
  {
    pattern: /^GRANT ROLE (\w+) TO (ROLE|USER) (\w+)$/,
    run: ({ grantees }, [, role = "", kind = "", to = ""]) => added(grantees, role, `${kind} ${to}`),
  },
  {
    pattern: /^GRANT (.+) ON (ACCOUNT|WAREHOUSE \w+) TO ROLE (\w+)$/,
    run: ({ grants }, [, privilege = "", on = "", role = ""]) => added(grants, role, `${privilege} ON ${on}`),
  },
  {
    pattern: /^SHOW (ROLES|USERS|WAREHOUSES)( LIKE '(\w+)')?$/,
    run: (account, [, kind = "", , name]) => {
      const all = { ROLES: [...account.roles], USERS: [...account.users.keys()], WAREHOUSES: [...account.warehouses] }[
        kind
      ];
      const extra = kind === "WAREHOUSES" && account.edition !== "STANDARD" ? { max_cluster_count: "1" } : {};
      return (all ?? [])
        .filter((found) => name === undefined || found === name)
        .map((found) => ({ name: found, ...extra }));
    },
  },
  {
    pattern: /^SHOW GRANTS TO ROLE (\w+)$/,
    run: ({ grants }, [, role = ""]) =>
      [...(grants.get(role) ?? [])].map((grant) => {
        const [privilege = "", object = ""] = grant.split(" ON ");
        const [kind = "", name = ""] = object.split(" ");
        return { privilege, granted_on: kind, name };
      }),
  },
  {
    pattern: /^SHOW GRANTS OF ROLE (\w+)$/,
    run: ({ grantees }, [, role = ""]) =>
      [...(grantees.get(role) ?? [])].map((grantee) => {
        const [kind = "", name = ""] = grantee.split(" ");
        return { granted_to: kind, grantee_name: name };
      }),
  },
  {
    pattern: /^DESCRIBE USER (\w+)$/,
    run: ({ users }, [, user = ""]) => {
      const properties = users.get(user) ?? new Map<string, string>();
      const key = properties.get("RSA_PUBLIC_KEY");
      const print =
        key === undefined
          ? "null"
          : fingerprint(createPublicKey({ key: Buffer.from(key, "base64"), format: "der", type: "spki" }));
      return [...properties, ["RSA_PUBLIC_KEY_FP", print] as const].map(([property, value]) => ({ property, value }));
    },
  },
  {
    pattern: /^SELECT CURRENT_ROLE\(\) AS ROLE/,
    run: ({ users }, _match, user) => [{ role: users.get(user)?.get("DEFAULT_ROLE") ?? "PUBLIC" }],
  },
];

function runStatement(account: SnowflakeStandIn, user: string, text: string): Rows | undefined {
  for (const { pattern, run } of statements) {
    const match = pattern.exec(text);
    if (match !== null) return run(account, match, user);
  }
  return undefined;
}
