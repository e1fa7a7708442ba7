import type { Contract, JsonObject } from "@millrace/schema-graph";
import { nextVersions } from "../check/history/check-versions.ts";
import type { SchemasFolder } from "../check/schemas-folder.ts";
import { parseFolder } from "../check/schemas-folder.ts";
import { eventTypeOf, formatVersion, parseSchemaPath, schemaBaseUrl } from "../schema-id.ts";

export type Step = "addition" | "revision" | "model";

/**
 * The files of the next version of `<domain>/<event>`: a new contract that passes `schemas check` as it is, or a copy
 * of the newest version with its examples, to be edited. `undefined` when the name is not of that form.
 */
export function scaffoldVersion(folder: SchemasFolder, name: string, step: Step): SchemasFolder | undefined {
  const first = `events/${name}/1-0-0.json`;
  if (parseSchemaPath(first) === undefined || name.split("/").length !== 2) return undefined;
  const { registry } = parseFolder(folder);
  const newest = registry.newestOf(eventTypeOf(name));
  if (newest !== undefined) return copyOf(folder, newest, step);
  const contexts = [...registry.documents.values()].filter(
    ({ kind, name: shared }) => kind === "shared" && shared === "context",
  );
  return newContract(name, first, contexts.at(-1)?.id);
}

function copyOf(folder: SchemasFolder, newest: Contract, step: Step): SchemasFolder {
  const [addition, revision, model] = nextVersions(newest.version);
  const version = { addition, revision, model }[step];
  if (version === undefined) throw new Error("There are three next versions.");
  const file = `events/${newest.name}/${formatVersion(version)}.json`;
  const examples = (of: string): string =>
    of
      .replace(/^events/, "examples")
      .replace(/json$/, "")
      .replace(/\.$/, "/");
  const copied = [...folder]
    .filter(([path]) => path.startsWith(examples(newest.file)))
    .map(([path, text]): [string, string] => [path.replace(examples(newest.file), examples(file)), text]);
  return new Map([[file, json({ ...newest.schema, $id: schemaBaseUrl + file })], ...copied]);
}

function newContract(name: string, file: string, context: string | undefined): SchemasFolder {
  const words = name.replaceAll(/[/_-]/g, " ");
  const contextProperty: JsonObject = context === undefined ? {} : { context: { $ref: context } };
  const schema: JsonObject = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: schemaBaseUrl + file,
    title: words.charAt(0).toUpperCase() + words.slice(1),
    description: `Says when a source sends "${eventTypeOf(name)}".`,
    type: "object",
    properties: {
      ...contextProperty,
      name: { type: "string", minLength: 1, maxLength: 128, description: "Says what this field is, with its unit." },
    },
    required: [...Object.keys(contextProperty), "name"],
    additionalProperties: false,
  };
  const exampleContext = { pageUrl: "https://shop.example/", sessionId: "s-1", visitorId: "v-1" };
  const example: JsonObject = { ...(context === undefined ? {} : { context: exampleContext }), name: "example" };
  const folder = `examples/${name}/1-0-0`;
  return new Map([
    [file, json(schema)],
    [`${folder}/valid/typical.json`, json(example)],
    [`${folder}/invalid/empty-name.json`, json({ ...example, name: "" })],
  ]);
}

function json(value: JsonObject): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
