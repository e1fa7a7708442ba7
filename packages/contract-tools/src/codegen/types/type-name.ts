import { parsePointer, type SchemaPlace } from "@millrace/schema-graph";

/**
 * `events/search/click/1-0-0.json` → `SearchClickDataV1`, `shared/context/1-0-0.json` → `ContextV1`; masked types are
 * `Masked…`.
 */
export function typeNameOfPlace(place: SchemaPlace, side: "sent" | "masked"): string {
  const { kind, name, version } = place.document;
  const words = name.split(/[/_-]/);
  const inner = parsePointer(place.pointer).filter((step) => !["$defs", "definitions", "properties"].includes(step));
  const base = pascalCase(words) + (kind === "events" ? "Data" : "");
  // Of an event only the newest version of a MODEL has a type; shared documents can be in use in several versions at
  // once.
  const isFirst = version.revision === 0 && version.addition === 0;
  const suffix = kind === "events" || isFirst ? "" : `_${version.revision}_${version.addition}`;
  const part = inner.length === 0 ? "" : `_${pascalCase(inner.flatMap((step) => step.split(/[^A-Za-z0-9]+/)))}`;
  const text = `${side === "masked" ? "Masked" : ""}${base}V${version.model}${suffix}${part}`;
  // No name in TypeScript begins with a digit.
  return /^\d/.test(text) ? `_${text}` : text;
}

function pascalCase(words: string[]): string {
  return words
    .filter((word) => word !== "")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}
