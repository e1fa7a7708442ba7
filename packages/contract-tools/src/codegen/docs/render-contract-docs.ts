import type { Contract, Json } from "@millrace/schema-graph";
import { compareSchemas } from "../../check/history/compare-schemas.ts";
import { contractsByName, type Registry } from "../../registry/registry.ts";
import { formatVersion } from "../../schema-id.ts";
import { describeFields, type Field } from "../fields/describe-fields.ts";
import { renderWarehouseViews, type WarehouseView } from "../warehouse/render-warehouse-views.ts";

export interface ContractDocsOptions {
  /** A valid example of a contract's data, shown on its page. */
  exampleOf?: (contract: Contract) => Json | undefined;
}

const header = "<!-- Generated from schemas/ by `pnpm schemas render`; do not edit. -->";

/** A Markdown page per event type and a table of contents: file name → text. */
export function renderContractDocs(registry: Registry, options: ContractDocsOptions = {}): Map<string, string> {
  const views = renderWarehouseViews(registry);
  const contracts = [...contractsByName(registry).values()];
  const pages = contracts.map((versions): [string, string] => [
    pageOf(versions[0]),
    renderPage(registry, versions, views, options),
  ]);
  return new Map([["README.md", renderIndex(contracts)], ...pages]);
}

/** `search/click` → `search.click.md`: a type may hold what no file name does. */
function pageOf(contract: Contract | undefined): string {
  return `${contract?.name.replaceAll("/", ".") ?? ""}.md`;
}

function renderIndex(contracts: readonly (readonly Contract[])[]): string {
  const rows = contracts.flatMap((versions) => {
    const contract = versions.at(-1);
    if (contract === undefined) return [];
    return [
      `| [${contract.type}](${pageOf(contract)}) | ${formatVersion(contract.version)} | ${cell(textOf(contract, "description"))} |`,
    ];
  });
  return [header, "# Contracts", "", "| event type | newest | |", "|---|---|---|", ...rows, ""].join("\n");
}

function renderPage(
  registry: Registry,
  versions: readonly Contract[],
  views: WarehouseView[],
  options: ContractDocsOptions,
): string {
  const contract = versions.at(-1);
  if (contract === undefined) throw new Error("A page needs at least one version.");
  const { type } = contract;
  const example = options.exampleOf?.(contract);
  const own = views.filter((view) => view.contract === contract.name);
  return [
    header,
    `# ${textOf(contract, "title") || type}`,
    "",
    textOf(contract, "description"),
    "",
    `Event type \`${type}\`, newest version ${formatVersion(contract.version)}. Schema: [\`${contract.id}\`](../../schemas/${contract.file})`,
    "",
    "## Fields of `data`",
    "",
    "| field | type | | limits | what it is |",
    "|---|---|---|---|---|",
    ...describeFields(contract, registry.resources).map(renderField),
    "",
    ...(example === undefined ? [] : ["## Example", "", "```json", JSON.stringify(example, null, 2), "```", ""]),
    "## Warehouse",
    "",
    ...own.flatMap((view) => [
      `View \`${view.name}\`: ${view.comment}.`,
      "",
      "| column | type | field |",
      "|---|---|---|",
      ...view.columns.map((column) => `| \`${column.name}\` | ${column.type} | \`${column.field}\` |`),
      "",
    ]),
    "## Versions",
    "",
    ...versions.map((version, index) => renderVersion(registry, version, versions[index - 1])).reverse(),
    "",
  ].join("\n");
}

/** A version, and what is new in it. */
function renderVersion(registry: Registry, version: Contract, previous: Contract | undefined): string {
  const link = `- [${formatVersion(version.version)}](../../schemas/${version.file})`;
  if (previous === undefined) return link;
  const changes = compareSchemas(previous, version, registry.resources).map(({ path, message }) =>
    path.length === 0 || message.includes(`\`${path.at(-1) ?? ""}\``) ? message : `\`${path.join(".")}\`: ${message}`,
  );
  return `${link}: ${changes.length === 0 ? "other words." : changes.map((text) => text.replaceAll(/\s+/g, " ")).join(" ")}`;
}

function renderField(field: Field): string {
  const path = field.path.join(".").replaceAll(".[]", "[]");
  const values = field.values?.map((value) => `\`${JSON.stringify(value)}\``).join(", ");
  const type = field.format === undefined ? field.types.join(" or ") : `${field.types.join(" or ")}, ${field.format}`;
  const limits = [...(values === undefined ? [] : [values]), ...field.limits].join("; ");
  const privacy =
    field.privacy === undefined ? "" : ` **Sensitive (${field.privacy.class}): ${field.privacy.action}.**`;
  const cells = [`\`${path}\``, type || "any", field.isRequired ? "required" : "", limits, field.description + privacy];
  return `| ${cells.map(cell).join(" | ")} |`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll(/\s+/g, " ");
}

function textOf(contract: Contract, keyword: "title" | "description"): string {
  const text = contract.schema[keyword];
  return typeof text === "string" ? text : "";
}
