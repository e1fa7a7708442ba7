import { pointerStep } from "@millrace/schema-graph";
import { describeFields } from "../codegen/fields/describe-fields.ts";
import { columnFields, columnName } from "../codegen/warehouse/warehouse-columns.ts";
import type { Fault } from "../registry/fault.ts";
import type { Registry } from "../registry/registry.ts";
import { groupBy } from "../group-by.ts";

/**
 * Two fields of one MODEL must not share the name of a column: SQL knows no case, and `_` comes from many characters.
 */
export function checkColumns(registry: Registry): Fault[] {
  // Documents of other teams are taken as they are; their views tell such columns apart by a number.
  const own = registry.contracts.filter(({ draft, isForeign }) => draft === "2020-12" && !isForeign);
  const byModel = groupBy(own, ({ name, version }) => `${name} ${version.model}`);
  return [...byModel.values()].flatMap((versions) => {
    const fieldByColumn = new Map<string, string>();
    return versions.flatMap((contract) =>
      columnFields(describeFields(contract, registry.resources)).flatMap((field): Fault[] => {
        // A name may hold a point: `a.b` beside `b` in `a`.
        const path = field.path.map((step) => (step.includes(".") ? JSON.stringify(step) : step)).join(".");
        const column = columnName(field.path);
        const other = fieldByColumn.get(column) ?? path;
        fieldByColumn.set(column, other);
        if (other === path) return [];
        const message = `\`${path}\` and \`${other}\` would both be the column \`${column}\` of the warehouse.`;
        const pointer = field.path.map((step) => `/properties${pointerStep(step)}`).join("");
        return [{ file: contract.file, pointer, rule: "column-collision", message, fix: "Choose another name." }];
      }),
    );
  });
}
