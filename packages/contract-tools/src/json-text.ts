import type { Json } from "@millrace/schema-graph";

/** A JSON file as it is committed. */
export function jsonText(value: Json | object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
