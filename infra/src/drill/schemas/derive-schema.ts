import { DrillError } from "../../errors.ts";
import { type BindingKind, bindingSource } from "./binding-source.ts";
import type { Attribute, AttributeType, Block, NestedBlock } from "./schema.ts";

/** An accessor of a generated class: one attribute or block of the provider's schema. */
interface Member {
  readonly name: string;
  readonly computed: boolean;
  readonly optional: boolean;
  readonly required: boolean;
  /** Text of its accessors. */
  readonly text: string;
}

/** How a generated class writes a member back: what tells a block from an attribute. */
interface Written {
  readonly isBlock: boolean;
  readonly type: string;
  readonly storageClass: string;
}

interface GeneratedClass {
  readonly base: string;
  readonly text: string;
}

interface Binding {
  readonly classes: ReadonlyMap<string, GeneratedClass>;
  /** By name of the struct, in lower case. */
  readonly writers: ReadonlyMap<string, ReadonlyMap<string, Written>>;
}

/**
 * The schema of a type as the provider serves it, derived from the installed binding, which CDKTF generated from that
 * schema. Force-new and sensitive attributes are not in a binding.
 *
 * @throws DrillError when there is no binding of the type, or it is not written as CDKTF 0.21 writes them
 */
export function deriveSchema(provider: string, kind: BindingKind, type: string): Block {
  const binding = parseBinding(bindingSource(provider, kind, type));
  const main = [...binding.classes].find(([, { base }]) => /^Terraform(Resource|DataSource|Provider)$/.test(base));
  if (main === undefined) {
    throw new DrillError(`The binding of ${kind} ${type} has no class of a resource, data source or provider.`);
  }
  const [name, { text }] = main;
  const [, writer = ""] = text.split("synthesizeHclAttributes()");
  return readBlock(binding, membersOf(binding, name), readWriter(writer));
}

const writtenMember =
  /\n\s+(\w+): \{\n\s+value: [\s\S]*?,\n\s+isBlock: (true|false),\n\s+type: "(\w+)",\n\s+storageClassType: "(\w+)",\n\s+\},?/g;

const readWriter = (text: string): ReadonlyMap<string, Written> =>
  new Map(
    [...text.matchAll(writtenMember)].map(([, name = "", isBlock, type = "", storageClass = ""]) => [
      name,
      { isBlock: isBlock === "true", type, storageClass },
    ]),
  );

function parseBinding(source: string): Binding {
  const classes = [...source.matchAll(/\nexport class (\w+) extends cdktf\.(\w+) \{\n([\s\S]*?)\n\}\n/g)].map(
    ([, name = "", base = "", text = ""]) => [name, { base, text }] as const,
  );
  const writers = [...source.matchAll(/\nexport function (\w+)ToHclTerraform\([\s\S]*?\n\}\n/g)].map(
    ([text, name = ""]) => [name.toLowerCase(), readWriter(text)] as const,
  );
  return { classes: new Map(classes), writers: new Map(writers) };
}

function membersOf({ classes }: Binding, className: string): readonly Member[] {
  const [, ...parts] = (classes.get(className)?.text ?? "").split(/\n {2}\/\/ (?=\w+ - computed: )/);
  return parts.map((text) => {
    const [, name = "", computed, optional, required] =
      /^(\w+) - computed: (true|false), optional: (true|false), required: (true|false)/.exec(text) ?? [];
    return { name, computed: computed === "true", optional: optional === "true", required: required === "true", text };
  });
}

/** The generated class that a member holds, with the suffix that tells how many. */
function structOf({
  text,
}: Member): { readonly name: string; readonly holder: string; readonly isSet: boolean } | undefined {
  const [, name, holder = ""] = /new (\w+?)(OutputReference|List|Map)\(/.exec(text) ?? [];
  if (name === undefined) return undefined;
  const line = text.split("\n").find((candidate) => candidate.includes(`new ${name}`)) ?? "";
  return { name, holder, isSet: /, true\);/.test(line) };
}

function readBlock(binding: Binding, members: readonly Member[], written: ReadonlyMap<string, Written>): Block {
  const attributes: Attribute[] = [];
  const blocks: NestedBlock[] = [];
  for (const member of members) {
    const writtenAs = written.get(member.name);
    const struct = structOf(member);
    if (writtenAs?.isBlock === true && struct !== undefined) {
      blocks.push(readNestedBlock(binding, member, writtenAs, struct));
    } else if (writtenAs?.isBlock === true) {
      blocks.push(readWrittenBlock(binding, member.name, writtenAs));
    } else {
      attributes.push(readAttribute(binding, member, writtenAs));
    }
  }
  return { attributes, blocks };
}

