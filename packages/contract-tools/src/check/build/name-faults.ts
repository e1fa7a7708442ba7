import { baseOf, type JsonObject, namesIn } from "@millrace/schema-graph";
import { renderWarehouseViews } from "../../codegen/warehouse/render-warehouse-views.ts";
import { groupBy } from "../../group-by.ts";
import type { Fault } from "../../registry/fault.ts";
import type { Registry } from "../../registry/registry.ts";
import { isSameJson } from "../history/same-schemas.ts";

/** Views are named by event type, and `-`, `.` and `_` are one letter to a warehouse. */
export function checkViewNames(registry: Registry): Fault[] {
  const files = new Map(registry.contracts.map(({ name, version, file }) => [`${name} ${version.model}`, file]));
  const byName = groupBy(renderWarehouseViews(registry), ({ name }) => name);
  return [...byName].flatMap(([name, views]) =>
    views.slice(1).map(({ contract, model }): Fault => {
      const message = `The view would be \`${name}\`, as that of \`${views[0]?.contract ?? ""}\` is.`;
      const file = files.get(`${contract} ${model}`) ?? "";
      return { file, pointer: "", rule: "view-collision", message, fix: "Give one of the event types another name." };
    }),
  );
}

/** Contracts of one event type can be told apart by a name in the data, or by the `dataschema` that an event names. */
export function checkSharedTypes(registry: Registry): Fault[] {
  const named = new Set(registry.aliases.values());
  const unnamed = registry.contracts.filter(({ eventNames }) => eventNames === undefined);
  const byType = groupBy(unnamed, ({ type }) => type);
  return [...byType.values()].flatMap((contracts) => {
    const [first] = contracts;
    if (new Set(contracts.map(({ name }) => name)).size < 2) return [];
    return contracts
      .filter(({ id }) => !named.has(id))
      .map(({ file, type, name }): Fault => {
        const others = name === first?.name ? (contracts.at(-1)?.name ?? "") : (first?.name ?? "");
        const message = `Its type \`${type}\` is that of ${others} too, and no \`dataschema\` leads here.`;
        const fix = "Give it another type in source.json, or list its `dataschemas` or `names` there.";
        return { file, pointer: "", rule: "type-collision", message, fix };
      });
  });
}

/** Schemas that name themselves: a name stands for one schema, in one document and over all of them. */
export function checkEmbeddedIds(registry: Registry): Fault[] {
  const known = new Map<string, { file: string; schema: JsonObject }>();
  const faults: Fault[] = [];
  for (const document of registry.documents.values()) {
    const { file, draft, schema: root } = document;
    for (const [url, { schema, pointer }] of namesIn(root, baseOf(document), draft).named) {
      // Anchors are names inside of one schema.
      if (url.includes("#")) continue;
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
