import { Ajv, type Options } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { Draft } from "../registry/schema-document.ts";

/** Ajv as the generated validators are made with: every error, every format, code kept. Strictness is the lint's business. */
export function createAjv(draft: Draft): Ajv | Ajv2020 {
  const options: Options = {
    allErrors: true,
    strict: false,
    logger: false,
    // The runtime makes the messages (see message-of.ts).
    messages: false,
    // One function for a shared schema, not one copy in each contract that refers to it.
    inlineRefs: false,
    code: { source: true },
  };
  const ajv = draft === "draft-07" ? new Ajv({ ...options, ignoreKeywordsWithRef: true }) : new Ajv2020(options);
  addFormats.default(ajv);
  return ajv;
}
