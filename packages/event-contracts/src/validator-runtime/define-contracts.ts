import type { CompiledContracts, DataValidator, SchemaError } from "./compiled-contracts.ts";
import type { PrivacyMap } from "../privacy/privacy-map.ts";
import { ErrorList } from "./error-list.ts";
import { formats } from "./formats.ts";
import { countCodePoints, isMultipleOf, isSameJson } from "./json-values.ts";
import { messageOf } from "./message-of.ts";

/** Functions that the generated code calls. */
export interface ValidatorRuntime {
  /** Adds an error to a list that may not exist yet. The keyword is the last step of the schema path. */
  add(list: ErrorList | null, instancePath: string, schemaPath: string, params: SchemaError["params"]): ErrorList;
  countCodePoints(text: string): number;
  isMultipleOf(value: number, divisor: number): boolean;
  equal(a: unknown, b: unknown): boolean;
  formats: typeof formats;
}

/** A function Ajv generated: the verdict, and the errors as a property. */
export interface GeneratedValidator {
  (data: unknown): boolean;
  errors?: ErrorList | null;
}

/** The content of a generated contracts module. */
export interface ContractsDefinition {
  maxErrors: number;
  /** By dialect: functions that several schemas use, such as those of the shared context. */
  shared: Record<string, (runtime: ValidatorRuntime) => object>;
  schemas: Record<string, SchemaDefinition>;
  /** Event type → `$id` of its newest schema. */
  newest: Record<string, string>;
  /** Event type → the names that its events carry in their data. */
  names?: Record<string, NamedSchemas>;
  /** Which events without a contract are set aside; none when left out. */
  setAside?: readonly SetAsideRule[];
  /** A sender's `dataschema` → `$id`, where the two differ. */
  aliases: Record<string, string>;
  /** A `PrivacyMap` as JSON. */
  envelopePrivacy: string;
  /** A `PrivacyMap` as JSON, of all schemas. */
  everyPrivacy: string;
}

/** Events of a source; a name that ends in `*` stands for all that begin so. Of two lists both hold. */
export interface SetAsideRule {
  readonly sources?: readonly string[];
  readonly types?: readonly string[];
}

/** The contracts of one type, by a name in the data. */
export interface NamedSchemas {
  /** Steps of the JSON Pointer to the name. */
  readonly steps: readonly string[];
  /** Name → `$id` of the newest version. */
  readonly schemas: Readonly<Record<string, string>>;
}

export interface SchemaDefinition {
  type: string;
  /** `$id` of the contract's newest version, where the type does not tell. */
  newest?: string;
  dialect: string;
  /** Evaluated at the first event of this schema. */
  create: (runtime: ValidatorRuntime, shared: object) => GeneratedValidator;
  /** A `PrivacyMap` as JSON, parsed when it is first asked for. */
  privacy?: string;
}

/** Where contracts come from when they are asked for. */
export interface ContractSource {
  maxErrors: number;
  schemaOf(schemaId: string): SchemaDefinition | undefined;
  newestOf(type: string): string | undefined;
  namesOf(type: string): NamedSchemas | undefined;
  aliasOf(dataschema: string): string | undefined;
  readSetAside(): readonly SetAsideRule[];
  /** Code that several schemas of a dialect use. */
  sharedOf(dialect: string, runtime: ValidatorRuntime): object;
  readEnvelopePrivacy(): string;
  readEveryPrivacy(): string;
  schemaIds(): readonly string[];
}

/** Makes the `contracts` of a generated module; not meant to be called by hand. */
export function defineContracts(definition: ContractsDefinition): CompiledContracts {
  const schemas = new Map(Object.entries(definition.schemas));
  const newest = new Map(Object.entries(definition.newest));
  const names = new Map(Object.entries(definition.names ?? {}));
  const aliases = new Map(Object.entries(definition.aliases));
  return createContracts({
    maxErrors: definition.maxErrors,
    schemaOf: (schemaId) => schemas.get(schemaId),
    newestOf: (type) => newest.get(type),
    namesOf: (type) => names.get(type),
    readSetAside: () => definition.setAside ?? [],
    aliasOf: (dataschema) => aliases.get(dataschema),
    sharedOf: (dialect, runtime) => definition.shared[dialect]?.(runtime) ?? {},
    readEnvelopePrivacy: () => definition.envelopePrivacy,
    readEveryPrivacy: () => definition.everyPrivacy,
    schemaIds: () => [...schemas.keys()],
  });
}

