import { afterAll, afterEach, beforeEach, expect, test } from "@jest/globals";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bootstrap } from "../../src/bootstrap/bootstrap.ts";
import { roleScope } from "../../src/bootstrap/roles/scope.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import type { EnvironmentConfig } from "../../src/config/schema.ts";
import { days } from "../../src/config/units.ts";
import { checks, examine, isReady, report, type Result } from "../../src/doctor/doctor.ts";
import { type Platform, startPlatform } from "../../src/drill/stand-ins/platform.ts";
import { connectCluster } from "../../src/kubernetes/cluster-api.ts";
import { AwsCommandLine } from "../../src/programs/aws-command-line.ts";
import { createSqlApi } from "@millrace/snowflake-api";
import type { Json } from "../synthesized-plan.ts";
import { placeServiceKeys, removeServiceKeys } from "../support/service-keys.ts";
import { emptyAccount, type FakeAccount, fakeRun } from "../support/fake-aws.ts";

const dev = loadConfig("dev");
let folder: string;
let standIns: Platform;
let account: FakeAccount;
let commands: string[];
let dns: Map<string, readonly string[]>;
let config: EnvironmentConfig;
let privateKey: string | undefined;

/** Accounts in which every prerequisite is in place; a test takes one away. */
beforeEach(async () => {
  config = { ...dev, warehouse: { ...dev.warehouse, timeTravel: days(14) } };
  folder = mkdtempSync(join(tmpdir(), "millrace-doctor-"));
  await placeServiceKeys(folder);
  standIns = await startPlatform({
    clusterName: config.ingest.cluster.name,
    issuer: config.ingest.cluster.oidcIssuer,
    vpcId: "vpc-1",
  });
  account = emptyAccount(config.aws.accountId);
  account.eksUrl = standIns.url;
  account.certificate = { Status: "ISSUED", DomainName: "*.dev.shop.example", NotAfter: "2099-01-01T00:00:00Z" };
  account.subnets = [{ AvailabilityZone: "eu-west-1a" }, { AvailabilityZone: "eu-west-1b" }];
  account.providers.set(`arn:aws:iam::${config.aws.accountId}:oidc-provider/${config.ingest.cluster.oidcIssuer}`, {});
  await bootstrap({
    config,
    repository: "shop/millrace",
    folder,
    apply: true,
    run: fakeRun(account),
    snowflake: createSqlApi({ ...login(), user: "ADMIN", credential: { token: standIns.snowflake.adminToken } }),
    print: () => undefined,
  });
  const repository = account.repositories.get("millrace/ingest");
  if (repository !== undefined) repository["images"] = [{ imageDigest: "sha256:1", imagePushedAt: 1 }];
  privateKey = readFileSync(join(folder, "private/snowflake-deploy.p8"), "utf8");
  dns = new Map([
    ["shop.example", ["ns-1.example"]],
    ["events.dev.shop.example", ["192.0.2.1"]],
  ]);
  commands = [];
});
afterAll(removeServiceKeys);
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await standIns.close();
});

const login = () => ({ url: standIns.url, organization: "SHOP", account: "MILLRACE_DEV", now: Date.now });

const resolve = (name: string): Promise<readonly string[]> => {
  const found = dns.get(name);
  return found === undefined ? Promise.reject(new Error("ENOTFOUND")) : Promise.resolve(found);
};

function look(): Promise<ReadonlyMap<string, Result>> {
  const run = fakeRun(account, commands);
  const aws = new AwsCommandLine(run, config.aws.region);
  return examine({
    config,
    scope: roleScope(config),
    run,
    aws,
    describeCluster: async () =>
      (await aws.find(["ResourceNotFoundException"], "eks describe-cluster", "--name", config.ingest.cluster.name))
        ?.cluster,
    cluster: () => connectCluster(aws, config.ingest.cluster.name),
    snowflake:
      privateKey === undefined
        ? undefined
        : createSqlApi({ ...login(), user: config.warehouse.deployUser, credential: { privateKey } }),
    resolveNs: resolve,
    resolveHost: resolve,
    readFile: (path) =>
      path.startsWith("infra/node_modules")
        ? manifest(path)
        : readFileSync(join(import.meta.dirname, "../../..", path), "utf8"),
    now: Date.now,
  });
}

