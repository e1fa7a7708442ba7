import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseEnvironmentName } from "../config/load-config.ts";
import type { EnvironmentName } from "../config/schema.ts";
import { DeployError } from "../errors.ts";
import { stackFolder } from "../synthesize.ts";
import type { TerraformPlan } from "./guard-plan.ts";

/** Outcome of one Terraform command. */
export interface CommandResult {
  /** `undefined` when the program is not on the path. */
  readonly exitCode: number | undefined;
  /** Standard output, for commands whose output is read instead of shown. */
  readonly stdout: string;
}

/** Runs Terraform. `output` selects whether its output is shown or returned. */
export type RunTerraform = (args: readonly string[], output: "show" | "read") => Promise<CommandResult>;

/**
 * Runs the `terraform` on the path. Files that it writes are for this user alone: plans hold secrets.
 *
 * @param defaults environment variables, unless they are set already
 */
export const runTerraformWith =
  (defaults: Readonly<Record<string, string>>): RunTerraform =>
  (args, output) =>
    new Promise((resolve, reject) => {
      const previous = process.umask(0o077);
      const env = { ...defaults, ...process.env };
      const child = spawn("terraform", args, {
        env,
        stdio: ["ignore", output === "show" ? "inherit" : "pipe", "inherit"],
      });
      process.umask(previous);
      const read: Buffer[] = [];
      child.stdout?.on("data", (part: Buffer) => read.push(part));
      child.on("error", (error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") resolve({ exitCode: undefined, stdout: "" });
        else reject(error);
      });
      // A signal leaves no status: for the caller that is a failure like any other.
      child.on("close", (code) => resolve({ exitCode: code ?? 1, stdout: Buffer.concat(read).toString("utf8") }));
    });

/** Terraform in the folder of one synthesized stack. */
export class Terraform {
  readonly environment: EnvironmentName;
  readonly folder: string;
  readonly #run: RunTerraform;

  /** @throws UnknownEnvironmentError, DeployError when the environment is `local` or is not synthesized. */
  constructor(environment: string | undefined, outDir: string, run: RunTerraform) {
    this.environment = parseEnvironmentName(environment === "" ? undefined : environment);
    if (this.environment === "local") throw new DeployError("The local stack runs on this machine: pnpm start");
    this.folder = stackFolder(outDir, this.environment);
    this.#run = run;
    if (!existsSync(join(this.folder, "cdk.tf.json"))) {
      throw new DeployError(`${this.folder}/cdk.tf.json does not exist. Run: pnpm synth`);
    }
  }

  async init(): Promise<void> {
    await this.#expectSuccess("init", ["-input=false"]);
  }

  /** Writes the hashes of the providers, for these platforms, into the stack's folder. Needs the registry. */
  async lockProviders(platforms: readonly string[]): Promise<void> {
    await this.#expectSuccess("providers", ["lock", ...platforms.map((platform) => `-platform=${platform}`)]);
  }

  /** The values of the stack's outputs in the state; none before the first apply. */
  async outputs(): Promise<Readonly<Record<string, unknown>>> {
    const text = await this.#expectSuccess("output", ["-json"], "read");
    const outputs = JSON.parse(text) as Record<string, { readonly value: unknown }>;
    return Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value]));
  }

  /** Writes a plan to a file. */
  async plan(file: string, options: readonly string[] = []): Promise<void> {
    await this.#expectSuccess("plan", ["-input=false", ...options, `-out=${file}`]);
  }

  async show(file: string): Promise<TerraformPlan> {
    return JSON.parse(await this.#expectSuccess("show", ["-json", file], "read")) as TerraformPlan;
  }

  /** The plan as people read it; what is sensitive is not in it. */
  async showText(file: string): Promise<string> {
    return this.#expectSuccess("show", ["-no-color", file], "read");
  }

  /** A saved plan is applied without asking, and only as long as the state has not moved since. */
  async apply(file: string): Promise<void> {
    await this.#expectSuccess("apply", ["-input=false", "-lock-timeout=5m", file]);
  }

  /** Addresses of what is in the state. */
  async stateList(): Promise<readonly string[]> {
    const text = await this.#expectSuccess("state", ["list"], "read");
    return text.split("\n").filter((line) => line !== "");
  }

  async #expectSuccess(command: string, args: readonly string[], output: "show" | "read" = "show"): Promise<string> {
    const { exitCode, stdout } = await this.#run([`-chdir=${this.folder}`, command, ...args], output);
    if (exitCode === undefined) {
      throw new DeployError(
        "terraform is not on the path. Install Terraform 1.11 or later: https://developer.hashicorp.com/terraform/install",
      );
    }
    if (exitCode !== 0) {
      throw new DeployError(
        `terraform ${command} of ${this.environment} failed with exit code ${exitCode}; its own message is above.`,
      );
    }
    return stdout;
  }
}
