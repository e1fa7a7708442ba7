import { afterAll, afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bootstrap, type BootstrapResult } from "../../src/bootstrap/bootstrap.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { privacyKeysShape, writeKeysShape } from "../../src/config/schema.ts";
import { type Platform, startPlatform } from "../../src/drill/stand-ins/platform.ts";
import { BootstrapError } from "../../src/errors.ts";
import { createSqlApi } from "@millrace/snowflake-api";
import type { Json } from "../synthesized-plan.ts";
import { placeServiceKeys, removeServiceKeys } from "../support/service-keys.ts";
import { emptyAccount, type FakeAccount, fakeRun } from "../support/fake-aws.ts";

const config = loadConfig("dev");
let folder: string;
let standIns: Platform;
let account: FakeAccount;
let lines: string[];
let commands: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "millrace-bootstrap-"));
  await placeServiceKeys(folder);
  standIns = await startPlatform({
    clusterName: config.ingest.cluster.name,
    issuer: config.ingest.cluster.oidcIssuer,
    vpcId: "vpc-1",
  });
  account = emptyAccount(config.aws.accountId);
  account.eksUrl = standIns.url;
  [lines, commands] = [[], []];
});
afterAll(removeServiceKeys);
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await standIns.close();
});

const run = (options: { apply?: boolean; withAdmin?: boolean } = {}): Promise<BootstrapResult> =>
  bootstrap({
    config,
    repository: "shop/millrace",
    folder,
    apply: options.apply ?? true,
    run: fakeRun(account, commands),
    snowflake:
      options.withAdmin === false
        ? undefined
        : createSqlApi({
            url: standIns.url,
            organization: "SHOP",
            account: "MILLRACE_DEV",
            user: "ADMIN",
            credential: { token: standIns.snowflake.adminToken },
            now: Date.now,
          }),
    print: (line) => lines.push(line),
  });

const changes = (): readonly string[] => commands.filter((command) => !/ (get|describe|list|head)-/.test(command));

test("without --apply everything is written down and nothing is asked or changed", async () => {
  expect(await run({ apply: false })).toEqual({ made: 0, unchanged: 0, failed: 0 });
  expect(commands).toEqual([]);
  expect(readdirSync(folder).toSorted()).toEqual([
    "cluster-access.json",
    "commands.sh",
    "github.sh",
    "policies",
    "private",
    "roles",
    "snowflake.sql",
  ]);
  const script = readFileSync(join(folder, "commands.sh"), "utf8");
  expect(script).toContain("aws s3api create-bucket --bucket millrace-dev-terraform-state");
  expect(script).toContain("aws eks create-access-entry --cluster-name platform-dev");
});

test("everything is made in empty accounts, and a second run changes nothing and says so", async () => {
  const first = await run();
  expect(first).toMatchObject({ unchanged: 0, failed: 0 });
  commands.length = 0;
  const before = JSON.stringify([...standIns.cluster.objects]);
  expect(await run()).toEqual({ made: 0, unchanged: first.made, failed: 0 });
  expect(changes()).toEqual([]);
  expect(JSON.stringify([...standIns.cluster.objects])).toBe(before);
  expect(lines).toContain(`Nothing to change: all ${first.made} are as they should be.`);
});

test("the state bucket keeps versions, is encrypted, private, and refuses plain HTTP", async () => {
  await run();
  const bucket = account.buckets.get("millrace-dev-terraform-state");
  expect(bucket?.["Status"]).toBe("Enabled");
  expect(bucket?.["ServerSideEncryptionConfiguration"].Rules).toHaveLength(1);
  expect(Object.values(bucket?.["PublicAccessBlockConfiguration"])).toEqual([true, true, true, true]);
  expect(bucket?.["Policy"]).toContain('"aws:SecureTransport":"false"');
});

