import {
  childSchemas,
  createValueGraph,
  placeKey,
  referredPlace,
  type SchemaDocument,
  type SchemaPlace,
  type Subschema,
  walkSchema,
} from "@millrace/schema-graph";
import type { Fault } from "../../registry/fault.ts";
import type { Registry } from "../../registry/registry.ts";
import { eachSchema, type LintRule } from "./lint-rule.ts";

/** Every `$ref` must lead to a schema of this registry, in the same dialect. */
export const danglingRef: LintRule = eachSchema("dangling-ref", ({ schema, pointer }, document, registry) => {
  return (["$ref", "$dynamicRef"] as const).flatMap((keyword) => {
    const reference = schema[keyword];
    if (typeof reference !== "string") return [];
    const place = `${pointer}/${keyword}`;
    const target = referredPlace({ document, pointer, schema }, keyword, registry.resources);
    if (target === undefined) {
      const fix = "Name the $id of an existing version, or add the schema it should lead to.";
      return [{ pointer: place, message: `\`${reference}\` leads nowhere.`, fix }];
    }
    if (!isSchemaAt(target)) {
      const message = `\`${reference}\` leads to a place that no keyword makes a schema, so validators do not find it.`;
      return [{ pointer: place, message, fix: "Move the schema to `$defs` (in draft-07 `definitions`)." }];
    }
    // Ajv reads every dynamic reference as one to the root, and would take other values than the document defines.
    if (keyword === "$dynamicRef" && target.pointer !== "") {
      const message = `\`${reference}\` leads into a document, and validators follow dynamic references to a root only.`;
      return [{ pointer: place, message, fix: "Use `$ref`, or put the `$dynamicAnchor` at the root." }];
    }
    if (target.document.draft === document.draft) return [];
    const message = `The schema is written in ${document.draft}, but refers to one in ${target.document.draft}.`;
    return [{ pointer: place, message, fix: "Copy what it needs under `$defs`, or rewrite it in the same dialect." }];
  });
});

/** A pointer can lead anywhere, into an example for instance. */
function isSchemaAt({ document, pointer, schema }: SchemaPlace): boolean {
  if (typeof schema === "boolean") return true;
  let at: Subschema | undefined = { schema: document.schema, pointer: "", keyword: "", key: undefined };
  while (at !== undefined && at.pointer !== pointer) {
    at = [...childSchemas(at)].find((child) => `${pointer}/`.startsWith(`${child.pointer}/`));
  }
  return at !== undefined;
}

/** A schema that applies to its own value again has no verdict: a validator follows it until the stack ends. */
export function endlessRef(document: SchemaDocument, { resources }: Pick<Registry, "resources">): Fault[] {
  const graph = createValueGraph(document, resources);
  const done = new Set<string>();
  const faults = new Map<string, Fault>();
  const visit = (place: SchemaPlace, above: ReadonlySet<string>): void => {
    const key = placeKey(place);
    if (above.has(key) && place.document === document) {
      const message = "The schema applies to its own value again, so that validation would not end.";
      const fix = "Refer to it from a property or an element, or not at all.";
      faults.set(key, { file: document.file, pointer: place.pointer, rule: "endless-ref", message, fix });
    }
    if (above.has(key) || done.has(key)) return;
    const inner = new Set([...above, key]);
    for (const step of [...graph.steps(place).values()].flat()) visit(step, inner);
    done.add(key);
  };
  for (const { schema, pointer } of walkSchema(document.schema)) visit({ document, schema, pointer }, new Set());
  return [...faults.values()];
}
