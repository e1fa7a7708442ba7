import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EnvironmentConfig } from "../../config/schema.ts";
import { DrillError } from "../../errors.ts";
import type { AwsCommandLine } from "../../programs/aws-command-line.ts";
import type { EnvironmentDrill } from "../environment-drill.ts";
import { METRICS_API, NODES, preparedCluster } from "../stand-ins/cluster.ts";
import type { Platform } from "../stand-ins/platform.ts";
import { type Handover, openStateBucket, takeAway } from "./accounts.ts";
import type { NewUser } from "./new-user.ts";
import { CLONE, type DayOne } from "./page.ts";
import { shownLines } from "./transcript.ts";

export interface Surroundings {
  readonly config: EnvironmentConfig;
  /** The real command line, talking to an emulator. */
  readonly aws: AwsCommandLine;
  readonly platform: Platform;
  /** Serves Terraform's providers. */
  readonly drill: EnvironmentDrill;
  readonly handover: Handover;
  readonly commands: readonly string[];
  readonly tell: (line: string) => void;
}

/** Every prerequisite that {@link takeAway} takes, by the name of its check. */
const TAKEN = [
  "state bucket",
  "image repository",
  "secret of the privacy keys",
  "access entries of CI",
  "metrics-server",
  "arm64 nodes",
  "subnets of the load balancer",
  "Snowflake privileges",
];

/**
 * Runs the commands of the README, beginning with an empty folder. Then `doctor` has to find the parts that were taken
 * away.
 *
 * @throws DrillError when a command does not do what the README promises
 */
export async function liveDayOne(user: NewUser, surroundings: Surroundings): Promise<DayOne> {
  const { config, aws, platform, handover, tell } = surroundings;
  const [bootstrap, doctor, deploy] = surroundings.commands;
  if (bootstrap === undefined || doctor === undefined || deploy === undefined) {
    throw new DrillError('The README has not three commands under "Deploy it".');
  }
  await user.expect(CLONE, 0);
  // Only the clone is led to this machine: from here on, its remote is on GitHub.
  user.setVariable("GIT_CONFIG_COUNT", "0");
  user.folder = join(user.folder, "millrace");
  await writeEnvironment(user, config, handover);
  const shown = (output: string): readonly string[] => shownLines(output, user.folder);

  const made = await user.expect(bootstrap, 0);
  tell(`bootstrap: ${shown(made).at(-2) ?? ""}`);
  const ready = await user.expect(doctor, 0);
  tell(`doctor: ${shown(ready).at(-1) ?? ""}`);
  await Promise.all([pushImage(user, config, aws), openStateBucket(aws, config)]);
  const deployed = await user.expect(deploy, 0, { question: 'Only "yes" applies it', text: "yes" });
  tell(`deploy: ${/Apply complete![^\n]*?destroyed/.exec(deployed)?.[0] ?? "nothing was applied"}`);
  if (surroundings.drill.standIns.world.size === 0) throw new DrillError("deploy made nothing.");

  await takeAway(aws, config, platform, handover);
  const lacking = await user.expect(doctor, 1);
  const untold = TAKEN.filter((name) => !lacking.includes(`✗ ${name}: `));
  if (untold.length > 0) throw new DrillError(`doctor does not say what is missing: ${untold.join(", ")}.`);
  tell(`doctor tells each of ${TAKEN.length} that were taken away: ${shown(lacking).at(-1) ?? ""}`);
  const again = await user.expect(bootstrap, 0);
  tell(`bootstrap once more: ${shown(again).at(-2) ?? ""}`);
  giveBack(platform);
  return {
    commands: [bootstrap, doctor, deploy],
    bootstrap: shown(made),
    doctor: shown(ready),
    deploy: shown(deployed),
    doctorMissing: shown(lacking),
    bootstrapAgain: shown(again),
  };
}

/** The one change that a new user makes: the certificate of the account, in the file of the environment. */
async function writeEnvironment(user: NewUser, { ingest }: EnvironmentConfig, handover: Handover): Promise<void> {
  const file = "infra/src/environments/dev.ts";
  const path = join(user.folder, file);
  writeFileSync(path, readFileSync(path, "utf8").replace(ingest.certificateArn, handover.certificateArn));
  await user.expect(
    `git -c user.name=user -c user.email=user@shop.example commit -q -m "infra: our account" ${file}`,
    0,
  );
}

/** The image of the commit, as somebody with a container engine pushed it. */
async function pushImage(user: NewUser, { ingest }: EnvironmentConfig, aws: AwsCommandLine): Promise<void> {
  const commit = (await user.expect("git rev-parse HEAD", 0)).trim();
  const [, repository = ""] = ingest.image.repository.split(/\/(.*)/);
  const manifest = {
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: `sha256:${"0".repeat(64)}`, size: 2 },
    layers: [],
  };
  await aws.run([
    ...["ecr", "put-image", "--repository-name", repository, "--image-tag", commit],
    ...["--image-manifest", JSON.stringify(manifest)],
  ]);
}

function giveBack({ cluster }: Platform): void {
  const { objects } = preparedCluster({ clusterName: cluster.name, issuer: cluster.issuer, vpcId: cluster.vpcId });
  for (const path of [METRICS_API, NODES]) cluster.objects.set(path, objects.get(path) ?? {});
}

/** Programs that this machine need not have, and one that says what a provider would. */
export function writePrograms(folder: string, terraform: string): void {
  mkdirSync(folder, { recursive: true });
  const program = (name: string, lines: readonly string[]): void =>
    writeFileSync(join(folder, name), `#!/bin/sh\n${lines.join("\n")}\n`, { mode: 0o755 });
  // No container engine: it is there, and builds nothing.
  program("docker", ['[ "$1" = --version ]']);
  // Undoes a rollout of the cluster that the kubeconfig names.
  program("kubectl", [
    'grep -q "cluster/platform-dev" "$2" || exit 1',
    'case "$*" in *" get "*) printf "ingest@sha256:before" ;; *) echo "$*" | sed "s/.*--namespace/--namespace/" ;; esac',
  ]);
  program("terraform", [
    'case "$*" in *" plan "*|*" apply "*)',
    '  : "${SNOWFLAKE_USER:?the Snowflake provider has no user}" "${SNOWFLAKE_PRIVATE_KEY:?the Snowflake provider has no key}"',
    "esac",
    `exec "${terraform}" "$@"`,
  ]);
}
