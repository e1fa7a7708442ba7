import { isJsonObject, type Json, type JsonObject, pointerStep } from "@millrace/schema-graph";
import type { SchemaFile } from "../../registry/registry.ts";

/** A field of the enriched event that a route looks at. */
export interface RouteField {
  application: string;
  route: string;
  file: string;
  /** JSON Pointer in the route document. */
  pointer: string;
  /** From the root of the event's `data`. */
  path: string[];
  /** True if the route can match events of a type. */
  takes: (type: string) => boolean;
}

/**
 * Every field of `event.data` that route documents name, in patterns or as a path in text (a partition key, a
 * projection).
 */
export function routeFields(documents: readonly SchemaFile[]): RouteField[] {
  return documents.flatMap(({ file, value }) => {
    const routes = isJsonObject(value) && Array.isArray(value["routes"]) ? value["routes"] : [];
    const application = isJsonObject(value) ? text(value["application"]) : "";
    return routes.flatMap((route, index): RouteField[] => {
      if (!isJsonObject(route)) return [];
      const pointer = `/routes/${index}`;
      const pattern = isJsonObject(route["pattern"]) ? route["pattern"] : {};
      const common = { application, route: text(route["name"]), file, takes: typeFilter(pattern) };
      const inPattern = patternPaths(pattern, [], `${pointer}/pattern`);
      const { pattern: _, tests: __, reshape, ...others } = route;
      return [...inPattern, ...textPaths(others, pointer), ...reshapedPaths(reshape, `${pointer}/reshape`)]
        .filter(({ path }) => path[0] === "event" && path[1] === "data" && path.length > 2)
        .map(({ path, pointer: place }) => ({ ...common, pointer: place, path: path.slice(2) }));
    });
  });
}

interface NamedPath {
  path: string[];
  pointer: string;
}

/** An event pattern names fields by nesting; `$or` holds alternatives at the same level. */
function patternPaths(pattern: JsonObject, above: string[], pointer: string): NamedPath[] {
  return Object.entries(pattern).flatMap(([key, value]): NamedPath[] => {
    const place = pointer + pointerStep(key);
    if (key === "$or" && Array.isArray(value)) {
      return value.flatMap((branch, index) =>
        isJsonObject(branch) ? patternPaths(branch, above, `${place}/${index}`) : [],
      );
    }
    // A key with dots names a path too.
    const path = [...above, ...key.split(".")];
    return isJsonObject(value) ? patternPaths(value, path, place) : [{ path, pointer: place }];
  });
}

/** Fields that get other names; constants are no fields of a contract. */
function reshapedPaths(reshape: Json | undefined, pointer: string): NamedPath[] {
  const { rename = {}, flatten = [] } = isJsonObject(reshape) ? reshape : {};
  const renamed = isJsonObject(rename) ? Object.keys(rename) : [];
  return [
    ...renamed.map((path) => ({ path: path.split("."), pointer: `${pointer}/rename${pointerStep(path)}` })),
    ...textPaths(flatten, `${pointer}/flatten`),
  ];
}

function textPaths(value: Json, pointer: string): NamedPath[] {
  if (typeof value === "string") return value.startsWith("event.data.") ? [{ path: value.split("."), pointer }] : [];
  if (Array.isArray(value)) return value.flatMap((inner, index) => textPaths(inner, `${pointer}/${index}`));
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => textPaths(inner, pointer + pointerStep(key)));
}

/** Returns a test for event types that a pattern can match. A criterion other than plain text may match any type. */
function typeFilter(pattern: JsonObject): (type: string) => boolean {
  const event = isJsonObject(pattern["event"]) ? pattern["event"] : {};
  const matchers = event["type"] ?? pattern["event.type"];
  if (!Array.isArray(matchers)) return () => true;
  return (type) =>
    matchers.some((matcher) => {
      if (typeof matcher === "string") return matcher === type;
      const prefix = isJsonObject(matcher) ? matcher["prefix"] : undefined;
      return typeof prefix === "string" ? type.startsWith(prefix) : true;
    });
}

function text(value: Json | undefined): string {
  return typeof value === "string" ? value : "?";
}
