import type { Attribute, Block, ProviderSchemas } from "../schemas/schema.ts";
import {
  type DynamicValue,
  isList,
  isObject,
  type ObjectValue,
  readDynamicValue,
  type Value,
  writeDynamicValue,
} from "./dynamic-value.ts";
import { type Account, makeUpValues } from "./made-up-values.ts";
import { fillUnknown, planChange } from "./plan-change.ts";
import type { World } from "./world.ts";

export interface ProviderServiceOptions {
  readonly schemas: () => ProviderSchemas;
  readonly world: World;
  /** Why the API would refuse a resource that is to be made or changed; empty when it would take it. */
  readonly apply: (type: string, state: ObjectValue) => readonly string[];
  /** Gets the provider's own configuration, once Terraform has given it. */
  readonly configured?: (config: ObjectValue) => void;
  /** Values of a data source's attributes, where they matter. */
  readonly readData: (type: string, config: ObjectValue) => ObjectValue;
}

interface TypedRequest {
  readonly type_name: string;
}

/** Content of a request, as the protocol names its fields. */
export interface Requests {
  readonly upgrade: TypedRequest & { readonly raw_state: { readonly json: Uint8Array } };
  readonly configure: { readonly config: DynamicValue };
  readonly read: TypedRequest & { readonly current_state: DynamicValue; readonly private: Uint8Array };
  readonly plan: TypedRequest & {
    readonly prior_state: DynamicValue;
    readonly proposed_new_state: DynamicValue;
    readonly prior_private: Uint8Array;
  };
  readonly apply: TypedRequest & {
    readonly prior_state: DynamicValue;
    readonly planned_state: DynamicValue;
    readonly config: DynamicValue;
    readonly planned_private: Uint8Array;
  };
  readonly import: TypedRequest & { readonly id: string };
  readonly readData: TypedRequest & { readonly config: DynamicValue };
}

const nestings = { single: "SINGLE", list: "LIST", set: "SET", map: "MAP" } as const;

/** Attributes that Terraform hides; which ones do is not in a binding. */
const sensitive: ReadonlySet<string> = new Set(["secret_string", "secret_binary"]);

/** The methods of protocol 6, for a provider of which only the schemas are known. */
export class ProviderService {
  readonly #options: ProviderServiceOptions;
  #defaultTags: ObjectValue = {};
  #account: Account = { accountId: "000000000000", region: "eu-west-1", partition: "aws" };

  constructor(options: ProviderServiceOptions) {
    this.#options = options;
  }

  metadata(): object {
    const { resources, dataSources } = this.#options.schemas();
    const types = (of: object): object[] => Object.keys(of).map((name) => ({ type_name: name }));
    return { server_capabilities: {}, resources: types(resources), data_sources: types(dataSources) };
  }

  schemas(): object {
    const { provider, resources, dataSources } = this.#options.schemas();
    const all = (blocks: Readonly<Record<string, Block>>): object =>
      Object.fromEntries(Object.entries(blocks).map(([name, block]) => [name, schemaMessage(block)]));
    return {
      provider: schemaMessage(provider),
      resource_schemas: all(resources),
      data_source_schemas: all(dataSources),
      server_capabilities: {},
    };
  }

  /** State is stored as this provider wrote it: Terraform reads JSON and messages alike. */
  upgrade({ raw_state: { json } }: Requests["upgrade"]): object {
    return { upgraded_state: { json } };
  }

