/** A JSON Schema 2020-12, as far as its keywords matter here; `x-privacy` and the rest are free. */
export interface ObjectSchema {
  readonly type: "object";
  readonly [keyword: string]: unknown;
}

/**
 * The type of the values that a schema takes: for the keywords that options and results of enrichments use. A library
 * for all of JSON Schema (json-schema-to-ts) gave up on two of these schemas as too complex.
 */
export type ValueOf<Schema> = Schema extends { const: infer Value }
  ? Value
  : Schema extends { enum: readonly (infer Value)[] }
    ? Value
    : Schema extends { anyOf: readonly (infer Branch)[] }
      ? ValueOf<Branch>
      : Schema extends { type: "string" }
        ? string
        : Schema extends { type: "number" | "integer" }
          ? number
          : Schema extends { type: "boolean" }
            ? boolean
            : Schema extends { type: "array"; items: infer Item }
              ? ValueOf<Item>[]
              : Schema extends { type: "object"; properties: infer Properties }
                ? ObjectOf<Properties, RequiredOf<Schema>>
                : Schema extends { type: "object"; additionalProperties: infer Value extends object }
                  ? Record<string, ValueOf<Value>>
                  : Record<string, unknown>;

type RequiredOf<Schema> = Schema extends { required: readonly (infer Name)[] } ? Name : never;

type ObjectOf<Properties, Required> = Flat<
  { [Name in keyof Properties as Name extends Required ? Name : never]: ValueOf<Properties[Name]> } & {
    [Name in keyof Properties as Name extends Required ? never : Name]?: ValueOf<Properties[Name]>;
  }
>;

type Flat<Value> = { [Name in keyof Value]: Value[Name] };
