import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DeployError, ProgramMissingError } from "../errors.ts";
import type { AwsCommandLine } from "../programs/aws-command-line.ts";
import type { RunProgram } from "../programs/run-program.ts";
import type { ShowProgram } from "../programs/show-program.ts";
import { withPrivateFolder } from "./private-folder.ts";

export interface ImageOptions {
  /** `<account>.dkr.ecr.<region>.amazonaws.com/<name>` */
  readonly repository: string;
  /** Root of the repository with the Dockerfile. */
  readonly root: string;
  /** Image built elsewhere, as an OCI archive. */
  readonly archive: string | undefined;
  readonly aws: AwsCommandLine;
  readonly run: RunProgram;
  readonly show: ShowProgram;
  readonly tell: (line: string) => void;
}

const ECR = /^(?<registry>(?<accountId>\d{12})\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?)\/(?<name>.+)$/;

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** The architecture that the pods are scheduled for. */
const PLATFORM = "linux/arm64";

/**
 * Digest of the event service's image for the commit that is checked out: found in its repository, or built and pushed
 * with whichever program is there.
 *
 * @throws DeployError, ProgramMissingError
 */
export async function provideImage(options: ImageOptions): Promise<string> {
  const { repository, root, aws, run, tell } = options;
  const { registry, accountId, name } = ECR.exec(repository)?.groups ?? {};
  if (registry === undefined || accountId === undefined || name === undefined) {
    throw new DeployError(
      `${repository} is not a repository of Amazon ECR, so its images are not looked for. Push the image yourself and name its digest: --image sha256:…`,
    );
  }
  const tag = await commitOf(root, run);
  const found = await aws.find(
    ["ImageNotFoundException"],
    "ecr describe-images",
    ...["--registry-id", accountId, "--repository-name", name, "--image-ids", `imageTag=${tag}`],
  );
  const known = found?.imageDetails[0]?.imageDigest;
  if (known !== undefined) {
    tell(`image: ${repository}:${tag} is there already, ${known}`);
    return known;
  }
  // It is passed on through standard input only.
  const password = await aws.run(["ecr", "get-login-password"]);
  const digest = await withPrivateFolder((folder) =>
    push({ ...options, registry, reference: `${repository}:${tag}`, password, folder }),
  );
  if (!DIGEST.test(digest))
    throw new DeployError(`Expected the digest of ${repository}:${tag}, got ${JSON.stringify(digest)}.`);
  tell(`image: pushed ${repository}:${tag}, ${digest}`);
  return digest;
}

/** An image is named by its commit, so what it is built from must be committed. */
async function commitOf(root: string, run: RunProgram): Promise<string> {
  const git = async (...args: string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await run("git", ["-C", root, ...args]);
    if (exitCode === undefined) throw new ProgramMissingError("git", "Install it, or name an image: --image sha256:…");
    if (exitCode !== 0) throw new DeployError(`git ${args.join(" ")} failed: ${stderr.trim()}`);
    return stdout.trim();
  };
  const changed = await git("status", "--porcelain");
  if (changed !== "") {
    throw new DeployError(
      `There are changes that are not committed, and an image is named by its commit:\n${changed}\nCommit them, or name an image: --image sha256:…`,
    );
  }
  return git("rev-parse", "HEAD");
}

interface PushOptions extends ImageOptions {
  readonly registry: string;
  /** Repository and tag. */
  readonly reference: string;
  readonly password: string;
  /** For files that hold the login. */
  readonly folder: string;
}

async function push(options: PushOptions): Promise<string> {
  const { root, archive, registry, reference, password, folder, run, show, tell } = options;
  const has = async (program: string): Promise<boolean> => (await run(program, ["--version"])).exitCode === 0;
  const authFile = join(folder, "auth.json");
  if (archive !== undefined) {
    if (!(await has("skopeo")))
      throw new ProgramMissingError("skopeo", "It pushes --image-archive: https://github.com/containers/skopeo");
    const digestFile = join(folder, "digest");
    await expectShown(
      show,
      "skopeo",
      ["login", "--authfile", authFile, "--username", "AWS", "--password-stdin", registry],
      password,
    );
    await expectShown(show, "skopeo", [
      // An archive of CI holds attestations beside the image; without them, the digest would be another.
      ...["copy", "--all", "--preserve-digests", "--authfile", authFile, "--digestfile", digestFile],
      ...[`oci-archive:${archive}`, `docker://${reference}`],
    ]);
    return readFileSync(digestFile, "utf8").trim();
  }
  if (!(await has("docker"))) {
    throw new ProgramMissingError(
      "docker",
      "It builds the event service's image. Install it with buildx, pass an image built elsewhere (--image-archive <file>, pushed by skopeo), " +
        "or name one that is pushed: --image sha256:…",
    );
  }
  tell(`image: building ${reference}`);
  const metadataFile = join(folder, "metadata.json");
  const config = ["--config", join(folder, "docker")];
  await expectShown(show, "docker", [...config, "login", "--username", "AWS", "--password-stdin", registry], password);
  await expectShown(show, "docker", [
    ...[...config, "buildx", "build", "--platform", PLATFORM, "--file", join(root, "apps/ingest/Dockerfile")],
    ...["--tag", reference, "--push", "--metadata-file", metadataFile, root],
  ]);
  const metadata = JSON.parse(readFileSync(metadataFile, "utf8")) as Record<string, unknown>;
  return String(metadata["containerimage.digest"]);
}

async function expectShown(show: ShowProgram, program: string, args: readonly string[], input?: string): Promise<void> {
  const exitCode = await show(program, args, input);
  if (exitCode !== 0)
    throw new DeployError(`${program} failed with exit code ${exitCode ?? "none"}; its own message is above.`);
}
