import type { PrivacyRule } from "@millrace/event-contracts";
import { pointersOption } from "../option-schemas.ts";
import type { ObjectSchema, ValueOf } from "../value-of.ts";

/** Kinds of values that a column may hold: those that a column of the warehouse can. */
const columnTypes = ["string", "integer", "number", "boolean"] as const;

const columnSchema = {
  description: "A JSON Schema of the column's values; keywords of one value only.",
  type: "object",
  required: ["type", "description"],
  additionalProperties: false,
  properties: {
    from: { type: "string", minLength: 1, description: "Name of the column in the table; the same when left out." },
    required: { type: "boolean", description: "Whether each row must have a value; false when left out." },
    type: { enum: columnTypes, description: "Type of the values." },
    description: { type: "string", minLength: 1, description: "The column in words, for pages and the warehouse." },
    enum: { type: "array", minItems: 1, description: "The only values." },
    pattern: { type: "string", description: "Regular expression of a text." },
    minLength: { type: "integer", minimum: 0, description: "Least characters." },
    maxLength: { type: "integer", minimum: 1, description: "Most characters." },
    minimum: { type: "number", description: "Least number." },
    maximum: { type: "number", description: "Greatest number." },
    multipleOf: { type: "number", exclusiveMinimum: 0, description: "Step of a number." },
    "x-decimals": { type: "integer", minimum: 0, description: "Decimals of a number: its column is a DECIMAL." },
    "x-unit": { type: "string", minLength: 1, description: "Unit of a number." },
    "x-privacy": {
      description: "How the values are masked; false for a column that only sounds sensitive.",
      anyOf: [{ const: false }, { type: "object" }],
    },
  },
} as const satisfies ObjectSchema;

/** The options of a lookup. */
export const lookupOptions = {
  type: "object",
  required: ["source", "key", "pointers", "columns"],
  additionalProperties: false,
  properties: {
    source: {
      description: "The table: `s3://bucket/key`, an absolute path, or a path beside this document, which is bundled.",
      type: "string",
      pattern: "^(s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/[\\w./=+@-]+|/?[\\w.-]+(/[\\w.-]+)*)$",
    },
    format: {
      description: "Form of the table; by the ending of `source` when left out (`.csv`, `.ndjson`, `.jsonl`).",
      enum: ["csv", "ndjson"],
    },
    delimiter: {
      description: "Between the cells of CSV; a comma when left out.",
      type: "string",
      pattern: "^[,;|\\t]$",
    },
    key: { description: "Column of the table that an event is joined by.", type: "string", minLength: 1 },
    pointers: pointersOption,
    columns: {
      description: "Columns that are added to an event, by the name they get.",
      type: "object",
      minProperties: 1,
      maxProperties: 50,
      propertyNames: { pattern: "^[a-z][A-Za-z0-9]{0,63}$" },
      additionalProperties: columnSchema,
    },
    refreshSeconds: {
      description: "Age at which the table is looked at again, beside batches that do not wait; 300 when left out.",
      type: "integer",
      minimum: 5,
      maximum: 86_400,
    },
    maxRows: {
      description: "Most rows; a larger table is refused. 100,000 when left out.",
      type: "integer",
      minimum: 1,
      maximum: 1_000_000,
    },
    maxBytes: {
      description: "Most bytes, unpacked; a larger table is refused. 32 MiB when left out.",
      type: "integer",
      minimum: 1,
      maximum: 268_435_456,
    },
    maxBadRows: {
      description: "Rows that may be left out because they do not fit; one more refuses the table. 0 when left out.",
      type: "integer",
      minimum: 0,
    },
    duplicates: {
      description: "The row that counts when a key comes again; `refuse`, when left out, refuses the table.",
      enum: ["refuse", "first", "last"],
    },
    onMiss: {
      description: "A key without a row: `nothing` is added, when left out, or a `note` on the event.",
      enum: ["nothing", "note"],
    },
    onNoTable: {
      description: "No table yet: events go on with a `note`, when left out, or `wait`: Lambda gets the batch back.",
      enum: ["note", "wait"],
    },
    kmsKeyArn: {
      description: "Key of KMS that the object is encrypted with, for the function to decrypt.",
      type: "string",
      pattern: "^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[\\w-]+$",
    },
  },
} as const satisfies ObjectSchema;

/** Options that may differ by environment. The others say what an event gets, which is one for all of them. */
export const lookupOptionsByEnvironment: ReadonlySet<string> = new Set([
  ...["source", "format", "delimiter", "refreshSeconds", "maxRows", "maxBytes", "maxBadRows", "duplicates"],
  ...["onMiss", "onNoTable", "kmsKeyArn"],
]);

/** A column as the options describe it. */
export interface LookupColumn {
  readonly from?: string;
  readonly required?: boolean;
  readonly type: (typeof columnTypes)[number];
  readonly description: string;
  readonly "x-privacy"?: PrivacyRule | false;
  readonly [keyword: string]: unknown;
}

/** Options of a lookup, as {@link lookupOptions} allows them. */
export type LookupOptions = Omit<ValueOf<typeof lookupOptions>, "columns"> & {
  readonly columns: Readonly<Record<string, LookupColumn>>;
};

/** The rule that masks a column; `undefined` for one that stays as it is. */
export function ruleOfColumn({ "x-privacy": rule }: LookupColumn): PrivacyRule | undefined {
  return typeof rule === "object" ? rule : undefined;
}

/** Form of the table that a source holds; `undefined` when neither options nor name say it. */
export function formatOf({ format, source }: Pick<LookupOptions, "format" | "source">): "csv" | "ndjson" | undefined {
  const [, ending] = /\.(csv|ndjson|jsonl)(?:\.gz)?$/u.exec(source) ?? [];
  return format ?? (ending === undefined ? undefined : ending === "csv" ? "csv" : "ndjson");
}

/** The schema of a row of the table, after its cells were read: each row must follow it. */
export function rowSchema({ columns }: LookupOptions): ObjectSchema {
  return objectOf(columns, ({ from: _from, required: _required, ...schema }) => schema);
}

/** The schema of the addition. A masked column holds a text of which only masking knows the form. */
export function resultSchema(name: string, options: LookupOptions): ObjectSchema {
  const result = objectOf(options.columns, ({ from: _from, required: _required, ...schema }) =>
    ruleOfColumn(schema) === undefined
      ? schema
      : { type: "string", description: schema.description, "x-privacy": schema["x-privacy"] },
  );
  return { description: `The row of the table \`${name}\` for the event's key.`, ...result };
}

function objectOf(
  columns: LookupOptions["columns"],
  schemaOf: (column: LookupColumn) => Record<string, unknown>,
): ObjectSchema {
  const entries = Object.entries(columns);
  const required = entries.filter(([, column]) => column.required === true).map(([name]) => name);
  return {
    type: "object",
    properties: Object.fromEntries(entries.map(([name, column]) => [name, schemaOf(column)])),
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  };
}
