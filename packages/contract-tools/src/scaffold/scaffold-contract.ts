import type { JsonObject } from "@millrace/schema-graph";
import { parseFolder, type SchemasFolder } from "../check/schemas-folder.ts";
import { eventTypeOf, parseSchemaPath, schemaBaseUrl } from "../schema-id.ts";
import { newestVersionOf } from "../registry/newest-version.ts";
import { jsonText } from "../json-text.ts";

/**
 * Returns the files of a new contract `<domain>/<event>`, which passes `schemas check` unchanged. `undefined` when the
 * name is not of that form.
 */
export function scaffoldContract(folder: SchemasFolder, name: string): SchemasFolder | undefined {
  const first = `events/${name}/1-0-0.json`;
  if (parseSchemaPath(first) === undefined || name.split("/").length !== 2) return undefined;
  const { registry } = parseFolder(folder);
  return newContract(name, first, newestVersionOf(registry.documents.values(), "shared/context")?.id);
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
    [file, jsonText(schema)],
    [`${folder}/valid/typical.json`, jsonText(example)],
    [`${folder}/invalid/empty-name.json`, jsonText({ ...example, name: "" })],
  ]);
}
