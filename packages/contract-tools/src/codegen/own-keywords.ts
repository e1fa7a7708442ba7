import { countCodePoints, isMultipleOf } from "@millrace/event-contracts/validator-runtime";
import {
  _,
  type Ajv,
  type Code,
  type CodeKeywordDefinition,
  type KeywordCxt,
  type KeywordErrorDefinition,
  Name,
  stringify,
} from "ajv";
import { not, or, strConcat } from "ajv/dist/compile/codegen/index.js";
import { alwaysValidSchema, Type } from "ajv/dist/compile/util.js";
import { checkDataTypes, DataType } from "ajv/dist/compile/validate/dataType.js";
import { usePattern } from "ajv/dist/vocabularies/code.js";

/**
 * Words for `type` and `false` in what Ajv gets: it reports errors of these two where no keyword reaches. The second
 * one of `type` is the branch beside keywords of the type. No contract has them, since unknown words are left out.
 */
export const ownWords = { type: "$type", otherwise: "$otherwise", never: "$never" } as const;

/** The words of errors, where they are not those that Ajv got. */
const reportedAs: Readonly<Record<string, string>> = {
  [ownWords.type]: "type",
  [ownWords.otherwise]: "type",
  [ownWords.never]: "false schema",
};

/** Keywords whose code refers to their value. */
const valueKeywords: ReadonlySet<string> = new Set(["const", "enum", ownWords.type, ownWords.otherwise]);

/** More names are found sooner in a set. */
const MAX_COMPARED_NAMES = 32;

/** Names in the code of Ajv. */
const [instancePath, vErrors, errors] = [new Name("instancePath"), new Name("vErrors"), new Name("errors")];

type KeywordCode = CodeKeywordDefinition["code"];

/** Functions of the runtime, with what stands for them when Ajv itself runs its code. */
const multipleOf = { ref: isMultipleOf, code: _`runtime.isMultipleOf` };
const codePoints = { ref: countCodePoints, code: _`runtime.countCodePoints` };
const addition = { ref: addError, code: _`runtime.add` };

function addError(list: object[] | null, instancePath: string, schemaPath: string, params: object): object[] {
  return [...(list ?? []), { instancePath, schemaPath, params }];
}

/** Code of keywords of Ajv. */
const ownCode: Readonly<Record<string, (ajvs: KeywordCode) => KeywordCode>> = {
  // Ajv divides in binary: 19.99 would be no multiple of 0.01, nor 1e21 of 1.
  multipleOf: () => (cxt) => cxt.fail(_`!${cxt.gen.scopeValue("func", multipleOf)}(${cxt.data}, ${cxt.schemaCode})`),
  // A code point takes one unit of UTF-16 or two, so that a text is counted only if its length does not tell.
  maxLength: () => (cxt) => cxt.fail(_`${cxt.data}.length > ${cxt.schemaCode} && ${countOf(cxt)} > ${cxt.schemaCode}`),
  minLength: () => (cxt) =>
    cxt.fail(_`${cxt.data}.length < ${2 * Number(cxt.schema)} && ${countOf(cxt)} < ${cxt.schemaCode}`),
  // Of more than eight names Ajv asks the whole schema of the properties, which is long and slow.
  additionalProperties: () => addAdditionalProperties,
  patternProperties: (ajvs) => (cxt) => addPatternProperties(cxt, ajvs),
  uniqueItems: (ajvs) => (cxt) => addUniqueItems(cxt, ajvs),
};

function countOf({ gen, data }: KeywordCxt): Code {
  return _`${gen.scopeValue("func", codePoints)}(${data})`;
}

function addAdditionalProperties(cxt: KeywordCxt): void {
  const { gen, data, it, parentSchema, keyword } = cxt;
  const schema = cxt.schema as boolean | object;
  it.props = true;
  if (alwaysValidSchema(it, schema)) return;
  gen.forIn("key", data, (key) =>
    gen.if(isOther(cxt, key, Object.keys((parentSchema["properties"] as object | undefined) ?? {})), () => {
      if (schema === false) cxt.error(false, { additionalProperty: key });
      else cxt.subschema({ keyword, dataProp: key, dataPropType: Type.Str }, gen.name("valid"));
    }),
  );
}

/** True of a name that is neither one of these nor matches a pattern beside them. */
function isOther(cxt: KeywordCxt, key: Name, known: readonly string[]): Code | boolean {
  const isKnown =
    known.length > MAX_COMPARED_NAMES
      ? [_`${constantOf(cxt, new Set(known))}.has(${key})`]
      : known.map((name) => _`${key} === ${name}`);
  const patterns = Object.keys((cxt.parentSchema["patternProperties"] as object | undefined) ?? {});
  const tests = [...isKnown, ...patterns.map((pattern) => _`${usePattern(cxt, pattern)}.test(${key})`)];
  return tests.length === 0 || not(or(...tests));
}

/**
 * The names that a `$ref` beside it has evaluated are unknown when its schema refuses the value, and `true` when they
 * are all; Ajv takes an object for granted. So it gets an object of its own, which is merged with them.
 */
function addPatternProperties(cxt: KeywordCxt, ajvs: KeywordCode): void {
  const { it } = cxt;
  const { props } = it;
  if (!(props instanceof Name)) {
    ajvs(cxt);
    return;
  }
  delete it.props;
  ajvs(cxt);
  const { items: _items, ...found } = it;
  it.props = props;
  cxt.mergeEvaluated(found, Name);
}

