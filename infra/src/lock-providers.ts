import { join, relative } from "node:path";
import { ENVIRONMENTS } from "./config/environments.ts";
import { loadConfig } from "./config/load-config.ts";
import { runTerraformWith, Terraform } from "./deploy/terraform.ts";
import { InfraError } from "./errors.ts";
import { keepProviderLock } from "./inputs/provider-lock.ts";

/** Where deployments and people run Terraform. */
const PLATFORMS = ["linux_amd64", "linux_arm64", "darwin_amd64", "darwin_arm64", "windows_amd64"];

try {
  const environment = ENVIRONMENTS.find((name) => loadConfig(name).kind !== "local");
  const terraform = new Terraform(environment, join(import.meta.dirname, "../dist"), runTerraformWith({}));
  await terraform.lockProviders(PLATFORMS);
  const committed = join(import.meta.dirname, "../providers.lock.hcl");
  keepProviderLock(terraform.folder, committed);
  process.stdout.write(`${relative(process.cwd(), committed)} is to be committed; the next synthesis places it\n`);
} catch (error) {
  if (!(error instanceof InfraError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
