import { spawn } from "node:child_process";
import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { RunTerraform } from "../deploy/terraform.ts";
import { DrillError } from "../errors.ts";
import type { StackJson } from "./schemas/stack-schemas.ts";
import type { Endpoints } from "./stand-ins/stand-ins.ts";

const REGISTRY = "registry.terraform.io";

/**
 * A folder for one drill, which only its user can read: stacks, Terraform's own configuration, a mirror that `init`
 * installs the providers from, and a log of everything that Terraform printed.
 */
export class Workspace {
  readonly folder = mkdtempSync(join(tmpdir(), "millrace-drill-"));
  readonly logFile = join(this.folder, "terraform.log");
  readonly #mirror = join(this.folder, "mirror");
  readonly #environment: Record<string, string | undefined>;

  constructor(endpoints: Endpoints, variables: Readonly<Record<string, string>>) {
    chmodSync(this.folder, 0o700);
    const cliConfig = join(this.folder, "terraform.rc");
    mkdirSync(this.#mirror);
    writeFileSync(cliConfig, `provider_installation {\n  filesystem_mirror {\n    path = "${this.#mirror}"\n  }\n}\n`);
    writeFileSync(this.logFile, "", { mode: 0o600 });
    this.#environment = {
      PATH: process.env["PATH"],
      HOME: this.folder,
      TF_CLI_CONFIG_FILE: cliConfig,
      TF_IN_AUTOMATION: "1",
      TF_CLI_ARGS: "-no-color",
      CHECKPOINT_DISABLE: "1",
      // Without it the backend asks for a host with the bucket's name in it.
      TF_CLI_ARGS_init: "-backend-config=use_path_style=true",
      TF_REATTACH_PROVIDERS: JSON.stringify(reattached(endpoints)),
      AWS_ENDPOINT_URL_S3: endpoints.s3,
      AWS_ENDPOINT_URL_STS: endpoints.sts,
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_ACCESS_KEY_ID: "drill",
      AWS_SECRET_ACCESS_KEY: "drill",
      ...variables,
    };
  }

  /** Where Terraform finds the stand-ins for its providers, for one that somebody else starts. */
  get providerVariables(): Readonly<Record<string, string | undefined>> {
    return Object.fromEntries(Object.entries(this.#environment).filter(([name]) => /^(TF_|CHECKPOINT_)/.test(name)));
  }

  /** Folder above `stacks/`. */
  get outDir(): string {
    return join(this.folder, "out");
  }

  /**
   * Lays out the providers of a stack as `terraform providers mirror` would, so that `init` checks source and version.
   */
  mirrorProviders({ terraform }: StackJson): void {
    const platform = `${process.platform === "darwin" ? "darwin" : "linux"}_${process.arch === "x64" ? "amd64" : process.arch}`;
    for (const [name, { source, version }] of Object.entries(terraform.required_providers)) {
      const file = join(
        this.#mirror,
        REGISTRY,
        qualified(source),
        version,
        platform,
        `terraform-provider-${name}_v${version}`,
      );
      mkdirSync(dirname(file), { recursive: true });
      // Never run: the stand-ins listen already, and TF_REATTACH_PROVIDERS has their addresses.
      writeFileSync(file, "#!/bin/sh\nexit 1\n", { mode: 0o755 });
    }
  }

  /** Runs Terraform as the deploy commands do, but all that it prints goes to the log. */
  readonly runTerraform: RunTerraform = (args, output) =>
    new Promise((resolve, reject) => {
      const previous = process.umask(0o077);
      const child = spawn("terraform", [...args], { env: this.#environment, stdio: ["ignore", "pipe", "pipe"] });
      process.umask(previous);
      const read: Buffer[] = [];
      this.#log(`$ terraform ${args.join(" ")}\n`);
      child.stdout.on("data", (part: Buffer) => {
        read.push(part);
        // Output that a program reads is a plan or a state: a deployment prints neither.
        if (output === "show") this.#log(part);
      });
      child.stderr.on("data", (part: Buffer) => this.#log(part));
      child.on("error", (error) => reject(new DrillError(TERRAFORM_MISSING, { cause: error })));
      child.on("close", (code) => resolve({ exitCode: code ?? 1, stdout: Buffer.concat(read).toString("utf8") }));
    });

  #log(text: string | Buffer): void {
    appendFileSync(this.logFile, text);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Message of the drill on a machine without Terraform. */
export const TERRAFORM_MISSING =
  "terraform is not on the path. The drill needs Terraform 1.11 or later: https://developer.hashicorp.com/terraform/install";

/** `aws` and `hashicorp/aws` are one provider. */
const qualified = (source: string): string => (source.includes("/") ? source : `hashicorp/${source}`);

/** https://developer.hashicorp.com/terraform/plugin/debugging#terraform-cli-development-overrides */
function reattached({ providers }: Endpoints): object {
  const owners: Readonly<Record<string, string>> = { snowflake: "snowflakedb" };
  return Object.fromEntries(
    Object.entries(providers).map(([name, address]) => [
      `${REGISTRY}/${owners[name] ?? "hashicorp"}/${name}`,
      {
        Protocol: "grpc",
        ProtocolVersion: 6,
        Pid: process.pid,
        Test: true,
        Addr: { Network: "tcp", String: address },
      },
    ]),
  );
}
