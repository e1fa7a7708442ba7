import { countCodePoints, isMultipleOf } from "@millrace/event-contracts/validator-runtime";
import { _, type Ajv, type CodeKeywordDefinition, type KeywordCxt } from "ajv";

/** Functions of the runtime. */
const multipleOf = { ref: isMultipleOf, code: _`runtime.isMultipleOf` };
const codePoints = { ref: countCodePoints, code: _`runtime.countCodePoints` };

/** By keyword: its code, and the keyword that comes after it. */
const ownCode: Readonly<Record<string, Pick<CodeKeywordDefinition, "before" | "code">>> = {
  multipleOf: {
    // Ajv divides in binary: 19.99 would be no multiple of 0.01, nor 1e21 of 1.
    code: (cxt) => cxt.fail(_`!${cxt.gen.scopeValue("func", multipleOf)}(${cxt.data}, ${cxt.schemaCode})`),
  },
  // A code point takes one unit of UTF-16 or two, so that a text is counted only if its length does not tell.
  maxLength: {
    before: "minLength",
    code: (cxt) => cxt.fail(_`${cxt.data}.length > ${cxt.schemaCode} && ${countOf(cxt)} > ${cxt.schemaCode}`),
  },
  minLength: {
    before: "pattern",
    code: (cxt) => cxt.fail(_`${cxt.data}.length < ${2 * Number(cxt.schema)} && ${countOf(cxt)} < ${cxt.schemaCode}`),
  },
};

function countOf({ gen, data }: KeywordCxt): ReturnType<typeof _> {
  return _`${gen.scopeValue("func", codePoints)}(${data})`;
}

/** Gives some keywords code of our own; what they mean and how they report errors stays Ajv's. */
export function addOwnKeywords(ajv: Ajv): void {
  for (const [keyword, { code, before }] of Object.entries(ownCode)) {
    const definition = ajv.getKeyword(keyword);
    if (typeof definition !== "object") throw new Error(`Ajv has no keyword ${keyword}.`);
    ajv.removeKeyword(keyword);
    ajv.addKeyword({
      ...definition,
      keyword,
      code,
      ...(before === undefined ? {} : { before }),
    });
  }
}
