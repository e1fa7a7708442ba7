/**
 * A type constraint as Terraform writes it in JSON: `"string"`, `["list", "string"]`, `["object", { name: "string" }]`.
 */
export type AttributeType =
  | "string"
  | "number"
  | "bool"
  | "dynamic"
  | readonly [kind: "list" | "set" | "map", element: AttributeType]
  | readonly [kind: "object", members: Readonly<Record<string, AttributeType>>];

export interface Attribute {
  readonly name: string;
  readonly type: AttributeType;
  readonly required: boolean;
  readonly optional: boolean;
  readonly computed: boolean;
  /** Set for an attribute of objects whose own attributes may be left out. */
  readonly nested?: { readonly nesting: Nesting; readonly attributes: readonly Attribute[] };
}

type Nesting = "single" | "list" | "set" | "map";

export interface NestedBlock {
  readonly name: string;
  readonly nesting: Nesting;
  readonly minItems: number;
  /** 0: any number. */
  readonly maxItems: number;
  readonly block: Block;
}

export interface Block {
  readonly attributes: readonly Attribute[];
  readonly blocks: readonly NestedBlock[];
}

/** Schemas of one provider: its own configuration, and the types that a stack uses. */
export interface ProviderSchemas {
  readonly provider: Block;
  readonly resources: Readonly<Record<string, Block>>;
  readonly dataSources: Readonly<Record<string, Block>>;
}
