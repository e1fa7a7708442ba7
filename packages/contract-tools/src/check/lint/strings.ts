import { heldBy, keywordsFor, pointerOf, walkSchema } from "@millrace/schema-graph";
import { formats } from "@millrace/event-contracts/validator-runtime";
import type { Fault } from "../../registry/fault.ts";
import { eachSchema, type LintRule } from "./lint-rule.ts";
import { regexFault } from "./regex-fault.ts";

/** A format that no validator knows checks nothing. */
export const unknownFormat: LintRule = eachSchema("unknown-format", ({ schema, pointer }) => {
  const { format } = schema;
  if (typeof format !== "string" || Object.hasOwn(formats, format)) return [];
  const message = `The format "${format}" is not known, so it checks nothing.`;
  return [
    { pointer: `${pointer}/format`, message, fix: `Use one of ${Object.keys(formats).join(", ")}, or a \`pattern\`.` },
  ];
});

/** A pattern runs on whatever the internet sends: it must be a regular expression, and a harmless one. */
export const unsafePattern: LintRule = async (document) => {
  const faults: Fault[] = [];
  for (const { schema, pointer } of walkSchema(document.schema)) {
    const found = keywordsFor("matching properties")
      .flatMap((keyword) => heldBy(schema, keyword))
      .map(({ steps }): [string, string] => [steps[1] ?? "", pointer + pointerOf(steps)]);
    if (typeof schema["pattern"] === "string") found.push([schema["pattern"], `${pointer}/pattern`]);
    for (const [pattern, place] of found) {
      const fault = await regexFault(pattern);
      if (fault !== undefined) faults.push({ file: document.file, pointer: place, ...fault });
    }
  }
  return faults;
};
