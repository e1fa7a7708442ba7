import {
  type Applied,
  countingKeywords,
  createValueGraph,
  heldPlaces,
  innerPlace,
  isJsonObject,
  type Json,
  type JsonObject,
  kindsOf,
  placeKey,
  referenceKeywords,
  referredPlace,
  type SchemaPlace,
  valueBelow,
} from "@millrace/schema-graph";
import { privacyRuleAt } from "../../privacy/compile-privacy-map.ts";
import type { PrivacyAction } from "@millrace/event-contracts";
import type { Registry } from "../../registry/registry.ts";
import { isNeverNull } from "../masked/is-never-null.ts";
import { unusedName } from "../unused-name.ts";
import { typeNameOfPlace } from "./type-name.ts";

/** Renders schemas as TypeScript, `sent` as a source writes them or `masked` as consumers read them. */
export interface TypeRenderer {
  /** The name of a schema's type; declares it. */
  nameOf(place: SchemaPlace): string;
  /** Every type that was named, and those they refer to. */
  declarations(): string[];
}

type Side = "sent" | "masked";

/** @param nameOfPlace names a schema; of two with one name the second gets a number */
export function createTypeRenderer(
  registry: Pick<Registry, "resources">,
  side: Side,
  nameOfPlace: (place: SchemaPlace) => string = (place) => typeNameOfPlace(place, side),
): TypeRenderer {
  const names = new Map<string, string>();
  const pending: { name: string; place: SchemaPlace }[] = [];

  function nameOf(place: SchemaPlace): string {
    const key = placeKey(place);
    let name = names.get(key);
    if (name === undefined) {
      name = unusedName(nameOfPlace(place), new Set(names.values()));
      names.set(key, name);
      pending.push({ name, place });
    }
    return name;
  }

  /** The type of a schema inside another one. */
  function typeAt(place: SchemaPlace | undefined, indent: string): string {
    if (place === undefined) return "unknown";
    return isJsonObject(place.schema) ? typeOf(place, indent) : place.schema ? "unknown" : "never";
  }

  function actionOf(places: readonly SchemaPlace[]): PrivacyAction | undefined {
    return privacyRuleAt(places, registry.resources)?.action;
  }

  function isMaskedWhole(action: PrivacyAction | undefined): boolean {
    return side === "masked" && action !== undefined && action !== "scan" && action !== "drop";
  }

  /** A masked value is a text, whatever the value was. */
  function maskedType(applied: readonly Applied[]): string {
    return isNeverNull(applied, registry.resources) ? "string" : "string | null";
  }

  function typeOf(whole: SchemaPlace, indent: string): string {
    const schema = countingKeywords(whole);
    const place = { ...whole, schema };
    const action = side === "masked" ? actionOf([whole]) : undefined;
    // Of an array, elements that are dropped leave a hole; a property goes, which its object knows.
    if (action === "drop") return "null";
    if (isMaskedWhole(action)) return maskedType(createValueGraph(whole.document, registry.resources).at([whole]));
    const parts = [
      ...refType(place),
      ...valueType(schema),
      ...(Object.hasOwn(schema, "enum") || Object.hasOwn(schema, "const") ? [] : shapeType(place, schema, indent)),
      ...combinedTypes(place, indent),
    ];
    const distinct = [...new Set(parts)].filter((part) => part !== "unknown");
    if (distinct.length <= 1) return distinct[0] ?? "unknown";
    return distinct.map(grouped).join(" & ");
  }

  function refType(place: SchemaPlace): string[] {
    const keyword = referenceKeywords.find((each) => valueBelow(place.schema, [each]) !== undefined);
    if (keyword === undefined) return [];
    const target = referredPlace(place, keyword, registry.resources);
    if (target === undefined) return ["unknown"];
    return [isJsonObject(target.schema) ? nameOf(target) : target.schema ? "unknown" : "never"];
  }

  function shapeType(place: SchemaPlace, schema: JsonObject, indent: string): string[] {
    const types = kindsOf(schema);
    if (types.length === 0) return [];
    return [types.map((type) => typeOfKind(type, place, schema, indent)).join(" | ")];
  }

  function typeOfKind(type: string, place: SchemaPlace, schema: JsonObject, indent: string): string {
    if (type === "object") return objectType(place, schema, indent);
    if (type === "array") return arrayType(place, schema, indent);
    return type === "integer" ? "number" : type;
  }

  function objectType(place: SchemaPlace, schema: JsonObject, indent: string): string {
    const properties = isJsonObject(schema["properties"]) ? schema["properties"] : {};
    const required = new Set(Array.isArray(schema["required"]) ? schema["required"] : []);
    const inner = `${indent}  `;
    // Schemas beside or in a branch may annotate properties that `properties` declares.
    const graph = createValueGraph(place.document, registry.resources);
    const applied = graph.at([place]);
    const lines = Object.entries(properties).flatMap(([name, property]) => {
      const value = graph.at(graph.property(applied, name));
      const action = actionOf(value);
      if (side === "masked" && action === "drop") return [];
      const type = isMaskedWhole(action) ? maskedType(value) : typeAt(innerPlace(place, ["properties", name]), inner);
      return [
        `${docOf(property, action, inner)}${inner}${propertyName(name)}${required.has(name) ? "" : "?"}: ${type};\n`,
      ];
    });
    const rest = restType(place, schema, lines.length > 0, inner);
    if (rest !== undefined) lines.push(`${inner}[key: string]: ${rest};\n`);
    return lines.length === 0 ? "Record<string, never>" : `{\n${lines.join("")}${indent}}`;
  }

  /** The type of properties that are not named; `undefined` when there may be none. */
  function restType(place: SchemaPlace, schema: JsonObject, hasNamed: boolean, indent: string): string | undefined {
    const { additionalProperties, unevaluatedProperties, patternProperties } = schema;
    const isClosed = additionalProperties === false || unevaluatedProperties === false;
    if (isClosed) return patternProperties === undefined ? undefined : "unknown";
    // An index signature must fit the named properties too.
    if (hasNamed || !isJsonObject(additionalProperties) || patternProperties !== undefined) return "unknown";
    return typeAt(innerPlace(place, ["additionalProperties"]), indent);
  }

  function arrayType(place: SchemaPlace, schema: JsonObject, indent: string): string {
    const tupleKeyword = ["prefixItems", "items"].find((keyword) => Array.isArray(schema[keyword]));
    if (tupleKeyword === undefined) {
      return schema["items"] === undefined ? "unknown[]" : `${grouped(typeAt(innerPlace(place, ["items"]), indent))}[]`;
    }
    const elements = heldPlaces(place, tupleKeyword).map((each) => `${typeAt(each, indent)} | undefined`);
    const restKeyword = tupleKeyword === "items" ? "additionalItems" : "items";
    if (schema[restKeyword] === false) return `[${elements.map((element) => `(${element})?`).join(", ")}]`;
    return "unknown[]";
  }

  function combinedTypes(place: SchemaPlace, indent: string): string[] {
    return (["oneOf", "anyOf", "allOf"] as const).flatMap((keyword) => {
      const types = [...new Set(heldPlaces(place, keyword).map((branch) => grouped(typeAt(branch, indent))))];
      if (keyword === "allOf") return types.filter((type) => type !== "unknown");
      // A branch that only adds constraints (`required`, for one) does not change the type.
      return types.length === 0 || types.includes("unknown") ? [] : [types.join(" | ")];
    });
  }

  return {
    nameOf,
    declarations() {
      const texts: string[] = [];
      for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
        const { name, place } = next;
        const schema = place.schema as JsonObject;
        const type = typeOf(place, "");
        const isInterface = type.startsWith("{") && type.endsWith("}") && !/^\} /m.test(type);
        texts.push(
          `${docOf(schema, actionOf([place]), "")}export ${isInterface ? `interface ${name} ${type}` : `type ${name} = ${type};`}\n`,
        );
      }
      return texts;
    },
  };
}