/** Sets a contract up when it is first asked for. */
export function createContracts(source: ContractSource): CompiledContracts {
  const runtime = createRuntime(source.maxErrors);
  const validators = new Map<string, DataValidator>();
  // By their text: contracts that annotate alike, as those do that annotate nothing of their own, share one map.
  const privacyMaps = new Map<string, PrivacyMap>();
  const sharedByDialect = new Map<string, object>();
  let envelopePrivacy: PrivacyMap | undefined;
  let everyPrivacy: PrivacyMap | undefined;
  let setAside: readonly SetAsideRule[] | undefined;

  function sharedOf(dialect: string): object {
    let shared = sharedByDialect.get(dialect);
    if (shared === undefined) {
      shared = source.sharedOf(dialect, runtime);
      sharedByDialect.set(dialect, shared);
    }
    return shared;
  }

  return {
    validatorOf(schemaId) {
      const known = validators.get(schemaId);
      if (known !== undefined) return known;
      const schema = source.schemaOf(schemaId);
      if (schema === undefined) return undefined;
      const validator = toDataValidator(schema.create(runtime, sharedOf(schema.dialect)));
      validators.set(schemaId, validator);
      return validator;
    },
    newestSchemaOf: (type) => source.newestOf(type),
    namedSchemasOf(type) {
      const names = source.namesOf(type);
      return names && createNameReader(names);
    },
    schemaIdOf: (dataschema) => (source.schemaOf(dataschema) === undefined ? source.aliasOf(dataschema) : dataschema),
    newestVersionOf(schemaId) {
      const schema = source.schemaOf(schemaId);
      return schema && (schema.newest ?? source.newestOf(schema.type));
    },
    typeOf: (schemaId) => source.schemaOf(schemaId)?.type,
    privacyOf(schemaId) {
      const text = source.schemaOf(schemaId)?.privacy;
      if (text === undefined) return undefined;
      let map = privacyMaps.get(text);
      if (map === undefined) {
        map = JSON.parse(text) as PrivacyMap;
        privacyMaps.set(text, map);
      }
      return map;
    },
    get envelopePrivacy() {
      envelopePrivacy ??= JSON.parse(source.readEnvelopePrivacy()) as PrivacyMap;
      return envelopePrivacy;
    },
    get everyPrivacy() {
      everyPrivacy ??= JSON.parse(source.readEveryPrivacy()) as PrivacyMap;
      return everyPrivacy;
    },
    setsAside({ source: sender, type }) {
      setAside ??= source.readSetAside();
      return setAside.some(({ sources, types }) => isListed(sender, sources) && isListed(type, types));
    },
    schemaIds: () => source.schemaIds(),
  };
}

function isListed(name: string, patterns: readonly string[] | undefined): boolean {
  return patterns?.some((each) => (each.endsWith("*") ? name.startsWith(each.slice(0, -1)) : name === each)) ?? true;
}

function createNameReader({ steps, schemas }: NamedSchemas): (data: unknown) => string | undefined {
  const byName = new Map(Object.entries(schemas));
  return (data) => {
    let value = data;
    for (const step of steps) {
      if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
      value = (value as Record<string, unknown>)[step];
    }
    return typeof value === "string" ? byName.get(value) : undefined;
  };
}

function toDataValidator(validate: GeneratedValidator): DataValidator {
  return (data) => {
    try {
      if (validate(data)) return null;
      const list = validate.errors;
      return { errors: list?.kept ?? [], count: list?.length ?? 0 };
    } catch (error) {
      // A recursive schema follows the nesting of the data, and the stack has an end.
      if (!(error instanceof RangeError)) throw error;
      const message = "must not be nested so deeply";
      return { errors: [{ instancePath: "", schemaPath: "#", keyword: "nesting", params: {}, message }], count: 1 };
    } finally {
      validate.errors = null;
    }
  };
}

function createRuntime(maxErrors: number): ValidatorRuntime {
  return {
    add(list, instancePath, schemaPath, params) {
      const keyword = schemaPath.slice(schemaPath.lastIndexOf("/") + 1);
      const target = list ?? new ErrorList(maxErrors);
      target.push({ instancePath, schemaPath, keyword, params, message: messageOf(keyword, params) });
      return target;
    },
    countCodePoints,
    isMultipleOf,
    equal: isSameJson,
    formats,
  };
}
