import { type Check, inPlace, later, missing } from "./check.ts";

const OLDEST_TERRAFORM = [1, 11] as const;

const terraform: Check = {
  name: "Terraform",
  look: async ({ run }) => {
    const { exitCode, stdout } = await run("terraform", ["version", "-json"]);
    const cure = "Install Terraform 1.11 or later, below 2: https://developer.hashicorp.com/terraform/install";
    if (exitCode === undefined) return missing("not on the path", cure);
    const version =
      exitCode === 0 ? String((JSON.parse(stdout) as { terraform_version?: unknown }).terraform_version) : "";
    const [major = 0, minor = 0] = version.split(".").map(Number);
    return major === OLDEST_TERRAFORM[0] && minor >= OLDEST_TERRAFORM[1]
      ? inPlace(version)
      : missing(`version ${version === "" ? "unknown" : version}; the state's lock needs 1.11`, cure);
  },
};

const cdktf: Check = {
  name: "CDKTF",
  look: ({ readFile }) => {
    const manifest = (name: string) =>
      JSON.parse(readFile(`infra/node_modules/${name}/package.json`)) as {
        version: string;
        peerDependencies?: Record<string, string>;
      };
    const { version } = manifest("cdktf");
    const [, minor] = version.split(".");
    const wrong = ["aws", "kubernetes", "snowflake"].filter((provider) => {
      const range = manifest(`@cdktf/provider-${provider}`).peerDependencies?.["cdktf"] ?? "";
      return !range.startsWith(`^0.${minor ?? ""}.`);
    });
    return Promise.resolve(
      wrong.length === 0
        ? inPlace(`${version}, with bindings made for it`)
        : missing(
            `${version}, but the bindings of ${wrong.join(", ")} are for another one`,
            "Run pnpm install --frozen-lockfile; cdktf and the @cdktf/provider-* of pnpm-workspace.yaml are raised together.",
          ),
    );
  },
};

const imageTool: Check = {
  name: "program that pushes the image",
  look: async ({ run }) => {
    for (const program of ["skopeo", "docker"]) {
      if ((await run(program, ["--version"])).exitCode === 0) return inPlace(program);
    }
    return missing(
      "neither docker nor skopeo is on the path",
      "Install one of them, or deploy an image that is pushed already: --image <digest>.",
    );
  },
};

const npmScope: Check = {
  name: "npm scope",
  look: async ({ run, readFile }) => {
    const { name } = JSON.parse(readFile("packages/put-records/package.json")) as { name: string };
    const { exitCode } = await run("npm", ["view", name, "version"]);
    return exitCode === 0
      ? inPlace(`${name} is published`)
      : later(
          `${name} is not published`,
          `Only for publishing: make the organization ${name.split("/")[0] ?? ""} on npm, publish the first version by hand, then let npm ` +
            "trust .github/workflows/release.yml (https://docs.npmjs.com/trusted-publishers).",
        );
  },
};

/** Programs and packages on this machine. */
export const programChecks: readonly Check[] = [terraform, cdktf, imageTool, npmScope];
