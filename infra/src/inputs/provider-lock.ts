import { copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";

/** Terraform's name of the file in the folder where it runs. */
const LOCK_FILE = ".terraform.lock.hcl";

/**
 * Puts the committed hashes of the providers beside a stack's plan, so that `terraform init` refuses a provider that is
 * not the one somebody looked at. Every stack has the same providers, so one file serves all. Without it Terraform
 * writes the hashes of what it downloads first, and synthesis leaves those alone.
 */
export function placeProviderLock(committed: string, stackFolder: string): void {
  if (existsSync(committed)) copyFileSync(committed, join(stackFolder, LOCK_FILE));
}

/** Takes over the hashes that Terraform has written into a stack's folder, to be committed. */
export function keepProviderLock(stackFolder: string, committed: string): void {
  copyFileSync(join(stackFolder, LOCK_FILE), committed);
}