function readNestedBlock(
  binding: Binding,
  { name, required }: Member,
  written: Written,
  struct: { name: string; holder: string },
): NestedBlock {
  // Timeouts are the only single block that the SDK of providers makes; every other one is a list or a set.
  const nesting = name === "timeouts" ? "single" : written.type === "set" ? "set" : "list";
  const isOne = struct.holder === "OutputReference" && nesting !== "single";
  return {
    name,
    nesting,
    minItems: required && nesting !== "single" ? 1 : 0,
    maxItems: isOne ? 1 : 0,
    block: structBlock(binding, struct.name),
  };
}

/** A block of a provider's own configuration: it is only ever written, so there is no class to read it with. */
function readWrittenBlock(binding: Binding, name: string, { type, storageClass }: Written): NestedBlock {
  const attributes: Attribute[] = [];
  const blocks: NestedBlock[] = [];
  for (const [inner, written] of writerOf(binding, storageClass.replace(/List$/, ""))) {
    if (written.isBlock) blocks.push(readWrittenBlock(binding, inner, written));
    else
      attributes.push({ name: inner, type: typeAsWritten(written), required: false, optional: true, computed: false });
  }
  const nesting = type === "set" ? "set" : "list";
  return { name, nesting, minItems: 0, maxItems: type === "struct" ? 1 : 0, block: { attributes, blocks } };
}

const structBlock = (binding: Binding, name: string): Block =>
  readBlock(binding, membersOf(binding, `${name}OutputReference`), writerOf(binding, name));

const writerOf = (binding: Binding, struct: string): ReadonlyMap<string, Written> =>
  binding.writers.get(struct.toLowerCase()) ?? new Map<string, Written>();

function readAttribute(binding: Binding, member: Member, written: Written | undefined): Attribute {
  const { name, required, optional, computed } = member;
  const attribute: Attribute = {
    name,
    type: typeOf(binding, member, written),
    required,
    optional: optional && !required,
    computed: computed && !required,
  };
  const struct = structOf(member);
  if (struct === undefined || (!required && !optional)) return attribute;
  const { attributes } = structBlock(binding, struct.name);
  const nesting = { OutputReference: "single", Map: "map", List: struct.isSet ? "set" : "list" } as const;
  return { ...attribute, nested: { nesting: nesting[struct.holder as keyof typeof nesting], attributes } };
}

const primitives: Readonly<Record<string, AttributeType>> = {
  string: "string",
  number: "number",
  boolean: "bool",
  any: "dynamic",
};

function typeOf(binding: Binding, member: Member, written: Written | undefined): AttributeType {
  const struct = structOf(member);
  if (struct === undefined) {
    return written !== undefined && !written.isBlock ? typeAsWritten(written) : typeAsRead(member.text);
  }
  const members = membersOf(binding, `${struct.name}OutputReference`);
  const writer = writerOf(binding, struct.name);
  const object: AttributeType = [
    "object",
    Object.fromEntries(members.map((inner) => [inner.name, typeOf(binding, inner, writer.get(inner.name))])),
  ];
  if (struct.holder === "OutputReference") return object;
  if (struct.holder === "Map") return ["map", object];
  return [struct.isSet ? "set" : "list", object];
}

function typeAsWritten({ type, storageClass }: Written): AttributeType {
  const primitive = primitives[storageClass];
  if (primitive !== undefined) return primitive;
  // CDKTF writes a dynamic attribute (the manifest of an object) as a map of anything, which Terraform has no type for.
  if (storageClass === "anyMap") return "dynamic";
  const [, element = "", holder] = /^(string|number|boolean|any)(List|Map)$/.exec(storageClass) ?? [];
  const elementType = primitives[element];
  if (elementType !== undefined) return [holder === "Map" ? "map" : type === "set" ? "set" : "list", elementType];
  return storageClass.endsWith("ListList") ? ["list", ["list", "string"]] : "dynamic";
}

/** Functions that the getter of a computed attribute calls, each before a name that it contains. */
const getters: readonly (readonly [pattern: RegExp, type: AttributeType])[] = [
  [/getNumberListAttribute|NumberList\(/, ["list", "number"]],
  [/getStringMapAttribute|cdktf\.StringMap\(/, ["map", "string"]],
  [/BooleanMap\(/, ["map", "bool"]],
  [/tolist\(this\.getListAttribute/, ["set", "string"]],
  [/getListAttribute/, ["list", "string"]],
  [/getNumberAttribute/, "number"],
  [/getBooleanAttribute/, "bool"],
  [/getStringAttribute/, "string"],
];

const typeAsRead = (text: string): AttributeType => getters.find(([pattern]) => pattern.test(text))?.[1] ?? "dynamic";
