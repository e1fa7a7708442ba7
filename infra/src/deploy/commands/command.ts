import { join } from "node:path";
import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { loadRouteDocuments } from "@millrace/routes";
import { loadConfig, parseEnvironmentName } from "../../config/load-config.ts";
import type { EnvironmentName } from "../../config/schema.ts";
import { DeployError } from "../../errors.ts";
import type { RouteDocument } from "../../inputs/route-destinations.ts";
import { AwsCommandLine } from "../../programs/aws-command-line.ts";
import { runProgram } from "../../programs/run-program.ts";
import { madeKey } from "../../snowflake/made-key.ts";
import { runTerraformWith, Terraform } from "../terraform.ts";

/** One command of this package's scripts. */
export interface Command {
  readonly usage: string;
  /** @returns the exit code */
  run(args: readonly string[]): Promise<number>;
}

const root = join(import.meta.dirname, "../../../..");

export const repository = {
  root,
  /** Folder above `stacks/`. */
  outDir: join(root, "infra/dist"),
  routeDocuments: (): readonly RouteDocument[] => loadRouteDocuments(join(root, "schemas/routes")),
};

/** Goes on when the reader of the output has gone, as `head` does: a plain write would end a deployment half way. */
export const tell = (line: string): void => console.log(line);

/** The environment is the first argument, or `ENVIRONMENT` for programs that cannot pass one. */
export function parseCommand<T extends ParseArgsOptionsConfig>(args: readonly string[], options: T) {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  return { values, environment: positionals[0] ?? process.env["ENVIRONMENT"] };
}

/**
 * The account of an environment, through the `aws` program.
 *
 * @throws DeployError when the credentials are for another one
 */
export async function accountOf(environment: EnvironmentName): Promise<AwsCommandLine> {
  const { accountId, region } = loadConfig(environment).aws;
  const aws = new AwsCommandLine(runProgram, region);
  const { Account: account, Arn: identity } = await aws.read("sts get-caller-identity");
  if (account !== accountId) {
    throw new DeployError(
      `${environment} lies in account ${accountId}, but the credentials are ${identity}. Log in to that account first.`,
    );
  }
  return aws;
}

/**
 * A plan that only looks logs in to Snowflake as the user that only sees. Where the environment gives no key, Terraform
 * gets the one that `bootstrap` made on this machine.
 */
export function terraformOf(
  environment: string | undefined,
  { isReadOnly = false, outDir = repository.outDir } = {},
): Terraform {
  const name = parseEnvironmentName(environment === "" ? undefined : environment);
  const { deployUser, planUser } = loadConfig(name).warehouse;
  const privateKey = madeKey(root, name, isReadOnly ? "plan" : "deploy");
  const login = {
    SNOWFLAKE_USER: isReadOnly ? planUser : deployUser,
    ...(privateKey === undefined ? {} : { SNOWFLAKE_PRIVATE_KEY: privateKey }),
  };
  return new Terraform(name, outDir, runTerraformWith(login));
}

/** A sealed plan opens for the environment it was made for. */
export const sealPurpose = (environment: string | undefined): string => `millrace plan of ${environment ?? ""}`;

/** Of every command that plans. */
export const planOptions = {
  image: { type: "string" },
  "accept-gap": { type: "string", multiple: true, default: [] },
} as const satisfies ParseArgsOptionsConfig;

/** A digest that the caller names; Terraform checks its form. */
export const namedImage = (option: string | undefined): string | undefined =>
  option ?? (process.env["TF_VAR_ingest_image_digest"] || undefined);
