import {
  applicatorOf,
  heldBy,
  holdsForAll,
  isContract,
  isJsonObject,
  type Json,
  type JsonObject,
  keywordsFor,
  pointerStep,
  typesOf,
} from "@millrace/schema-graph";
import { eachSchema, type Finding, isReference, type LintRule } from "./lint-rule.ts";

/** Keywords that list schemas of the same value. */
const branching = keywordsFor("same value").filter((keyword) => applicatorOf(keyword)?.holds === "list");

/** A name under `required` that no `properties` defines is mostly a spelling error. */
export const undefinedRequired: LintRule = eachSchema("undefined-required", ({ schema, pointer, keyword }) => {
  const { required, properties } = schema;
  // A branch may require what the schema around it defines.
  const isBranch = applicatorOf(keyword)?.target === "same value";
  // A schema that it is composed of may define the name.
  const isComposed = isReference(schema) || branching.some((word) => schema[word] !== undefined);
  if (!Array.isArray(required) || isComposed || (isBranch && properties === undefined)) return [];
  const defined = isJsonObject(properties) ? properties : {};
  return required.flatMap((name, index): Finding[] => {
    if (typeof name !== "string" || Object.hasOwn(defined, name)) return [];
    const message = `\`${name}\` is required, but \`properties\` does not define it.`;
    return [{ pointer: `${pointer}/required/${index}`, message, fix: "Define the property or correct its name." }];
  });
});

/** The data of an event is an object, in every version, or no field could ever be added. */
export const rootObject: LintRule = (document, { resources }) => {
  const root = { document, pointer: "", schema: document.schema };
  if (!isContract(document) || holdsForAll(root, ({ type }) => type === "object", resources)) return [];
  const message = "The data of an event is an object, so that fields can be added later.";
  return [{ file: document.file, pointer: "/type", rule: "root-object", message, fix: 'Say `"type": "object"`.' }];
};

/** Openness to other properties has to be a decision; left out, it is an accident. */
export const undeclaredOpenness: LintRule = eachSchema("undeclared-openness", ({ schema, pointer, keyword }) => {
  // Branches add to the schema around them, which is the one to be closed (by `unevaluatedProperties`).
  const isBranch = applicatorOf(keyword)?.target === "same value";
  if (isBranch || !isObjectLeftOpen(schema)) return [];
  const message = "The object does not say whether it may have other properties.";
  const fix = 'Say `"additionalProperties": false`, or `true` if it is open on purpose.';
  return [{ pointer, message, fix }];
});

/** True if a schema, or a branch of it, is about objects and does not say whether they have other properties. */
function isObjectLeftOpen(schema: JsonObject): boolean {
  if (keywordsFor("other properties").some((keyword) => schema[keyword] !== undefined)) return false;
  const branches = branching.flatMap((keyword) => heldBy(schema, keyword));
  return (
    typesOf(schema).includes("object") ||
    schema["properties"] !== undefined ||
    branches.some(({ value }) => isJsonObject(value) && isObjectLeftOpen(value))
  );
}

/** Keywords that name properties, in a map or in a list. */
const naming = ["properties", "required", "dependentRequired", "dependentSchemas", "dependencies"];

/**
 * `data.constructor` is there in every JavaScript object: readers and validators take it for a property of the event.
 */
export const prototypeName: LintRule = eachSchema("prototype-name", ({ schema, pointer }) =>
  naming.flatMap((keyword): Finding[] => {
    const value = schema[keyword];
    const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
    return entries.flatMap(([key, inner]): Finding[] => {
      const name = Array.isArray(value) ? inner : key;
      if (typeof name !== "string" || !(name in Object.prototype)) return [];
      const message = `\`${name}\` is a property of every JavaScript object.`;
      return [{ pointer: `${pointer}/${keyword}${pointerStep(key)}`, message, fix: "Choose another name." }];
    });
  }),
);

/** Without `$schema` another tool would read the document as whatever is its favourite. */
export const undeclaredDialect: LintRule = (document) => {
  if (document.schema["$schema"] !== undefined) return [];
  const message = `The document does not say its dialect, and is read as ${document.draft}.`;
  const fix = 'Say `"$schema": "https://json-schema.org/draft/2020-12/schema"` (or that of draft-07).';
  return [{ file: document.file, pointer: "", rule: "dialect", message, fix }];
};

/** Documentation, types and views are made from descriptions. */
export const missingDescription: LintRule = eachSchema(
  "missing-description",
  ({ schema, pointer, keyword }, document) => {
    const findings: Finding[] = [];
    if (pointer === "") {
      for (const text of ["title", "description"].filter((name) => !isText(schema[name]))) {
        findings.push({
          pointer: "",
          message: `The ${document.kind} schema has no ${text}.`,
          fix: `Add a \`${text}\`.`,
        });
      }
    } else if (keyword === "properties" && !isText(schema["description"]) && !isReference(schema)) {
      const message = "The property has no description.";
      findings.push({ pointer, message, fix: "Say in a sentence what it is, with its unit." });
    }
    return findings;
  },
);

function isText(value: Json | undefined): boolean {
  return typeof value === "string" && value.trim() !== "";
}
