import { join } from "node:path";
import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { loadRouteDocuments } from "@millrace/routes";
import type { RouteDocument } from "../../inputs/route-destinations.ts";
import { Terraform, runTerraform } from "../terraform.ts";

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

export const tell = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** The environment is the first argument, or `ENVIRONMENT` for programs that cannot pass one. */
export function parseCommand<T extends ParseArgsOptionsConfig>(args: readonly string[], options: T) {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  return { values, environment: positionals[0] ?? process.env["ENVIRONMENT"] };
}

export const terraformOf = (environment: string | undefined): Terraform =>
  new Terraform(environment, repository.outDir, runTerraform);

/** Of every command that plans. */
export const planOptions = {
  image: { type: "string" },
  "accept-gap": { type: "string", multiple: true, default: [] },
} as const satisfies ParseArgsOptionsConfig;

/** A digest that the caller names; Terraform checks its form. */
export const namedImage = (option: string | undefined): string | undefined =>
  option ?? (process.env["TF_VAR_ingest_image_digest"] || undefined);
