import type { JsonObject } from "../../json.ts";
import { privacyRuleFaults } from "../../privacy/read-privacy-rule.ts";
import type { Fault } from "../../registry/fault.ts";
import { walkSchema } from "../../registry/walk-schema.ts";
import { eachSchema, hasType, isReference, type LintRule } from "./lint-rule.ts";

export const privacyAnnotation: LintRule = eachSchema("privacy-annotation", ({ schema, pointer }) => {
  const annotation = schema["x-privacy"];
  if (annotation === undefined || annotation === false) return [];
  return privacyRuleFaults(annotation).map((message) => ({
    pointer: `${pointer}/x-privacy`,
    message,
    fix: "Write it as in the privacy section of the README; until then enrichment drops the value.",
  }));
});

/** Better asked too often: a name that promises sensitive values needs an annotation, or the word that it has none. */
export const unannotatedSensitive: LintRule = (document) => {
  const subschemas = [...walkSchema(document.schema)];
  const annotated = subschemas.filter(({ schema }) => schema["x-privacy"] !== undefined).map(({ pointer }) => pointer);
  return subschemas.flatMap(({ schema, pointer, keyword, key }): Fault[] => {
    const isCovered = annotated.some((place) => pointer === place || pointer.startsWith(`${place}/`));
    if (
      keyword !== "properties" ||
      key === undefined ||
      isCovered ||
      isReference(schema) ||
      !soundsSensitive(schema, key)
    ) {
      return [];
    }
    const message = `\`${key}\` sounds sensitive, but has no \`x-privacy\`.`;
    const fix = 'Annotate it, e.g. `"x-privacy": { "class": "email", "action": "hmac" }`, or say `"x-privacy": false`.';
    return [{ file: document.file, pointer, rule: "unannotated-sensitive", message, fix }];
  });
};

const sensitiveName =
  /^(e-?mail|phone|mobile|telephone|(first|last|full|given|family|sur)-?name|street|address|post-?code|zip|iban|cvc|cvv|pass(word|port)|ssn|tax-?id|birth-?(day|date)|date-?of-?birth|(card|account|social-security|phone)-?number|(client-?)?ip(-?address)?|(.*-)?(token|secret|credentials?|api-?key))$/;

function soundsSensitive(schema: JsonObject, key: string): boolean {
  const name = key
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replaceAll("_", "-")
    .toLowerCase();
  return (hasType(schema, "string") || schema["type"] === undefined) && sensitiveName.test(name);
}
