import type { AddedDefinition } from "./load-added-enrichments.ts";
import { lookupOptions } from "./lookup/lookup-options.ts";
import { enrichmentDefinitions } from "./options.ts";
import type { ObjectSchema } from "./value-of.ts";

export { renderEnrichmentsPage } from "./render-page.ts";

const schemaId = "https://millrace.example/schemas/enrichment/options/1-0-0.json";

/** The schema of the options document: for completion in an editor, and for the check of the build. */
export function renderOptionsSchema(added: readonly AddedDefinition[] = []): object {
  const all = [...enrichmentDefinitions, ...added];
  const withOptions = all.filter(({ options }) => options !== lookupOptions);
  const names = all.map(({ name }) => name);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: schemaId,
    title: "Enrichment options",
    description: "Which enrichments run, in which order and with which options, by environment.",
    type: "object",
    required: ["enrichments"],
    additionalProperties: false,
    properties: {
      $schema: { type: "string", description: "This schema, for completion in an editor." },
      enrichments: {
        description: "The enrichments in the order they run. One that is not listed does not run.",
        type: "array",
        items: { $ref: "#/$defs/entry" },
      },
      environments: {
        description:
          "What differs by environment: stage, then name of the enrichment. Options given here replace those of the same name.",
        type: "object",
        propertyNames: { pattern: "^[a-z][a-z0-9-]*$" },
        additionalProperties: {
          type: "object",
          propertyNames: { $ref: "#/$defs/name" },
          additionalProperties: {
            type: "object",
            additionalProperties: false,
            properties: {
              enabled: { $ref: "#/$defs/enabled" },
              options: { type: "object", description: "Options that replace those of the list, one by one." },
            },
          },
        },
      },
    },
    $defs: {
      name: { enum: names, description: "Name of an enrichment; what it adds lies under this name." },
      enabled: { type: "boolean", description: "Whether it runs; true when left out." },
      entry: {
        type: "object",
        required: ["name"],
        properties: {
          name: { $ref: "#/$defs/name" },
          enabled: { $ref: "#/$defs/enabled" },
          options: { type: "object" },
          kind: { const: "lookup", description: "A join with a table, which `options` describes." },
          package: { type: "string", minLength: 1, description: "npm package of your own that it comes from." },
          export: { type: "string", minLength: 1, description: "Its export; `default` when left out." },
        },
        additionalProperties: false,
        allOf: [...withOptions.map(({ name, options }) => optionsOf({ name: { const: name } }, options)), lookupEntry],
      },
    },
  };
}

function optionsOf(properties: object, options: ObjectSchema): object {
  const isNeeded = ((options["required"] as readonly string[] | undefined) ?? []).length > 0;
  return {
    if: { properties },
    then: { ...(isNeeded ? { required: ["options"] } : {}), properties: { options } },
  };
}

const lookupEntry = {
  if: { required: ["kind"] },
  then: { required: ["options"], not: { required: ["package"] }, properties: { options: lookupOptions } },
};

/** The addition of each enrichment, by its name: the properties of the document `envelope/enrichment`. */
export function resultSchemas(added: readonly AddedDefinition[] = []): Readonly<Record<string, ObjectSchema>> {
  return Object.fromEntries(
    [...enrichmentDefinitions, ...added].map(({ name, result }) => [name, result as ObjectSchema]),
  );
}

export {
  type AddedDefinition,
  type AddedEnrichments,
  loadAddedEnrichments,
  type OwnDefinition,
} from "./load-added-enrichments.ts";
export type { LookupDefinition, OptionsFault } from "./lookup/load-lookups.ts";
export { formatOf, type LookupOptions, rowSchema } from "./lookup/lookup-options.ts";