test("what somebody changed by hand is put back, and only that", async () => {
  await run();
  commands.length = 0;
  const repository = account.repositories.get("millrace/ingest");
  if (repository !== undefined) repository["imageTagMutability"] = "MUTABLE";
  account.roles.get("millrace-dev-plan")?.attached.add("arn:aws:iam::aws:policy/AdministratorAccess");
  await run();
  expect(changes()).toEqual([
    "aws ecr put-image-tag-mutability --repository-name millrace/ingest --image-tag-mutability IMMUTABLE --region eu-west-1 --output json",
    "aws iam detach-role-policy --role-name millrace-dev-plan --policy-arn arn:aws:iam::aws:policy/AdministratorAccess --region eu-west-1 --output json",
  ]);
});

test("a policy that has five versions loses its oldest for the new one", async () => {
  await run();
  const arn = "arn:aws:iam::111111111111:policy/millrace-ci/millrace-dev-read";
  account.policies.set(
    arn,
    [1, 2, 3, 4, 5].map((number) => ({ id: `v${number}`, document: {} })),
  );
  expect(await run()).toMatchObject({ made: 1, failed: 0 });
  expect(account.policies.get(arn)?.map(({ id }) => id)).toEqual(["v2", "v3", "v4", "v5", "v6"]);
});

describe("secrets", () => {
  test("have the shape that ingest and enrichment read", async () => {
    await run();
    expect(writeKeysShape.safeParse(JSON.parse(account.secrets.get("millrace/dev/write-keys") ?? "")).success).toBe(
      true,
    );
    expect(privacyKeysShape.safeParse(JSON.parse(account.secrets.get("millrace/dev/privacy-keys") ?? "")).success).toBe(
      true,
    );
  });

  test("keep only the hash of the write key, which is printed once", async () => {
    await run();
    const [, key = ""] = /shown this once: (\S+)/.exec(lines.join("\n")) ?? [];
    const stored = account.secrets.get("millrace/dev/write-keys") ?? "";
    expect(stored).toContain(createHash("sha256").update(key).digest("hex"));
    expect(stored).not.toContain(key);
    lines.length = 0;
    await run();
    expect(lines.join("\n")).not.toContain("shown this once");
  });

  test("that exist are not overwritten", async () => {
    account.secrets.set("millrace/dev/privacy-keys", "[]");
    await run();
    expect(account.secrets.get("millrace/dev/privacy-keys")).toBe("[]");
  });

  test("and private keys are in no command, no line and no file that others can read", async () => {
    await run();
    const privacyKey = JSON.parse(account.secrets.get("millrace/dev/privacy-keys") ?? "")[0].key;
    const privateFiles = readdirSync(join(folder, "private")).map((name) => join(folder, "private", name));
    const keys = [
      privacyKey,
      ...privateFiles.filter((path) => !path.endsWith(".pub")).map((path) => readFileSync(path, "utf8")),
    ];
    const said = [...lines, ...commands].join("\n");
    for (const key of keys) expect(said).not.toContain(key);
    expect(privateFiles.map((path) => statSync(path).mode & 0o077)).toEqual(privateFiles.map(() => 0));
    expect(statSync(join(folder, "private")).mode & 0o077).toBe(0);
    for (const name of ["commands.sh", "github.sh", "snowflake.sql"]) {
      const text = readFileSync(join(folder, name), "utf8");
      for (const key of keys) expect(text).not.toContain(key);
    }
  });
});