let cdktfRange: string;
beforeEach(() => {
  cdktfRange = "^0.21.0";
});
const manifest = (path: string): string =>
  JSON.stringify(path.includes("/cdktf/") ? { version: "0.21.0" } : { peerDependencies: { cdktf: cdktfRange } });

test("with every prerequisite in place the doctor says so, and changes nothing", async () => {
  const results = await look();
  expect(report(results).filter((line) => !line.startsWith("✓"))).toEqual([
    `${checks.length} in place, 0 missing, 0 later, 0 not looked at`,
  ]);
  expect(isReady(results)).toBe(true);
  expect(commands.filter((command) => command.startsWith("aws ") && !/ (get|describe|head)-/.test(command))).toEqual(
    [],
  );
});

const CLUSTER_NEEDS = [
  "identity provider of the cluster",
  "access entries of CI",
  "access to the cluster",
  "load balancer controller",
  "metrics-server",
  "arm64 nodes",
  "subnets of the load balancer",
];
const BY_ACCESS = ["load balancer controller", "metrics-server", "arm64 nodes"];
const BY_LOGIN = ["Snowflake privileges", "Snowflake roles", "Snowflake edition"];

interface Missing {
  /** The check that has to tell. */
  readonly name: string;
  readonly what: string;
  readonly take: () => void;
  /** A part of what is said, and of what to do. */
  readonly says: string;
  readonly cure: string;
  /** Checks that cannot look without it. */
  readonly blind?: readonly string[];
  readonly status?: "later";
}

const object = (path: string): Json => standIns.cluster.objects.get(path);
const remove = (path: string): void => void standIns.cluster.objects.delete(path);
const change = (ingest: Partial<EnvironmentConfig["ingest"]>): void => {
  config = { ...config, ingest: { ...config.ingest, ...ingest } };
};
const bootstrapDev = "bootstrap dev --apply";

