import { DEFAULT_SEPARATOR } from "../compile/compile-reshape.ts";
import type { Reshape } from "./route-document.ts";

/** The path of a field of the enriched event by the names that it is delivered with, before objects are flattened. */
export function renamedPath(path: string, { rename = {} }: Reshape): string {
  return prefixesOf(path)
    .map((prefix) => rename[prefix] ?? prefix.slice(prefix.lastIndexOf(".") + 1))
    .join(".");
}

/**
 * The path at which a field of the enriched event is delivered.
 * @example deliveredPath("event.data.a.b", { flatten: ["event.data.a"] }) // "event.data.a_b"
 */
export function deliveredPath(path: string, reshape: Reshape = {}): string {
  const { flatten = [], separator = DEFAULT_SEPARATOR } = reshape;
  const steps = renamedPath(path, reshape).split(".");
  const flat = prefixesOf(path).findIndex((prefix) => flatten.includes(prefix));
  return flat < 0 ? steps.join(".") : [...steps.slice(0, flat), steps.slice(flat).join(separator)].join(".");
}

/** `a`, `a.b` and `a.b.c` of `a.b.c`. */
export function prefixesOf(path: string): string[] {
  const steps = path.split(".");
  return steps.map((_, index) => steps.slice(0, index + 1).join("."));
}
