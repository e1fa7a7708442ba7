import {
  heldPlaces,
  isJsonObject,
  type JsonObject,
  pointerStep,
  type SchemaDocument,
  type SchemaResources,
  type Subschema,
  takesType,
  walkSchema,
  keywordsFor,
} from "@millrace/schema-graph";
import { holdsAnnotation } from "../../privacy/holds-annotation.ts";
import { privacyRuleFaults } from "../../privacy/read-privacy-rule.ts";
import { eachSchema, type Finding, type LintRule } from "./lint-rule.ts";

export const privacyAnnotation: LintRule = eachSchema("privacy-annotation", (subschema, document, { resources }) => [
  ...unreadableAnnotation(subschema),
  ...misspeltAnnotation(subschema),
  ...unreachableAnnotation(subschema, document, resources),
]);

function unreadableAnnotation({ schema, pointer }: Subschema): Finding[] {
  const annotation = schema["x-privacy"];
  if (annotation === undefined || annotation === false) return [];
  return privacyRuleFaults(annotation).map((message) => ({
    pointer: `${pointer}/x-privacy`,
    message,
    fix: "Write it as in the privacy section of the README; until then enrichment drops the value.",
  }));
}

/** Any keyword may begin with `x-`, and no program reads this one. */
function misspeltAnnotation({ schema, pointer }: Subschema): Finding[] {
  return Object.entries(schema)
    .filter(([keyword, value]) => keyword !== "x-privacy" && /^x[-_]/i.test(keyword) && isLikeRule(value))
    .map(([keyword]) => ({
      pointer: pointer + pointerStep(keyword),
      message: `\`${keyword}\` looks like an annotation, but only \`x-privacy\` is one: nothing is masked.`,
      fix: "Write `x-privacy`.",
    }));
}

function isLikeRule(value: unknown): boolean {
  return isJsonObject(value) && ["class", "action"].every((name) => Object.hasOwn(value, name));
}

/** Masking replaces values. Names of properties, and parts inside a text, are no values of their own. */
function unreachableAnnotation(
  { schema, pointer }: Subschema,
  document: SchemaDocument,
  resources: SchemaResources,
): Finding[] {
  return [...keywordsFor("names"), ...keywordsFor("inner text")].flatMap((keyword): Finding[] => {
    const [place] = heldPlaces({ document, pointer, schema }, keyword);
    if (place === undefined || !holdsAnnotation(place, resources, (annotation) => annotation !== false)) return [];
    const message = `An annotation below \`${keyword}\` cannot be obeyed by itself, so the whole value is dropped.`;
    return [{ pointer: place.pointer, message, fix: "Annotate the value itself: `scan` looks at names as well." }];
  });
}

/**
 * Better asked too often: a name or a format that promises sensitive values needs an annotation, or the word that it
 * has none.
 */
export const unannotatedSensitive: LintRule = (document, registry) => {
  const annotated = [...walkSchema(document.schema)]
    .filter(({ schema }) => schema["x-privacy"] !== undefined)
    .map(({ pointer }) => pointer);
  return eachSchema("unannotated-sensitive", (subschema) => {
    const { schema, pointer } = subschema;
    const isCovered = annotated.some((place) => pointer === place || isPartOf(pointer, place));
    const sign = isCovered ? undefined : signOfSensitive(subschema);
    if (sign === undefined) return [];
    // The schema that it refers to may be annotated, and so may its elements or branches.
    if (holdsAnnotation({ document, pointer, schema }, registry.resources, () => true)) return [];
    const fix = 'Annotate it, e.g. `"x-privacy": { "class": "email", "action": "hmac" }`, or say `"x-privacy": false`.';
    return [{ pointer, message: `${sign}, but has no \`x-privacy\`.`, fix }];
  })(document, registry);
};

/** True if a schema stands inside another. Definitions in it do not: other documents may refer to them. */
function isPartOf(pointer: string, place: string): boolean {
  return pointer.startsWith(`${place}/`) && !/\/(\$defs|definitions)\//.test(pointer.slice(place.length));
}

/** Why a schema looks as if its values were sensitive. */
function signOfSensitive({ schema, keyword, key }: Subschema): string | undefined {
  const { format, propertyNames } = schema;
  if (typeof format === "string" && sensitiveFormats.has(format) && keyword !== "propertyNames") {
    return `${key === undefined ? "The value" : `\`${key}\``} has the format "${format}"`;
  }
  const nameFormat = isJsonObject(propertyNames) ? propertyNames["format"] : undefined;
  if (typeof nameFormat === "string" && sensitiveFormats.has(nameFormat)) {
    return `The object has names of the format "${nameFormat}"`;
  }
  if (keyword !== "properties" || key === undefined || !soundsSensitive(key) || !canHoldIt(schema)) return undefined;
  return `\`${key}\` sounds sensitive`;
}

const sensitiveFormats = new Set(["email", "idn-email", "ipv4", "ipv6"]);

const sensitiveName =
  /^(e-?mail(-?address)?|phone|mobile|telephone|(first|last|full|given|family|sur)-?name|street|address|post-?code|zip|iban|cvc|cvv|pass(word|port)|ssn|tax-?id|birth-?(day|date)|date-?of-?birth|(card|account|social-security|phone)-?number|(client-?)?ip(-?address)?|(.*-)?(token|secret|credential|api-?key))(s|es)?$/;

function soundsSensitive(key: string): boolean {
  const name = key
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replaceAll("_", "-")
    .toLowerCase();
  return sensitiveName.test(name);
}

/** An object annotates its own fields, and a boolean reveals nothing. */
function canHoldIt(schema: JsonObject): boolean {
  return ["string", "integer", "number", "array"].some((type) => takesType(schema, type));
}
