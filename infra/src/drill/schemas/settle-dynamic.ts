import type { Attribute, Block } from "./schema.ts";

/** A value of a stack's JSON. */
type Json = unknown;

/**
 * Gives attributes inside sets a type: the bindings have `any` where a schema nests deeply (the statement of a firewall
 * rule), and Terraform takes no dynamic type in a set. The type is that of the stack's own values, every part of it
 * optional.
 *
 * @param values arguments of the resources of the type, or of the blocks
 */
export function settleDynamic(block: Block, values: readonly Json[], isInSet = false): Block {
  const attributes = block.attributes.map((attribute) =>
    isInSet && attribute.type === "dynamic" ? attributeOf(attribute, valuesAt(values, attribute.name)) : attribute,
  );
  const blocks = block.blocks.map((nested) => ({
    ...nested,
    block: settleDynamic(nested.block, valuesAt(values, nested.name), isInSet || nested.nesting === "set"),
  }));
  return { attributes, blocks };
}

const isRecord = (value: Json): value is Readonly<Record<string, Json>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Returns the values of the objects under a name. A single block may stand without its list. */
const valuesAt = (values: readonly Json[], name: string): readonly Json[] =>
  values.flatMap((value) => (isRecord(value) && value[name] !== undefined ? value[name] : []));

function attributeOf(attribute: Attribute, values: readonly Json[]): Attribute {
  const objects = values.filter(isRecord);
  if (objects.length === 0) return { ...attribute, type: primitiveOf(values) };
  const names = [...new Set(objects.flatMap((object) => Object.keys(object)))].toSorted();
  const attributes = names.map((name): Attribute => {
    const given = objects.flatMap((object) => (object[name] === undefined ? [] : [object[name]]));
    const member: Attribute = { name, type: "string", required: false, optional: true, computed: false };
    if (!given.some((value) => Array.isArray(value))) return attributeOf(member, given);
    const item = attributeOf(member, given.flat());
    return item.nested === undefined
      ? { ...member, type: ["list", item.type] }
      : { ...item, nested: { ...item.nested, nesting: "list" } };
  });
  return { ...attribute, nested: { nesting: "single", attributes } };
}

function primitiveOf([value]: readonly Json[]): "string" | "number" | "bool" {
  if (typeof value === "number") return "number";
  return typeof value === "boolean" ? "bool" : "string";
}
