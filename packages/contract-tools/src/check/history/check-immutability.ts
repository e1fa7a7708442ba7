import type { Fault } from "../../registry/fault.ts";
import type { SchemasFolder } from "../schemas-folder.ts";
import { parseSchemaPath } from "../../schema-id.ts";

/** A merged schema is in use somewhere: it is never edited and never removed. */
export function checkImmutability(folder: SchemasFolder, merged: SchemasFolder): Fault[] {
  return [...merged].flatMap(([file, text]): Fault[] => {
    const location = parseSchemaPath(file);
    if (location === undefined || ["examples", "routes"].includes(location.kind)) return [];
    const now = folder.get(file);
    if (now === text) return [];
    const fault = { file, pointer: "" };
    if (now === undefined) {
      const fix = "Restore it. To end an event type, let its sources stop.";
      return [{ ...fault, rule: "removed-version", message: "A merged version is gone; events refer to it.", fix }];
    }
    const fix = "Restore it, and put the change into the next version (`pnpm schemas new`).";
    return [{ ...fault, rule: "edited-version", message: "A merged version was edited.", fix }];
  });
}
