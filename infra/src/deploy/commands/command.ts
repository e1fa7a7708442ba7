import { join } from "node:path";
import { Argument, type Command, type End, Option, together } from "@millrace/command-line";
import { loadRouteDocuments } from "@millrace/routes";
import { loadConfig, parseEnvironmentName } from "../../config/load-config.ts";
import type { EnvironmentName } from "../../config/schema.ts";
import { DeployError } from "../../errors.ts";
import type { RouteDocument } from "../../inputs/route-destinations.ts";
import { AwsCommandLine } from "../../programs/aws-command-line.ts";
import { runProgram } from "../../programs/run-program.ts";
import { madeKey } from "../../snowflake/made-key.ts";
import { runTerraformWith, Terraform } from "../terraform.ts";

/** Adds one command of this package's scripts. */
export type AddCommand = (program: Command, end: End) => void;

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
export const environmentArgument = new Argument("[environment]", "by default the variable ENVIRONMENT");

export const environmentOf = (named: string | undefined): string | undefined => named ?? process.env["ENVIRONMENT"];

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

/** Options that several commands take. */
export const options = {
  image: new Option("--image <digest>", "sha256:… of the event service's image"),
  acceptGap: new Option(
    "--accept-gap <address>",
    "a gap that is meant, as the refused plan names it; may be given several times",
  ).argParser(together),
  atOnce: new Option("--at-once", "release to all traffic at once, not step by step"),
};

/** A digest that the caller names; Terraform checks its form. */
export const namedImage = (option: string | undefined): string | undefined =>
  option ?? (process.env["TF_VAR_ingest_image_digest"] || undefined);
