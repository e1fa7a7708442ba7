import type { PrivacyMap } from "../privacy/privacy-map.ts";

/**
 * The export `contracts` of the generated contracts module (see `renderContractsModule`). No Ajv and no zod at run
 * time; a schema's code is evaluated when its first event arrives, so start-up does not grow with the number of
 * contracts.
 */
export interface CompiledContracts {
  /** The validator of a schema by its `$id`, `undefined` when there is none. */
  validatorOf(schemaId: string): DataValidator | undefined;
  /**
   * `$id` of the newest version of an event type. `undefined` when the type is unknown, and when several contracts
   * share it: a `dataschema` or a name in the data then tells them apart.
   */
  newestSchemaOf(type: string): string | undefined;
  /**
   * For a type whose events say in their data which contract is theirs, such as `segment.track` by `event`: a
   * function of the data that gives the `$id` of the newest version, `undefined` for a name that has no contract.
   * `undefined` for every other type.
   */
  namedSchemasOf(type: string): ((data: unknown) => string | undefined) | undefined;
  /**
   * `$id` of the contract that a `dataschema` names: the `$id` itself, or a name of the senders that a source's mapping
   * translates, such as `iglu:com.acme/order/jsonschema/1-0-0`. `undefined` if it names none.
   */
  schemaIdOf(dataschema: string): string | undefined;
  /** `$id` of the newest version of the contract that a schema is a version of. */
  newestVersionOf(schemaId: string): string | undefined;
  /** The event type a schema belongs to, so that a `dataschema` of another type can be refused. */
  typeOf(schemaId: string): string | undefined;
  /** Where the sensitive values of a schema's data are; `undefined` when it has none. */
  privacyOf(schemaId: string): PrivacyMap | undefined;
  /** The maps of all schemas as one: where the values of an event of an unknown type may be sensitive. */
  readonly everyPrivacy: PrivacyMap;
  /** Where the sensitive attributes of the envelope itself are (`clientip`, …). */
  readonly envelopePrivacy: PrivacyMap;
  /** True if the mapping of the event's source sets an event aside until a contract describes it. */
  setsAside(event: { readonly source: string; readonly type: string }): boolean;
  /** `$id`s of every event schema, in the order type, version. */
  schemaIds(): readonly string[];
}

/** Checks the `data` of an event: `null` when valid, else its faults. Never throws, keeps no state between calls. */
export type DataValidator = (data: unknown) => SchemaErrors | null;

/** Faults of one value by one schema. */
export interface SchemaErrors {
  /** The first errors, up to the limit the module was generated with (100 by default). */
  errors: SchemaError[];
  /** How many there were in all. */
  count: number;
}

/** One error as Ajv reports it; `params` holds what the schema expected. */
export interface SchemaError {
  /** JSON Pointer into `data`, `""` for the root. */
  instancePath: string;
  schemaPath: string;
  keyword: string;
  /**
   * E.g. `{ comparison: ">=", limit: 1 }`, `{ type: "string" }`, `{ allowedValues: […] }`, `{ missingProperty: "query"
   * }`.
   */
  params: Record<string, unknown>;
  message?: string;
}
