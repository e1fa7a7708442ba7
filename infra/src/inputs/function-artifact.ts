import { readFileSync } from "node:fs";
import { existsSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { FunctionArtifactError } from "../errors.ts";

/** The functions of the pipeline, by the folder of their app. */
type FunctionName = "enrichment" | "router" | "canary" | "replay-job";

/** A function's zip as Terraform needs it. */
export interface FunctionArtifact {
  /**
   * Path of the zip, relative to the folder of the synthesized stack, so that the plan is the same on every machine.
   */
  readonly zipPath: string;
  readonly handler: string;
  /** The hash that Lambda will report as `CodeSha256`: an unchanged zip is not deployed again. */
  readonly sha256Base64: string;
}

/** Finds the artifact of a function. */
export type FunctionArtifacts = (name: FunctionName) => FunctionArtifact;

export interface BuiltArtifactsOptions {
  /** Root of the repository. */
  readonly root: string;
  /** Folder of the synthesized stack, where Terraform runs. */
  readonly stackFolder: string;
}

/** Reads `apps/<name>/dist/function.json`; throws {@link FunctionArtifactError} that names the command to run. */
export function builtArtifacts({ root, stackFolder }: BuiltArtifactsOptions): FunctionArtifacts {
  return (name) => {
    const folder = join(root, "apps", name, "dist");
    const described = join(folder, "function.json");
    const build = `Run: pnpm turbo run build --filter=@millrace/${name}`;
    let text: string;
    try {
      text = readFileSync(described, "utf8");
    } catch (cause) {
      throw new FunctionArtifactError(`The ${name} function is not built: ${described} cannot be read. ${build}`, {
        cause,
      });
    }
    const { file, handler, sha256Base64 } = parse(text, described, build);
    const zip = join(folder, file);
    if (!existsSync(zip)) {
      throw new FunctionArtifactError(`The ${name} function is not built: ${zip} does not exist. ${build}`);
    }
    return { zipPath: relative(stackFolder, zip).split(sep).join("/"), handler, sha256Base64 };
  };
}

function parse(text: string, path: string, build: string): Record<"file" | "handler" | "sha256Base64", string> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new FunctionArtifactError(`${path} is not JSON. ${build}`, { cause });
  }
  const field = (name: string, pattern: RegExp): string => {
    const found: unknown = typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
    if (typeof found === "string" && pattern.test(found)) return found;
    throw new FunctionArtifactError(
      `${path}: Expected \`${name}\` to match ${String(pattern)}, got ${found === undefined ? "nothing" : JSON.stringify(found)}. ${build}`,
    );
  };
  return {
    file: field("file", /^[\w.-]+\.zip$/),
    handler: field("handler", /^[\w-]+\.[\w$]+$/),
    sha256Base64: field("sha256Base64", /^[A-Za-z0-9+/]{43}=$/),
  };
}