const missing: readonly Missing[] = [
  {
    name: "Terraform",
    what: "Terraform",
    take: () => (account.terraform = undefined),
    says: "not on the path",
    cure: "Install Terraform 1.11",
  },
  {
    name: "Terraform",
    what: "a Terraform that locks in S3",
    take: () => (account.terraform = "1.9.8"),
    says: "version 1.9.8",
    cure: "Install Terraform 1.11",
  },
  {
    name: "CDKTF",
    what: "bindings for the installed CDKTF",
    take: () => (cdktfRange = "^0.20.0"),
    says: "bindings of aws, kubernetes, snowflake",
    cure: "pnpm install --frozen-lockfile",
  },
  {
    name: "program that pushes the image",
    what: "docker",
    take: () => account.programs.delete("docker"),
    says: "neither docker nor skopeo",
    cure: "--image <digest>",
  },
  {
    name: "npm scope",
    what: "the npm organization",
    take: () => account.programs.delete("npm"),
    says: "is not published",
    cure: "make the organization @",
    status: "later",
  },
  {
    name: "AWS credentials",
    what: "the right account",
    take: () => (account.accountId = "999999999999"),
    says: "they belong to account 999999999999; dev is in 111111111111",
    cure: "AWS_PROFILE",
    blind: [
      "state bucket",
      "roles of CI",
      "image repository",
      "image of the event service",
      "secret of the write keys",
      "secret of the privacy keys",
      "certificate",
      "cluster",
      ...CLUSTER_NEEDS,
    ],
  },
  {
    name: "state bucket",
    what: "the state bucket",
    take: () => account.buckets.clear(),
    says: "does not exist",
    cure: bootstrapDev,
  },
  {
    name: "state bucket",
    what: "versions of the state",
    take: () => delete account.buckets.get(config.state.bucket)?.["Status"],
    says: "has no versions",
    cure: bootstrapDev,
  },
  {
    name: "roles of CI",
    what: "a role",
    take: () => account.roles.delete("millrace-dev-deploy"),
    says: "role/millrace-ci/millrace-dev-deploy",
    cure: bootstrapDev,
  },
  {
    name: "image repository",
    what: "the image repository",
    take: () => account.repositories.clear(),
    says: "millrace/ingest does not exist",
    cure: bootstrapDev,
    blind: ["image of the event service"],
  },
  {
    name: "image of the event service",
    what: "the image",
    take: () => delete account.repositories.get("millrace/ingest")?.["images"],
    says: "none was pushed yet",
    cure: "first deployment",
    status: "later",
  },
  {
    name: "secret of the write keys",
    what: "the secret of the write keys",
    take: () => account.secrets.delete("millrace/dev/write-keys"),
    says: "does not exist",
    cure: bootstrapDev,
  },
  {
    name: "secret of the privacy keys",
    what: "the shape of the privacy keys",
    take: () => account.secrets.set("millrace/dev/privacy-keys", '[{"id":"a","key":"short-secret"}]'),
    says: "0.key",
    cure: "put-secret-value",
  },
  {
    name: "secret of the privacy keys",
    what: "JSON in the secret",
    take: () => account.secrets.set("millrace/dev/privacy-keys", "plain"),
    says: "is not JSON",
    cure: "put-secret-value",
  },
  {
    name: "certificate",
    what: "the certificate",
    take: () => (account.certificate = undefined),
    says: "does not exist",
    cure: "aws acm request-certificate",
  },
  {
    name: "certificate",
    what: "the certificate's region",
    take: () => change({ certificateArn: dev.ingest.certificateArn.replace("eu-west-1", "us-east-1") }),
    says: "it is in us-east-1",
    cure: "Request one in eu-west-1",
  },
  {
    name: "certificate",
    what: "the host in the certificate",
    take: () => (account.certificate.DomainName = "*.shop.example"),
    says: "not for events.dev.shop.example",
    cure: "--domain-name events.dev.shop.example",
  },
  {
    name: "certificate",
    what: "the proof of the domain",
    take: () => (account.certificate.Status = "PENDING_VALIDATION"),
    says: "PENDING_VALIDATION",
    cure: "DNS records",
  },
  {
    name: "DNS zone",
    what: "the DNS zone",
    take: () => dns.clear(),
    says: "no zone above events.dev.shop.example",
    cure: "Delegate the domain",
    blind: ["DNS record"],
  },
  {
    name: "DNS record",
    what: "the DNS record",
    take: () => dns.delete("events.dev.shop.example"),
    says: "leads nowhere yet",
    cure: "alias of the load balancer",
    status: "later",
  },
  {
    name: "cluster",
    what: "the cluster",
    take: () => (standIns.cluster.name = "another"),
    says: "platform-dev does not exist",
    cure: "ingest.cluster of dev",
    blind: CLUSTER_NEEDS,
  },
  {
    name: "cluster",
    what: "the cluster's issuer",
    take: () => (standIns.cluster.issuer = "https://oidc.example/id/OTHER"),
    says: "its issuer is oidc.example/id/OTHER",
    cure: 'Put "oidc.example/id/OTHER" into ingest.cluster.oidcIssuer',
    blind: CLUSTER_NEEDS,
  },
  {
    name: "identity provider of the cluster",
    what: "the cluster's identity provider",
    take: () => account.providers.delete(`arn:aws:iam::111111111111:oidc-provider/${config.ingest.cluster.oidcIssuer}`),
    says: "IAM does not know",
    cure: "create-open-id-connect-provider",
  },
  {
    name: "access entries of CI",
    what: "the access entries",
    take: () => standIns.cluster.accessEntries.clear(),
    says: "plan, deploy",
    cure: bootstrapDev,
  },
  {
    name: "access to the cluster",
    what: "access to the cluster",
    take: () => (standIns.cluster.mayDeploy = false),
    says: "you may not create namespaces",
    cure: "access entry",
    blind: BY_ACCESS,
  },
  {
    name: "load balancer controller",
    what: "the load balancer controller",
    take: () => remove("/apis/networking.k8s.io/v1/ingressclasses/alb"),
    says: 'no ingress class "alb"',
    cure: "Install the AWS Load Balancer Controller",
  },
  {
    name: "load balancer controller",
    what: "pods of the load balancer controller",
    take: () => (object("/apis/apps/v1/deployments").items[0].status = {}),
    says: "not available",
    cure: "kubectl describe",
  },
  {
    name: "metrics-server",
    what: "metrics-server",
    take: () => remove("/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.k8s.io"),
    says: "autoscaler could not count",
    cure: "--addon-name metrics-server",
  },
  {
    name: "arm64 nodes",
    what: "arm64 nodes",
    take: () => (object("/api/v1/nodes").items = []),
    says: "none",
    cure: "Graviton",
  },
  {
    name: "subnets of the load balancer",
    what: "the tags of a subnet",
    take: () => account.subnets.pop(),
    says: "1 zone(s) of vpc-1",
    cure: "Key=kubernetes.io/role/elb,Value=1",
  },
  {
    name: "Snowflake login",
    what: "a private key for Snowflake",
    take: () => (privateKey = undefined),
    says: "no private key of MILLRACE_DEPLOY",
    cure: "SNOWFLAKE_PRIVATE_KEY",
    blind: BY_LOGIN,
  },
  {
    name: "Snowflake login",
    what: "the right private key for Snowflake",
    take: () =>
      (privateKey = generateKeyPairSync("rsa", { modulusLength: 2048 })
        .privateKey.export({ type: "pkcs8", format: "pem" })
        .toString()),
    says: "JWT token is invalid",
    cure: "snowflake.sql",
    blind: BY_LOGIN,
  },
  {
    name: "Snowflake login",
    what: "the user's default role",
    take: () => standIns.snowflake.users.get("MILLRACE_DEPLOY")?.delete("DEFAULT_ROLE"),
    says: "acts with role PUBLIC",
    cure: "SET DEFAULT_ROLE = MILLRACE_DEPLOY",
    blind: BY_LOGIN,
  },
  {
    name: "Snowflake privileges",
    what: "a privilege in Snowflake",
    take: () => standIns.snowflake.grants.get("MILLRACE_DEPLOY")?.delete("CREATE INTEGRATION ON ACCOUNT"),
    says: "lacks CREATE INTEGRATION",
    cure: "GRANT CREATE INTEGRATION ON ACCOUNT TO ROLE MILLRACE_DEPLOY;",
  },
  {
    name: "Snowflake roles",
    what: "the readers' role",
    take: () => standIns.snowflake.roles.delete("MILLRACE_READER"),
    says: "MILLRACE_READER do(es) not exist",
    cure: "CREATE ROLE MILLRACE_READER;",
  },
  {
    name: "Snowflake edition",
    what: "Snowflake's Enterprise edition",
    take: () => (standIns.snowflake.edition = "STANDARD"),
    says: "Standard, and warehouse.timeTravel is 14 days",
    cure: "timeTravel of dev to 1",
  },
];

