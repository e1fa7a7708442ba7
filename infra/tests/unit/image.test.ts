import { beforeEach, describe, expect, test } from "@jest/globals";
import { writeFileSync } from "node:fs";
import { provideImage } from "../../src/deploy/image.ts";
import { AwsCommandLine } from "../../src/programs/aws-command-line.ts";
import type { RunProgram } from "../../src/programs/run-program.ts";
import type { ShowProgram } from "../../src/programs/show-program.ts";

const DIGEST = `sha256:${"b".repeat(64)}`;
const REPOSITORY = "111111111111.dkr.ecr.eu-west-1.amazonaws.com/millrace/ingest";
const COMMIT = "c0ffee";

interface Machine {
  readonly installed: readonly string[];
  /** Digest of the image that the repository has for the commit. */
  readonly pushed?: string;
  readonly changes?: string;
}

let shown: string[];
let inputs: (string | undefined)[];
beforeEach(() => {
  shown = [];
  inputs = [];
});

const ok = (stdout = "") => ({ exitCode: 0, stdout, stderr: "" });

const running =
  ({ installed, pushed, changes = "" }: Machine): RunProgram =>
  async (program, args) => {
    if (!installed.includes(program)) return { exitCode: undefined, stdout: "", stderr: "" };
    if (program === "git") return ok(args.includes("status") ? changes : COMMIT);
    if (args.includes("get-login-password")) return ok("a-password");
    if (!args.includes("describe-images")) return ok();
    expect(args).toEqual(expect.arrayContaining(["111111111111", "millrace/ingest", `imageTag=${COMMIT}`]));
    return pushed === undefined
      ? { exitCode: 254, stdout: "", stderr: "An error occurred (ImageNotFoundException) when calling the operation" }
      : ok(JSON.stringify({ imageDetails: [{ imageDigest: pushed }] }));
  };

/** Writes the digest where the program was told to. */
const showing: ShowProgram = async (program, args, input) => {
  const after = (name: string): string => args[args.indexOf(name) + 1] ?? "";
  shown.push([program, ...args.filter((arg) => !arg.startsWith("/"))].join(" "));
  inputs.push(input);
  if (args.includes("--metadata-file"))
    writeFileSync(after("--metadata-file"), JSON.stringify({ "containerimage.digest": DIGEST }));
  if (args.includes("--digestfile")) writeFileSync(after("--digestfile"), `${DIGEST}\n`);
  return 0;
};

const provide = (
  machine: Machine,
  { archive, repository = REPOSITORY }: { archive?: string; repository?: string } = {},
) =>
  provideImage({
    repository,
    root: "/repository",
    archive,
    aws: new AwsCommandLine(running(machine), "eu-west-1"),
    run: running(machine),
    show: showing,
    tell: () => undefined,
  });

describe("the image of the event service", () => {
  test("is the one that the repository has for the commit, and then nothing is built", async () => {
    expect(await provide({ installed: ["git", "aws"], pushed: DIGEST })).toBe(DIGEST);
    expect(shown).toEqual([]);
  });

  test("is built for the architecture of the pods and pushed with docker", async () => {
    expect(await provide({ installed: ["git", "aws", "docker"] })).toBe(DIGEST);
    expect(shown[1]).toContain(`buildx build --platform linux/arm64`);
    expect(shown[1]).toContain(`--tag ${REPOSITORY}:${COMMIT} --push`);
  });

  test("is pushed with skopeo when it was built elsewhere", async () => {
    expect(await provide({ installed: ["git", "aws", "skopeo"] }, { archive: "ingest.tar" })).toBe(DIGEST);
    expect(shown[1]).toContain(`oci-archive:ingest.tar docker://${REPOSITORY}:${COMMIT}`);
  });

  test("gets its login through standard input, never as an argument", async () => {
    await provide({ installed: ["git", "aws", "docker"] });
    expect(inputs[0]).toBe("a-password");
    expect(shown.join(" ")).not.toContain("a-password");
  });

  test("is asked for by digest where no program can build it", async () => {
    await expect(provide({ installed: ["git", "aws"] })).rejects.toThrow(
      /docker is not on the path.*--image-archive <file>.*--image sha256:…/,
    );
    await expect(provide({ installed: ["git", "aws"] }, { archive: "x" })).rejects.toThrow("skopeo is not on the path");
    await expect(provide({ installed: ["git"] })).rejects.toThrow("aws is not on the path");
  });

  test("is not built of changes that no commit names", async () => {
    await expect(
      provide({ installed: ["git", "aws", "docker"], changes: " M apps/ingest/src/app.ts" }),
    ).rejects.toThrow(/apps\/ingest\/src\/app\.ts\nCommit them, or name an image/);
  });

  test("is not looked for in a repository of another kind", async () => {
    await expect(provide({ installed: ["git", "aws"] }, { repository: "ghcr.io/shop/ingest" })).rejects.toThrow(
      "is not a repository of Amazon ECR",
    );
  });
});