/** Ajv compares items of texts and numbers by an index, if it finds their `type`; all others each with each. */
function addUniqueItems(cxt: KeywordCxt, ajvs: KeywordCode): void {
  const { items } = cxt.parentSchema as { readonly items?: Readonly<Record<string, unknown>> };
  const type = items?.[ownWords.type];
  if (type !== undefined) Object.assign(cxt, { parentSchema: { ...cxt.parentSchema, items: { type } } });
  ajvs(cxt);
}

const typeError: KeywordErrorDefinition = { message: "", params: ({ schemaValue }) => _`{type: ${schemaValue}}` };

/** `type`, where no keyword of the type stands beside it. */
function addType(cxt: KeywordCxt): void {
  if (branchOf(cxt) === undefined) {
    cxt.fail(checkDataTypes(typesOf(cxt), cxt.data, cxt.it.opts.strictNumbers, DataType.Wrong));
  }
}

/** `type`, as the last of the keywords of the type, which stand in a branch that asks for it. */
function addOtherwise(cxt: KeywordCxt, type: string | undefined): void {
  if (branchOf(cxt) !== type) return;
  cxt.gen.else();
  cxt.error();
}

type TypeName = Parameters<typeof checkDataTypes>[0][number];

function typesOf({ schema }: KeywordCxt): TypeName[] {
  return [schema as TypeName | TypeName[]].flat();
}

/** The type whose branch tells that a value is of no other one; `not` ends at its first error, which has a branch. */
function branchOf(cxt: KeywordCxt): TypeName | undefined {
  const { allErrors, schema, self } = cxt.it;
  const [type, ...others] = typesOf(cxt);
  const group = type && self.RULES.types[type];
  if (!allErrors || others.length > 0 || typeof group !== "object") return undefined;
  return group.rules.some(({ keyword }) => keyword !== ownWords.otherwise && schema[keyword] !== undefined)
    ? type
    : undefined;
}

/** A value that is set up once; Ajv would name the path of a part of the schema. */
function constantOf({ gen }: KeywordCxt, ref: object | null): Name {
  const code = ref instanceof Set ? _`new Set(${stringify([...ref])})` : codeOf(ref);
  return gen.scopeValue("obj", { key: String(code), ref, code });
}

/** In a literal, `__proto__` would be no name of a property. */
function codeOf(value: object | null): Code {
  const json = stringify(value);
  return String(json).includes('"__proto__"') ? _`JSON.parse(${String(json)})` : json;
}

/** Adds the keyword, with errors that go to the list of the runtime, which is bounded, and lists that are constants. */
function addKeyword(ajv: Ajv, definition: CodeKeywordDefinition): void {
  ajv.addKeyword({
    ...definition,
    code(cxt, type) {
      cxt.error = (_append, params, paths) => {
        if (paths !== undefined) throw new Error(`The error of ${cxt.keyword} has a place of its own.`);
        if (params !== undefined) cxt.setParams(params);
        report(cxt);
        if (params !== undefined) cxt.setParams({});
      };
      if (refersToValue(cxt)) {
        const value = constantOf(cxt, cxt.schema as object | null);
        Object.assign(cxt, { schemaValue: value, schemaCode: value });
      }
      definition.code(cxt, type);
    },
  });
}

/** True if the code refers to the value of the keyword, and this is neither a text nor a number nor a boolean. */
function refersToValue({ keyword, schema, it }: KeywordCxt): boolean {
  if (keyword === "required") return (schema as string[]).length >= it.opts.loopRequired;
  return valueKeywords.has(keyword) && typeof schema === "object";
}

function report(cxt: KeywordCxt): void {
  const { gen, it, keyword } = cxt;
  const add = gen.scopeValue("func", addition);
  const { params = _`{}` } = cxt.def.error ?? {};
  const [place, path, details] =
    // Inside `if` and `not` Ajv counts errors that are never reported.
    it.createErrors === false
      ? ["", "", _`{}`]
      : [
          strConcat(instancePath, it.errorPath),
          `${it.errSchemaPath}/${reportedAs[keyword] ?? keyword}`,
          typeof params === "function" ? params(cxt) : params,
        ];
  gen.assign(vErrors, _`${add}(${vErrors}, ${place}, ${path}, ${details})`);
  gen.code(_`${errors}++`);
}

/** Gives Ajv code of our own: for errors and lists in all keywords, and for some keywords as a whole. */
export function addOwnKeywords(ajv: Ajv): void {
  // In the order in which Ajv has them, which stays.
  for (const keyword of Object.keys(ajv.RULES.all)) {
    const definition = ajv.getKeyword(keyword);
    if (typeof definition !== "object" || !("code" in definition)) continue;
    ajv.removeKeyword(keyword);
    const code = ownCode[keyword]?.(definition.code) ?? definition.code;
    addKeyword(ajv, { ...definition, keyword, code });
  }
  addKeyword(ajv, {
    keyword: ownWords.type,
    schemaType: ["string", "array"],
    before: "$ref",
    error: typeError,
    code: addType,
  });
  addKeyword(ajv, {
    keyword: ownWords.otherwise,
    type: ["number", "string", "array", "object"],
    error: typeError,
    code: addOtherwise,
  });
  addKeyword(ajv, { keyword: ownWords.never, code: (cxt) => cxt.fail() });
}
