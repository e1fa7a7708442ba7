import { enrichmentDefinitions } from "./options.ts";
import type { ObjectSchema } from "./value-of.ts";

const header = "<!-- Generated from packages/enrichments by `pnpm schemas render`; do not edit. -->";

/** The text of `docs/enrichments.md`: what each enrichment adds and which options it takes, from its two schemas. */
export function renderEnrichmentsPage(): string {
  const sections = enrichmentDefinitions.flatMap(({ name, options, result }) => [
    "",
    `## ${name}`,
    "",
    ...(typeof result === "function" ? [] : [describe(result), "", ...table("adds", result)]),
    ...(propertiesOf(options).length === 0 ? [] : ["", ...table("option", options)]),
  ]);
  return [header, "# Enrichments", ...sections, ""].join("\n");
}

function propertiesOf(schema: ObjectSchema): [string, object][] {
  return Object.entries((schema["properties"] ?? {}) as Record<string, object>);
}

/** Properties of an object, with those that are required in bold. */
function table(title: string, schema: ObjectSchema): string[] {
  const required = new Set((schema["required"] ?? []) as readonly string[]);
  const rows = propertiesOf(schema).map(([name, property]) => {
    const text = `\`${name}\``;
    return `| ${required.has(name) ? `**${text}**` : text} | ${describe(property)} |`;
  });
  return [`| ${title} | |`, "|---|---|", ...rows];
}

function describe(schema: object): string {
  const { description = "" } = schema as { readonly description?: string };
  return description.replaceAll("|", "\\|").replaceAll("\n", " ");
}