  configure({ config }: Requests["configure"]): object {
    const value = readDynamicValue(config);
    if (!isObject(value)) return {};
    this.#options.configured?.(value);
    const { allowed_account_ids: ids, default_tags: tags, region } = value;
    const [accountId] = isList(ids) ? ids : [];
    const [first] = isList(tags) ? tags : [];
    if (isObject(first) && isObject(first["tags"])) this.#defaultTags = first["tags"];
    if (typeof region === "string") {
      this.#account = {
        accountId: typeof accountId === "string" ? accountId : "000000000000",
        region,
        partition: partitionOf(region),
      };
    }
    return {};
  }

  /** For the providers that have no account of their own in their configuration. */
  useAccount(account: Account): void {
    this.#account = account;
  }

  read({ private: handle }: Requests["read"]): object {
    const state = this.#options.world.read(textOf(handle));
    return { new_state: writeDynamicValue(state ?? null), private: handle };
  }

  plan({ type_name: type, prior_state, proposed_new_state, prior_private }: Requests["plan"]): object {
    const proposed = readDynamicValue(proposed_new_state);
    if (!isObject(proposed)) return { planned_state: proposed_new_state, planned_private: prior_private };
    const prior = readDynamicValue(prior_state);
    const { planned, requiresReplace } = planChange(
      type,
      this.#resource(type),
      isObject(prior) ? prior : undefined,
      proposed,
      this.#defaultTags,
    );
    return {
      planned_state: writeDynamicValue(planned),
      planned_private: prior_private,
      requires_replace: requiresReplace.map((name) => ({ steps: [{ attribute_name: name }] })),
    };
  }

  apply({ type_name: type, config, prior_state, planned_state, planned_private }: Requests["apply"]): object {
    const { world } = this.#options;
    const handle = textOf(planned_private);
    const prior = readDynamicValue(prior_state);
    const planned = readDynamicValue(planned_state);
    if (!isObject(planned)) {
      world.delete(handle, type, isObject(prior) ? prior : {});
      return { new_state: planned_state };
    }
    const block = this.#resource(type);
    const before = isObject(prior) ? prior : undefined;
    const state = makeUpValues(type, block, planned, this.#account);
    const faults = this.#options.apply(type, asRequested(readDynamicValue(config), state));
    if (faults.length > 0) {
      return { new_state: prior_state, private: planned_private, diagnostics: refusals(type, faults) };
    }
    if (before === undefined)
      return { new_state: writeDynamicValue(state), private: Buffer.from(world.create(type, state)) };
    world.update(handle, type, state);
    return { new_state: writeDynamicValue(state), private: planned_private };
  }

  import({ type_name: type, id }: Requests["import"]): object {
    const found = this.#options.world.findById(type, id);
    if (found === undefined) {
      return {
        diagnostics: refusals(type, [`Cannot import ${id}: nothing of that name exists in the drill's world.`]),
      };
    }
    const [handle, state] = found;
    const complete = makeUpValues(
      type,
      this.#resource(type),
      fillUnknown(this.#resource(type), withEveryMember(this.#resource(type), state)),
      this.#account,
    );
    this.#options.world.adopt(handle, type, complete);
    return {
      imported_resources: [{ type_name: type, state: writeDynamicValue(complete), private: Buffer.from(handle) }],
    };
  }

  readData({ type_name: type, config }: Requests["readData"]): object {
    const block = this.#options.schemas().dataSources[type];
    const given = readDynamicValue(config);
    if (block === undefined || !isObject(given)) return { state: config };
    const known = this.#options.readData(type, given);
    return { state: writeDynamicValue(makeUpValues(type, block, fillUnknown(block, given), this.#account, known)) };
  }

  #resource(type: string): Block {
    return this.#options.schemas().resources[type] ?? { attributes: [], blocks: [] };
  }
}

/**
 * Returns the values that the provider sends: the configured ones, with every tag. Values that the API chose itself are
 * not sent back to it.
 */
function asRequested(config: Value, { tags_all: tags }: ObjectValue): ObjectValue {
  const configured = isObject(config) ? config : {};
  return tags === undefined ? configured : { ...configured, tags };
}

/** An object of the block's type: what is not said is null or empty. */
function withEveryMember(block: Block, state: ObjectValue): ObjectValue {
  const attributes = block.attributes.map(({ name }) => [name, state[name] ?? null] as const);
  const blocks = block.blocks.map(
    ({ name, nesting }) => [name, state[name] ?? (nesting === "single" ? null : [])] as const,
  );
  return Object.fromEntries<Value>([...attributes, ...blocks]);
}

const partitionOf = (region: string): string =>
  region.startsWith("cn-") ? "aws-cn" : region.startsWith("us-gov-") ? "aws-us-gov" : "aws";

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8");

const refusals = (type: string, faults: readonly string[]): object[] =>
  faults.map((fault) => ({ severity: "ERROR", summary: `${type}: the API refuses the request`, detail: fault }));

const schemaMessage = (block: Block): object => ({ version: 0, block: blockMessage(block) });

const blockMessage = ({ attributes, blocks }: Block): object => ({
  attributes: attributes.map(attributeMessage),
  block_types: blocks.map(({ name, nesting, minItems, maxItems, block }) => ({
    type_name: name,
    block: blockMessage(block),
    nesting: nestings[nesting],
    min_items: minItems,
    max_items: maxItems,
  })),
});

function attributeMessage({ name, type, nested, required, optional, computed }: Attribute): object {
  const common = { name, required, optional, computed, sensitive: sensitive.has(name) };
  if (nested === undefined) return { ...common, type: Buffer.from(JSON.stringify(type)) };
  const { nesting, attributes } = nested;
  return { ...common, nested_type: { nesting: nestings[nesting], attributes: attributes.map(attributeMessage) } };
}
