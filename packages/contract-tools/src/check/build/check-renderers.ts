import { renderContractDocs } from "../../codegen/docs/render-contract-docs.ts";
import { renderContractTypes } from "../../codegen/types/render-contract-types.ts";
import { enrichmentCollisions } from "../../codegen/warehouse/warehouse-columns.ts";
import type { Fault } from "../../registry/fault.ts";
import type { Registry } from "../../registry/registry.ts";
import { checkColumns } from "../warehouse-faults.ts";
import { buildFault } from "./build-contracts.ts";
import { checkViewNames } from "./name-faults.ts";

/** Makes types, pages, columns and views as the build does. */
export function checkRenderers(registry: Registry): Fault[] {
  const attempt = (work: (registry: Registry) => Fault[]): Fault[] => {
    try {
      return work(registry);
    } catch {
      // Of one contract at a time, to name the file.
      return registry.contracts.flatMap((contract) => {
        try {
          work({ ...registry, contracts: [contract] });
          return [];
        } catch (cause) {
          return [buildFault(contract.file, cause)];
        }
      });
    }
  };
  const rendering =
    (render: (registry: Registry) => unknown) =>
    (each: Registry): Fault[] => {
      render(each);
      return [];
    };
  const collisions = enrichmentCollisions(registry);
  // With them no view can be made, nor a page, which shows the columns.
  const ofColumns = collisions.length > 0 ? [] : [rendering(renderContractDocs), checkViewNames];
  return [...collisions, ...[rendering(renderContractTypes), checkColumns, ...ofColumns].flatMap(attempt)];
}
