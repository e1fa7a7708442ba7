import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DeployError } from "../errors.ts";

interface Stack {
  readonly resource?: {
    readonly aws_lambda_function?: Readonly<Record<string, { readonly filename?: string }>>;
    readonly aws_s3_object?: Readonly<Record<string, { readonly source?: string }>>;
  };
}

/**
 * Digest of a synthesized stack and of the files that Terraform reads at apply: a plan does not carry them.
 *
 * @throws DeployError naming a file that is not there.
 */
export function hashStack(folder: string): string {
  const text = read(folder, "cdk.tf.json");
  const { resource } = JSON.parse(text.toString("utf8")) as Stack;
  const files = [
    ...Object.values(resource?.aws_lambda_function ?? {}).map(({ filename }) => filename),
    ...Object.values(resource?.aws_s3_object ?? {}).map(({ source }) => source),
  ].filter((path) => path !== undefined);
  const hash = createHash("sha256").update(text);
  for (const path of [...new Set(files)].toSorted()) hash.update(`\n${path}\n`).update(read(folder, path));
  return hash.digest("hex");
}

function read(folder: string, path: string): Buffer {
  const file = join(folder, path);
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new DeployError(`${file} cannot be read, and Terraform needs it at apply. Run: pnpm synth`, { cause });
  }
}
