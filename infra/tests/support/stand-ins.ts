import { createPublicKey, verify } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Json } from "../synthesized-plan.ts";
import { fingerprint } from "../../src/snowflake/sql-api.ts";

/** Stand-ins for what no emulator of AWS brings: EKS with one cluster, its Kubernetes API, and Snowflake's SQL API. */
export interface StandIns {
  readonly url: string;
  readonly cluster: ClusterStandIn;
  readonly snowflake: SnowflakeStandIn;
  close(): Promise<void>;
}

export interface ClusterStandIn {
  name: string;
  /** Issuer of the service account tokens, with `https://`. */
  issuer: string;
  vpcId: string;
  status: string;
  readonly accessEntries: Map<string, { groups: readonly string[]; policies: Json[] }>;
  /** Objects of the Kubernetes API by path. */
  readonly objects: Map<string, Json>;
  /** Whether the caller may do what it asks about. */
  mayDeploy: boolean;
}

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

/** A cluster as a platform team hands it over: everything the pipeline asks of it is there. */
const preparedObjects = (): Map<string, Json> =>
  new Map<string, Json>([
    ["/apis/networking.k8s.io/v1/ingressclasses/alb", { metadata: { name: "alb" } }],
    ["/apis/apps/v1/deployments", { items: [{ status: { availableReplicas: 2 } }] }],
    [
      "/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.k8s.io",
      { status: { conditions: [{ type: "Available", status: "True" }] } },
    ],
    ["/api/v1/nodes", { items: [{ metadata: { name: "node-1" } }, { metadata: { name: "node-2" } }] }],
  ]);

export async function startStandIns(options: {
  readonly clusterName: string;
  readonly issuer: string;
  readonly vpcId: string;
}): Promise<StandIns> {
  const cluster: ClusterStandIn = {
    name: options.clusterName,
    issuer: `https://${options.issuer}`,
    vpcId: options.vpcId,
    status: "ACTIVE",
    accessEntries: new Map(),
    objects: preparedObjects(),
    mayDeploy: true,
  };
  const snowflake: SnowflakeStandIn = {
    roles: new Set(["ACCOUNTADMIN", "SYSADMIN", "PUBLIC"]),
    warehouses: new Set(["COMPUTE_WH"]),
    edition: "ENTERPRISE",
    users: new Map(),
    grants: new Map(),
    grantees: new Map(),
    adminToken: "stand-in-administrator",
  };
  let url = "";
  const server = createServer((request, response) => {
    void body(request).then((sent) => {
      const path = new URL(request.url ?? "/", "http://stand-in").pathname;
      const answer = (status: number, content: Json, headers: Record<string, string> = {}): void => {
        response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(content));
      };
      if (path === "/api/v2/statements") answerSnowflake(snowflake, request, sent, answer);
      else if (path.startsWith("/clusters")) answerEks(cluster, url, request.method ?? "GET", path, sent, answer);
      else answerKubernetes(cluster, request.method ?? "GET", path, sent, answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    cluster,
    snowflake,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

type Answer = (status: number, content: Json, headers?: Record<string, string>) => void;

async function body(request: IncomingMessage): Promise<Json> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString("utf8");
  return text === "" ? {} : JSON.parse(text);
}

/** https://docs.aws.amazon.com/eks/latest/APIReference/ */
function answerEks(
  cluster: ClusterStandIn,
  endpoint: string,
  method: string,
  path: string,
  sent: Json,
  answer: Answer,
): void {
  const [, , name, kind, principal = "", policies] = path.split("/").map(decodeURIComponent);
  const absent = (): void =>
    answer(404, { message: "No such resource" }, { "x-amzn-errortype": "ResourceNotFoundException" });
  if (name !== cluster.name) {
    absent();
    return;
  }
  if (kind === undefined) {
    answer(200, {
      cluster: {
        name,
        status: cluster.status,
        version: "1.34",
        endpoint,
        certificateAuthority: { data: "" },
        identity: { oidc: { issuer: cluster.issuer } },
        resourcesVpcConfig: { vpcId: cluster.vpcId },
      },
    });
    return;
  }
  if (principal === "") {
    cluster.accessEntries.set(String(sent.principalArn), { groups: sent.kubernetesGroups ?? [], policies: [] });
    answer(200, { accessEntry: { principalArn: sent.principalArn, kubernetesGroups: sent.kubernetesGroups } });
    return;
  }
  const entry = cluster.accessEntries.get(principal);
  if (entry === undefined) {
    absent();
    return;
  }
  if (policies === undefined) {
    if (method === "POST") entry.groups = sent.kubernetesGroups;
    answer(200, { accessEntry: { principalArn: principal, kubernetesGroups: entry.groups } });
    return;
  }
  if (method === "POST") entry.policies.push({ policyArn: sent.policyArn, accessScope: sent.accessScope });
  answer(
    200,
    method === "POST"
      ? { associatedAccessPolicy: entry.policies.at(-1) }
      : { associatedAccessPolicies: entry.policies },
  );
}

function answerKubernetes(cluster: ClusterStandIn, method: string, path: string, sent: Json, answer: Answer): void {
  if (path.endsWith("/selfsubjectaccessreviews")) {
    answer(201, { status: { allowed: cluster.mayDeploy } });
    return;
  }
  if (method === "PATCH") cluster.objects.set(path, sent);
  const found = cluster.objects.get(path);
  if (found === undefined) answer(404, { message: `${path} not found` });
  else answer(200, found);
}

function answerSnowflake(account: SnowflakeStandIn, request: IncomingMessage, sent: Json, answer: Answer): void {
  const token = String(request.headers.authorization).replace(/^Bearer /, "");
  const user = token === account.adminToken ? "ADMIN" : signedBy(account, token);
  if (user === undefined) {
    answer(401, { code: "390144", message: "JWT token is invalid." });
    return;
  }
  const rows = runStatement(account, user, String(sent.statement));
  if (rows === undefined) {
    answer(422, { code: "001003", message: `SQL compilation error: ${sent.statement}` });
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
    issuer = String(JSON.parse(Buffer.from(claims, "base64url").toString("utf8")).iss);
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
