import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { DrillError } from "../../errors.ts";

const require = createRequire(import.meta.url);

export type BindingKind = "provider" | "resource" | "data";

/**
 * The TypeScript that a prebuilt binding was compiled from. The compiled JavaScript has lost the comments that say
 * which attribute is computed; the source map inside it has kept the source.
 *
 * @throws DrillError when the installed package has no binding of the type
 */
export function bindingSource(provider: string, kind: BindingKind, type: string): string {
  const library = join(dirname(require.resolve(`@cdktf/provider-${provider}/package.json`)), "lib");
  const folder = kind === "provider" ? "provider" : folderOf(type, kind);
  // A type whose name is a word of JSII's own has a folder that ends in -a.
  const found = [folder, `${folder}-a`].map((name) => join(library, name)).find(existsSync);
  if (found === undefined) {
    throw new DrillError(
      `@cdktf/provider-${provider} has no binding of ${kind} ${type}: expected ${join(library, folder)}. Check the type's name in the stack.`,
    );
  }
  const files = readdirSync(found, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".js"));
  return files
    .toSorted()
    .map((file) => embeddedSource(join(found, file)))
    .join("\n");
}

function folderOf(type: string, kind: "resource" | "data"): string {
  const [provider = "", ...words] = type.split("_");
  return [...(kind === "data" ? ["data", provider] : []), ...words].join("-");
}

function embeddedSource(file: string): string {
  const [, map] = /sourceMappingURL=data:application\/json;base64,(\S+)/.exec(readFileSync(file, "utf8")) ?? [];
  if (map === undefined) throw new DrillError(`${file} has no source map to derive a schema from.`);
  const { sourcesContent } = JSON.parse(Buffer.from(map, "base64").toString("utf8")) as { sourcesContent: string[] };
  return sourcesContent.join("\n");
}