function valueType(schema: JsonObject): string[] {
  if (schema["const"] !== undefined) return [literal(schema["const"])];
  return Array.isArray(schema["enum"]) ? [schema["enum"].map(literal).join(" | ")] : [];
}

/** A JSON value as a TypeScript type. */
function literal(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([key, inner]) => `${propertyName(key)}: ${literal(inner)}`)
    .join("; ")} }`;
}

/** In brackets, if it would fall apart when something is put beside it. */
function grouped(type: string): string {
  let depth = 0;
  for (const [token] of type.matchAll(/"(?:[^"\\]|\\.)*"|[{}()[\]|&]/g)) {
    if ("{[(".includes(token)) depth += 1;
    else if ("}])".includes(token)) depth -= 1;
    else if (depth === 0 && "|&".includes(token)) return `(${type})`;
  }
  return type;
}

function propertyName(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}

function docOf(schema: Json | undefined, action: PrivacyAction | undefined, indent: string): string {
  if (!isJsonObject(schema)) return "";
  const description = typeof schema["description"] === "string" ? schema["description"] : "";
  const privacy = action === undefined ? "" : `Sensitive: ${action}.`;
  const text = [description, privacy].filter((part) => part !== "").join(" ");
  return text === "" ? "" : `${indent}/** ${text.replaceAll("*/", "*\\/").replaceAll(/\s+/g, " ")} */\n`;
}
