import { isJsonObject, type JsonObject } from "../../json.ts";
import { isContract } from "../../registry/schema-document.ts";
import { pointerStep } from "../../registry/pointer.ts";
import { eachSchema, type Finding, hasType, isReference, type LintRule } from "./lint-rule.ts";

/** A name under `required` that no `properties` defines is mostly a spelling error. */
export const undefinedRequired: LintRule = eachSchema("undefined-required", ({ schema, pointer, keyword }) => {
  const { required, properties } = schema;
  // A branch may require what the schema around it defines.
  const isBranch = ["allOf", "anyOf", "oneOf", "if", "then", "else", "not", "dependentSchemas"].includes(keyword);
  // What it is composed of may define the name.
  const isComposed = isReference(schema) || ["allOf", "anyOf", "oneOf"].some((word) => schema[word] !== undefined);
  if (!Array.isArray(required) || isComposed || (isBranch && properties === undefined)) return [];
  const defined = isJsonObject(properties) ? properties : {};
  return required.flatMap((name, index): Finding[] => {
    if (typeof name !== "string" || Object.hasOwn(defined, name)) return [];
    const message = `\`${name}\` is required, but \`properties\` does not define it.`;
    return [{ pointer: `${pointer}/required/${index}`, message, fix: "Define the property or correct its name." }];
  });
});

/** The data of an event is an object, in every version, or no field could ever be added. */
export const rootObject: LintRule = (document) => {
  const isSound = !isContract(document) || hasOnlyObjects(document.schema);
  if (isSound) return [];
  const message = "The data of an event is an object, so that fields can be added later.";
  return [{ file: document.file, pointer: "/type", rule: "root-object", message, fix: 'Say `"type": "object"`.' }];
};

function hasOnlyObjects(schema: JsonObject): boolean {
  return (
    schema["type"] === "object" || ["$ref", "oneOf", "anyOf", "allOf"].some((keyword) => schema[keyword] !== undefined)
  );
}

/** Whether other properties may come is a decision; left out, it is an accident. */
export const undeclaredOpenness: LintRule = eachSchema("undeclared-openness", ({ schema, pointer, keyword }) => {
  const isObject = hasType(schema, "object") || schema["properties"] !== undefined;
  const isDeclared = schema["additionalProperties"] !== undefined || schema["unevaluatedProperties"] !== undefined;
  // Branches add to the schema around them, which is the one to be closed (by `unevaluatedProperties`).
  const isBranch = ["allOf", "anyOf", "oneOf", "if", "then", "else", "not", "dependentSchemas"].includes(keyword);
  if (!isObject || isDeclared || isBranch) return [];
  const message = "The object does not say whether it may have other properties.";
  const fix = 'Say `"additionalProperties": false`, or `true` if it is open on purpose.';
  return [{ pointer, message, fix }];
});

/** `data.constructor` is there in every JavaScript object: readers and validators stumble over such names. */
export const prototypeName: LintRule = eachSchema("prototype-name", ({ schema, pointer }) => {
  const names = isJsonObject(schema["properties"]) ? Object.keys(schema["properties"]) : [];
  return names
    .filter((name) => name in Object.prototype)
    .map((name) => ({
      pointer: `${pointer}/properties${pointerStep(name)}`,
      message: `\`${name}\` is a property of every JavaScript object.`,
      fix: "Choose another name.",
    }));
});

/** Documentation, types and views are made from descriptions. */
export const missingDescription: LintRule = eachSchema(
  "missing-description",
  ({ schema, pointer, keyword }, document) => {
    const findings: Finding[] = [];
    if (pointer === "") {
      for (const text of ["title", "description"].filter((name) => typeof schema[name] !== "string")) {
        findings.push({
          pointer: "",
          message: `The ${document.kind} schema has no ${text}.`,
          fix: `Add a \`${text}\`.`,
        });
      }
    } else if (keyword === "properties" && typeof schema["description"] !== "string" && !isReference(schema)) {
      const message = "The property has no description.";
      findings.push({ pointer, message, fix: "Say in a sentence what it is, with its unit." });
    }
    return findings;
  },
);
