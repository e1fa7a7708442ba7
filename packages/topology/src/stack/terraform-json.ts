import { readFileSync } from "node:fs";
import { StackError } from "../errors.ts";

/** The arguments of one resource as Terraform's JSON syntax has them. */
export type ResourceArguments = Readonly<Record<string, unknown>>;

/** One resource of a synthesized stack. */
export interface Resource {
  readonly type: string;
  readonly name: string;
  readonly arguments: ResourceArguments;
}

/** A synthesized stack, read but not yet interpreted. */
export interface TerraformStack {
  readonly path: string;
  readonly resources: readonly Resource[];
  readonly data: readonly Resource[];
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly locals: Readonly<Record<string, unknown>>;
  readonly variables: Readonly<Record<string, unknown>>;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function listResources(section: unknown): Resource[] {
  if (!isObject(section)) return [];
  return Object.entries(section).flatMap(([type, byName]) =>
    isObject(byName)
      ? Object.entries(byName).map(([name, value]) => ({ type, name, arguments: isObject(value) ? value : {} }))
      : [],
  );
}

/**
 * Reads a stack that `infra` synthesized (`cdk.tf.json`, Terraform JSON configuration syntax).
 * @throws StackError when the file is missing or is not a JSON object.
 */
export function readTerraformStack(path: string): TerraformStack {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new StackError(`No synthesized stack at ${path}. Run "pnpm synth" first.`, { cause });
  }
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new StackError(`${path} is not JSON: ${(cause as Error).message}. Run "pnpm synth" again.`, { cause });
  }
  if (!isObject(document)) throw new StackError(`${path} holds no JSON object. Run "pnpm synth" again.`);
  const outputs = isObject(document["output"]) ? document["output"] : {};
  return {
    path,
    resources: listResources(document["resource"]),
    data: listResources(document["data"]),
    outputs: Object.fromEntries(
      Object.entries(outputs).map(([name, output]) => [name, isObject(output) ? output["value"] : undefined]),
    ),
    locals: isObject(document["locals"]) ? document["locals"] : {},
    variables: isObject(document["variable"]) ? document["variable"] : {},
  };
}