describe("Snowflake", () => {
  test("gets a deploying user that may make databases, integrations and tasks, with its role and warehouse as default", async () => {
    await run();
    const { snowflake } = standIns;
    expect([...(snowflake.grants.get("MILLRACE_DEPLOY") ?? [])]).toEqual([
      "CREATE DATABASE ON ACCOUNT",
      "CREATE INTEGRATION ON ACCOUNT",
      "EXECUTE TASK ON ACCOUNT",
      "EXECUTE MANAGED TASK ON ACCOUNT",
      "USAGE ON WAREHOUSE MILLRACE_DEPLOY",
    ]);
    expect(snowflake.users.get("MILLRACE_DEPLOY")?.get("DEFAULT_ROLE")).toBe("MILLRACE_DEPLOY");
    expect(snowflake.users.get("MILLRACE_DEPLOY")?.get("DEFAULT_WAREHOUSE")).toBe("MILLRACE_DEPLOY");
  });

  test("gets a planning user without any privilege on the account and without a warehouse", async () => {
    await run();
    const { snowflake } = standIns;
    expect(snowflake.grants.get("MILLRACE_PLAN")).toBeUndefined();
    expect(snowflake.users.get("MILLRACE_PLAN")?.has("DEFAULT_WAREHOUSE")).toBe(false);
  });

  test("is not touched without an administrator's login, and the statements are named", async () => {
    await run({ withAdmin: false });
    expect(standIns.snowflake.users.size).toBe(0);
    expect(lines.join("\n")).toContain("snowflake.sql as ACCOUNTADMIN");
  });

  test("keeps another key of a user and says how to rotate it", async () => {
    await run();
    rmSync(join(folder, "private"), { recursive: true });
    expect(await run()).toMatchObject({ made: 0, failed: 0 });
    expect(lines.join("\n")).toContain("MILLRACE_DEPLOY keeps its key SHA256:");
  });
});

test("the roles of CI enter the cluster, one to look and one to change the one namespace", async () => {
  await run();
  const entries = [...standIns.cluster.accessEntries];
  expect(
    entries.map(([arn, { policies }]) => [arn.split("/").at(-1), String(policies[0]?.["policyArn"]).split("/").at(-1)]),
  ).toEqual([
    ["millrace-dev-plan", "AmazonEKSViewPolicy"],
    ["millrace-dev-deploy", "AmazonEKSAdminPolicy"],
  ]);
  expect(entries.map(([, { policies }]) => policies[0]?.["accessScope"])).toEqual([
    { type: "namespace", namespaces: ["millrace"] },
    { type: "namespace", namespaces: ["millrace"] },
  ]);
  const role: Json = standIns.cluster.objects.get("/apis/rbac.authorization.k8s.io/v1/clusterroles/millrace-dev-plan");
  expect(role.rules.flatMap(({ verbs }: { verbs: string[] }) => verbs)).not.toContain("create");
});

test("GitHub's environments take jobs of main only, and each gets its own role", async () => {
  await run({ apply: false });
  const script = readFileSync(join(folder, "github.sh"), "utf8");
  for (const name of ["dev-plan", "dev", "dev-routes"]) {
    expect(script).toContain(`repos/shop/millrace/environments/${name}/deployment-branch-policies -f name=main`);
  }
  expect(script).toContain("--env dev-plan --body 'arn:aws:iam::111111111111:role/millrace-ci/millrace-dev-plan'");
  expect(script).toContain("--env dev --body 'arn:aws:iam::111111111111:role/millrace-ci/millrace-dev-deploy'");
});

test("another account is refused before the first change", async () => {
  account.accountId = "999999999999";
  await expect(run()).rejects.toThrow(BootstrapError);
  await expect(run()).rejects.toThrow("The credentials belong to account 999999999999; dev is in 111111111111");
  expect(changes()).toEqual([]);
});

test("a step that is refused is told, the others are made", async () => {
  standIns.cluster.name = "another";
  const result = await run();
  expect(result.failed).toBe(6);
  expect(account.buckets.size).toBe(1);
  expect(lines.join("\n")).toContain("✗ access entry of millrace-dev-plan in cluster platform-dev");
});

test("local needs no accounts", async () => {
  const attempt = bootstrap({
    config: loadConfig("local"),
    repository: "shop/millrace",
    folder,
    apply: true,
    run: fakeRun(account),
    print: () => undefined,
  });
  await expect(attempt).rejects.toThrow("pnpm start");
});
