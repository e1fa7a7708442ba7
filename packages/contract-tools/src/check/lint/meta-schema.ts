import { createAjv } from "../../codegen/create-ajv.ts";
import type { LintRule } from "./lint-rule.ts";

const ajvs = {
  "2020-12": createAjv("2020-12", { messages: true }),
  "draft-07": createAjv("draft-07", { messages: true }),
};

/** The document is itself valid: keywords have values of the right type, `required` lists strings, … */
export const metaSchema: LintRule = (document) => {
  const ajv = ajvs[document.draft];
  // Without its name, of which others write several, the dialect is the one that the registry read.
  const { $schema: _, ...schema } = document.schema;
  const isValid = ajv.validateSchema(schema) === true;
  if (isValid) return [];
  const errors = (ajv.errors ?? []).filter((error) => !["anyOf", "allOf", "if"].includes(error.keyword));
  const byPlace = new Map(errors.map((error) => [error.instancePath, error]));
  return [...byPlace.values()].map((error) => ({
    file: document.file,
    pointer: error.instancePath,
    rule: "meta-schema",
    message: `The value ${error.message ?? "is wrong"}.`,
    fix: `Write the keyword as JSON Schema ${document.draft} defines it.`,
  }));
};
