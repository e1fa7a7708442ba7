import { isJsonObject, type JsonObject, walkSchema } from "@millrace/schema-graph";
import { renderWarehouseViews } from "../../codegen/warehouse/render-warehouse-views.ts";
import { groupBy } from "../../group-by.ts";
import type { Fault } from "../../registry/fault.ts";
import type { Registry } from "../../registry/registry.ts";
import { isSameJson } from "../history/same-schemas.ts";

/** Views are named by event type, and `-`, `.` and `_` are one letter to a warehouse. */
export function checkViewNames(registry: Registry): Fault[] {
  const files = new Map(registry.contracts.map(({ type, version, file }) => [`${type} ${version.model}`, file]));
  const byName = groupBy(renderWarehouseViews(registry), ({ name }) => name);
  return [...byName].flatMap(([name, views]) =>
    views.slice(1).map(({ type, model }): Fault => {
      const message = `The view would be \`${name}\`, as that of \`${views[0]?.type ?? ""}\` is.`;
      const file = files.get(`${type} ${model}`) ?? "";
      return { file, pointer: "", rule: "view-collision", message, fix: "Give one of the event types another name." };
    }),
  );
}

/** Schemas that name themselves: a name stands for one schema, in one document and over all of them. */
export function checkEmbeddedIds(registry: Registry): Fault[] {
  const known = new Map<string, { file: string; schema: JsonObject }>();
  const faults: Fault[] = [];
  for (const { file, id, schema: root } of registry.documents.values()) {
    for (const { schema, pointer } of walkSchema(root)) {
      const url = pointer === "" ? id : embeddedId(schema, id);
      if (url === undefined) continue;
      const other = known.get(url);
      if (other === undefined) known.set(url, { file, schema });
      else if (other.file === file || !isSameJson(other.schema, schema)) {
        const where =
          other.file === file ? "in this document as well" : `in ${other.file}, where it says something else`;
        const message = `\`${url}\` names a schema ${where}.`;
        const fix = "Let each name stand for one schema: rename it, or share one document below shared/.";
        faults.push({ file, pointer: `${pointer}/$id`, rule: "duplicate-id", message, fix });
      }
    }
  }
  return faults;
}

function embeddedId(schema: JsonObject, base: string): string | undefined {
  const { $id } = schema;
  if (typeof $id !== "string" || $id.startsWith("#") || !isJsonObject(schema)) return undefined;
  return URL.canParse($id, base) ? new URL($id, base).href.replace(/#$/, "") : undefined;
}
