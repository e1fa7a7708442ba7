import { DEFAULT_SEPARATOR } from "../compile/compile-reshape.ts";
import type { Route } from "../document/route-document.ts";

/**
 * The names that a route gives, for people; undefined where every field keeps its own.
 * @example describeReshape({ reshape: { rename: { "event.data.query": "text" } } }) // 'event.data.query as text'
 */
export function describeReshape({ reshape }: Pick<Route, "reshape">): string | undefined {
  if (reshape === undefined) return undefined;
  const { rename = {}, flatten = [], separator = DEFAULT_SEPARATOR, constant = {} } = reshape;
  const by = separator === DEFAULT_SEPARATOR ? "" : ` by ${separator}`;
  return [
    ...Object.entries(rename).map(([path, name]) => `${path} as ${name}`),
    ...flatten.map((path) => `${path} flattened${by}`),
    ...Object.entries(constant).map(([path, value]) => `${path} = ${JSON.stringify(value)}`),
  ].join(", ");
}
