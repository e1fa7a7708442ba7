import type { Draft } from "@millrace/schema-graph";
import { _, Ajv, type Options } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import { formatLimitDefinition } from "ajv-formats/dist/limit.js";
import { formats } from "@millrace/event-contracts/validator-runtime";
import { addOwnKeywords } from "./own-keywords.ts";

/** Ajv as it is: every error, every format, code kept. Strictness is the lint's business. */
export function createAjv(draft: Draft, departures: Options = {}): Ajv | Ajv2020 {
  const options: Options = {
    allErrors: true,
    strict: false,
    logger: false,
    // The runtime makes the messages (see message-of.ts).
    messages: false,
    // One function for a shared schema, not one copy in each contract that refers to it.
    inlineRefs: false,
    formats,
    code: { source: true, formats: _`runtime.formats` },
    ...departures,
  };
  // oxlint-disable-next-line typescript/no-deprecated -- Ajv has no other way to leave out what stands beside a $ref.
  const ajv = draft === "draft-07" ? new Ajv({ ...options, ignoreKeywordsWithRef: true }) : new Ajv2020(options);
  ajv.addKeyword(formatLimitDefinition);
  return ajv;
}

/** Ajv as the generated validators are made with; it gets copies of schemas (`toValidationDocument`). */
export function createCompiler(draft: Draft): ReturnType<typeof createAjv> {
  const ajv = createAjv(draft);
  addOwnKeywords(ajv);
  return ajv;
}