test.each(missing)(
  "without $what the doctor says so and what to do",
  async ({ name, take, says, cure, blind = [], status = "missing" }) => {
    take();
    const results = await look();
    const notInPlace = [...results].filter(([, result]) => result.status !== "in place");
    expect(notInPlace.filter(([, result]) => result.status !== "not looked at").map(([check]) => check)).toEqual([
      name,
    ]);
    expect(
      notInPlace
        .filter(([, result]) => result.status === "not looked at")
        .map(([check]) => check)
        .toSorted(),
    ).toEqual([...blind].toSorted());
    expect(results.get(name)).toMatchObject({
      status,
      says: expect.stringContaining(says),
      cure: expect.stringContaining(cure),
    });
    expect(isReady(results)).toBe(status === "later");
  },
);

test("every check has been made to fail once", () => {
  expect(new Set(missing.map(({ name }) => name))).toEqual(new Set(checks.map(({ name }) => name)));
});

test("a malformed secret is told without its value", async () => {
  account.secrets.set("millrace/dev/privacy-keys", '[{"id":"a","key":"short-secret"}]');
  expect(report(await look()).join("\n")).not.toContain("short-secret");
});

test("faults that have nothing to do with each other are all told at once", async () => {
  account.secrets.clear();
  account.certificate = undefined;
  standIns.snowflake.edition = "STANDARD";
  const told = [...(await look())].filter(([, result]) => result.status === "missing").map(([name]) => name);
  expect(told).toEqual(["secret of the write keys", "secret of the privacy keys", "certificate", "Snowflake edition"]);
});
