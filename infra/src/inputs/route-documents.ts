import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { RouteDocument } from "./route-destinations.ts";

export function readRouteDocuments(folder: string): readonly RouteDocument[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .toSorted()
    .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as RouteDocument);
}
