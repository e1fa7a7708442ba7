import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bootstrap } from "../../src/bootstrap/bootstrap.ts";
import { roleScope } from "../../src/bootstrap/roles/scope.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { examine, report } from "../../src/doctor/doctor.ts";
import { readmeCommands } from "../../src/drill/day-one/new-user.ts";
import { checkedBlocks } from "../../src/drill/day-one/page.ts";
import { shownLines } from "../../src/drill/day-one/transcript.ts";
import { METRICS_API, NODES } from "../../src/drill/stand-ins/cluster.ts";
import { type Platform, startPlatform } from "../../src/drill/stand-ins/platform.ts";
import { connectCluster } from "../../src/kubernetes/cluster-api.ts";
import { AwsCommandLine } from "../../src/programs/aws-command-line.ts";
import { createSqlApi } from "@millrace/snowflake-api";
import { emptyAccount, type FakeAccount, fakeRun } from "../support/fake-aws.ts";

const root = join(import.meta.dirname, "../../..");
const config = loadConfig("dev");
const { cluster } = config.ingest;
let folder: string;
let platform: Platform;
let account: FakeAccount;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "millrace-day-one-"));
  platform = await startPlatform({ clusterName: cluster.name, issuer: cluster.oidcIssuer, vpcId: "vpc-1" });
  account = emptyAccount(config.aws.accountId);
  account.eksUrl = platform.url;
  account.certificate = { Status: "ISSUED", DomainName: config.ingest.host };
  account.subnets = [{ AvailabilityZone: "eu-west-1a" }, { AvailabilityZone: "eu-west-1b" }];
  account.providers.set(`arn:aws:iam::${config.aws.accountId}:oidc-provider/${cluster.oidcIssuer}`, {});
  account.programs.delete("npm");
});
afterEach(async () => {
  await platform.close();
  rmSync(folder, { recursive: true });
});

const login = () => ({ url: platform.url, organization: "SHOP", account: "MILLRACE_DEV", now: Date.now });

async function bootstrapPrints(): Promise<readonly string[]> {
  const lines: string[] = [];
  await bootstrap({
    config,
    repository: "shop/millrace",
    folder,
    apply: true,
    run: fakeRun(account),
    snowflake: createSqlApi({ ...login(), user: "ADMIN", credential: { token: platform.snowflake.adminToken } }),
    print: (line) => lines.push(line),
  });
  return shownLines(lines.join("\n").replaceAll(/\S*millrace-day-one-\w+/g, ".local/bootstrap/dev"), root);
}

async function doctorPrints(): Promise<readonly string[]> {
  const aws = new AwsCommandLine(fakeRun(account), config.aws.region);
  const privateKey = readFileSync(join(folder, "private/snowflake-deploy.p8"), "utf8");
  const results = await examine({
    config,
    scope: roleScope(config),
    run: fakeRun(account),
    aws,
    describeCluster: async () => (await aws.find([], "eks describe-cluster", "--name", cluster.name))?.cluster,
    cluster: () => connectCluster(aws, cluster.name),
    snowflake: createSqlApi({ ...login(), user: config.warehouse.deployUser, credential: { privateKey } }),
    resolveNs: (domain) =>
      domain === "dev.shop.example" ? Promise.resolve(["ns-1.example", "ns-2.example"]) : Promise.reject(new Error()),
    resolveHost: () => Promise.reject(new Error("ENOTFOUND")),
    readFile: (path) => readFileSync(join(root, path), "utf8"),
    now: () => 0,
  });
  return shownLines(report(results).join("\n"), root);
}

/** As {@link takeAway} does with the real program. */
function takeAway(): void {
  account.secrets.delete("millrace/dev/privacy-keys");
  Object.assign(account.repositories.get("millrace/ingest") ?? {}, { imageTagMutability: "MUTABLE" });
  Object.assign(account.repositories.get("millrace/ingest") ?? {}, {
    images: [{ imageDigest: `sha256:${"0".repeat(64)}` }],
  });
  Object.assign(account.buckets.get(config.state.bucket) ?? {}, { Status: "Suspended", Policy: undefined });
  account.subnets.pop();
  for (const principal of platform.cluster.accessEntries.keys()) {
    if (principal.endsWith("-dev-deploy")) platform.cluster.accessEntries.delete(principal);
  }
  platform.cluster.objects.delete(METRICS_API);
  platform.cluster.objects.set(NODES, { items: [] });
  platform.snowflake.grants.get("MILLRACE_DEPLOY")?.delete("CREATE INTEGRATION ON ACCOUNT");
}

test("docs/day-one.md shows what bootstrap and doctor print; drill-day-one --write writes it", async () => {
  const made = await bootstrapPrints();
  const doctor = await doctorPrints();
  takeAway();
  const doctorMissing = await doctorPrints();
  const bootstrapAgain = await bootstrapPrints();
  const [first = "", second = "", third = ""] = readmeCommands(root);
  const commands = [first, second, third] as const;
  const page = readFileSync(join(root, "docs/day-one.md"), "utf8");
  for (const block of checkedBlocks({ commands, bootstrap: made, doctor, doctorMissing, bootstrapAgain })) {
    expect(page).toContain(block);
  }
});

test("a page shows nothing that a terminal erased, and no spinner", () => {
  const printed = "⠙\u001b[1G\u001b[0Kplanned\nwaits\u001b[2K\u001b[1Gapplied\n⠹\n";
  expect(shownLines(printed, root)).toEqual(["planned", "applied"]);
});

test("a page does not count the resources of a first deployment", () => {
  const printed =
    "Plan: 147 to add, 0 to change, 0 to destroy.\nApply complete! Resources: 147 added, 3 changed, 0 destroyed.";
  expect(shownLines(printed, root)).toEqual([
    "Plan: … to add, 0 to change, 0 to destroy.",
    "Apply complete! Resources: … added, 3 changed, 0 destroyed.",
  ]);
});
