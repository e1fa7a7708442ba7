import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bootstrap } from "../../src/bootstrap/bootstrap.ts";
import { roleScope } from "../../src/bootstrap/roles/scope.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { examine, report } from "../../src/doctor/doctor.ts";
import { connectCluster } from "../../src/kubernetes/cluster-api.ts";
import { AwsCommandLine } from "../../src/programs/aws-command-line.ts";
import { createSqlApi, type RunSql } from "../../src/snowflake/sql-api.ts";
import { emptyAccount, fakeRun } from "../support/fake-aws.ts";
import { startStandIns } from "../support/stand-ins.ts";

/** A policy document would fill a screen. */
const SHOWN_CHARACTERS = 160;

const HEADER = `# Day one

<!-- Made by "pnpm --filter @millrace/infra run day-one": bootstrap and doctor against stand-ins of AWS, EKS, Kubernetes and
Snowflake in memory. A test holds it to what they print. Long lines are cut. -->

An environment is one file, \`infra/src/environments/dev.ts\`: put your account, cluster, certificate and host there. Terraform,
the \`aws\` program and docker or skopeo have to be on the path.`;

const FOOTER = `\`pnpm --filter @millrace/infra run deploy dev\` then builds and pushes the image, plans, shows the plan, asks and applies.
\`pnpm --filter @millrace/infra drill dev\` does it with a real Terraform against stand-ins (infra/README.md). In CI, \`github.sh\`
sets GitHub's environments up; from then on a merge to main deploys (docs/decisions/0092).
`;

/** Runs day one in empty accounts, as a platform team hands them over, and returns the page about it. */
export async function dayOnePage(): Promise<string> {
  const config = loadConfig("dev");
  const { cluster } = config.ingest;
  const folder = mkdtempSync(join(tmpdir(), "millrace-day-one-"));
  const standIns = await startStandIns({ clusterName: cluster.name, issuer: cluster.oidcIssuer, vpcId: "vpc-1" });
  const account = emptyAccount(config.aws.accountId);
  account.eksUrl = standIns.url;
  account.certificate = { Status: "ISSUED", DomainName: config.ingest.host };
  account.subnets = [{ AvailabilityZone: "eu-west-1a" }, { AvailabilityZone: "eu-west-1b" }];
  account.providers.set(`arn:aws:iam::${config.aws.accountId}:oidc-provider/${cluster.oidcIssuer}`, {});
  const run = fakeRun(account);
  const login = { url: standIns.url, organization: "SHOP", account: "MILLRACE_DEV", now: Date.now };
  const snowflake = createSqlApi({
    ...login,
    user: "ADMIN",
    credential: { token: standIns.snowflake.adminToken },
  });
  const boot = async (apply: boolean): Promise<readonly string[]> => {
    const lines: string[] = [];
    const print = (line: string) => lines.push(...line.split("\n"));
    await bootstrap({ config, repository: "shop/millrace", folder, apply, run, snowflake, print });
    return lines;
  };
  const look = async (sql: RunSql | undefined): Promise<readonly string[]> => {
    const aws = new AwsCommandLine(run, config.aws.region);
    const absent = ["ResourceNotFoundException"];
    const results = await examine({
      config,
      scope: roleScope(config),
      run,
      aws,
      describeCluster: async () => (await aws.find(absent, "eks describe-cluster", "--name", cluster.name))?.cluster,
      cluster: () => connectCluster(aws, cluster.name),
      snowflake: sql,
      resolveNs: () => Promise.resolve(["ns-1.example"]),
      resolveHost: () => Promise.reject(new Error("ENOTFOUND")),
      readFile: (path) =>
        path.includes("node_modules")
          ? JSON.stringify(
              path.includes("/cdktf/") ? { version: "0.21.0" } : { peerDependencies: { cdktf: "^0.21.0" } },
            )
          : '{ "name": "@millrace/put-records" }',
      now: () => 0,
    });
    return report(results);
  };
  try {
    const [command, doctor] = ["bootstrap dev --repository shop/millrace", "doctor dev"];
    const before = await look(undefined);
    const parts = [
      shown(
        "`doctor` tells what is missing. It looks at everything at once, and changes nothing.",
        doctor,
        before,
        folder,
      ),
      shown("`bootstrap` writes what has to exist, and asks nobody.", command, await boot(false), folder),
      shown("With `--apply` it makes what is missing.", `${command} --apply`, await boot(true), folder),
      shown(
        "A second run changes nothing and says so.",
        `${command} --apply`,
        (await boot(true)).filter((line) => !/^ {2}|^Written/.test(line)),
        folder,
      ),
    ];
    account.programs.delete("npm");
    const privateKey = readFileSync(join(folder, "private/snowflake-deploy.p8"), "utf8");
    const deploying = createSqlApi({ ...login, user: config.warehouse.deployUser, credential: { privateKey } });
    parts.push(shown("What is left comes with the first deployment.", doctor, await look(deploying), folder));
    return [HEADER, ...parts, FOOTER].join("\n\n");
  } finally {
    await standIns.close();
    rmSync(folder, { recursive: true });
  }
}

function shown(says: string, command: string, lines: readonly string[], folder: string): string {
  const output = lines
    .map((line) =>
      line.replaceAll(/\S*millrace-day-one-\w+/g, ".local/bootstrap/dev").replaceAll(/mrw_dev_[\w-]+/g, "mrw_dev_…"),
    )
    // A key is another one each time.
    .map((line) => line.replaceAll(/RSA_PUBLIC_KEY = '[^']*'/g, "RSA_PUBLIC_KEY = '…'"))
    .map((line) => line.replaceAll(folder, ".local/bootstrap/dev"))
    .map((line) => (line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS)}…` : line));
  return [says, "", "```console", `$ pnpm --filter @millrace/infra run ${command}`, ...output, "```"].join("\n");
}
