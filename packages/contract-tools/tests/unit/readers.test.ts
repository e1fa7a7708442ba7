import { describe, expect, test } from "@jest/globals";
import {
  annotatedExamples,
  applicatorOf,
  type JsonObject,
  keywordsOf,
  type SchemaDocument,
} from "@millrace/schema-graph";
import { buildContracts } from "../../src/check/build/build-contracts.ts";
import { compareSchemas } from "../../src/check/history/compare-schemas.ts";
import { isAbove } from "../../src/check/history/change.ts";
import { lintDocument } from "../../src/check/lint/lint-document.ts";
import {
  compilePrivacyMap,
  describeFields,
  renderContractDocs,
  renderContractTypes,
  renderWarehouseViews,
} from "../../src/codegen.ts";
import type { Contract, Registry } from "../../src/registry.ts";
import { convertSchema } from "../../src/import/convert-schema.ts";
import { proposeExamples } from "../../src/import/propose-examples.ts";
import { dialects } from "../../src/import/source-dialects.ts";
import { stepDocument } from "../../src/scaffold/next-version.ts";
import { registryOf } from "../support/contracts-of.ts";

interface Subject {
  readonly contract: Contract;
  readonly registry: Registry;
}

const file = "events/test/a/1-0-0.json";
const declared = { secret: { type: "string" }, list: { type: "array" }, text: { type: "string" } };

/** The schema, over an object that declares what it annotates. */
function subjectOf(schema: JsonObject): Subject {
  const properties = { ...declared, ...(schema["properties"] as JsonObject | undefined) };
  // Other names are what nothing declares.
  const isOfOthers = schema["additionalProperties"] !== undefined || schema["unevaluatedProperties"] !== undefined;
  const isOfNames = schema["patternProperties"] !== undefined || schema["propertyNames"] !== undefined;
  const registry = registryOf({ [file]: isOfOthers || isOfNames ? schema : { ...schema, properties } });
  const contract = registry.newestOf("test.a");
  if (contract === undefined) throw new Error("There is one contract.");
  return { contract, registry };
}

const annotation = { "x-privacy": { class: "email", action: "hmac" } };
const plain = annotatedExamples({});
const annotated = annotatedExamples(annotation).map(({ keyword, schema }, index): [string, JsonObject, JsonObject] => [
  keyword,
  schema,
  plain[index]?.schema ?? {},
]);

const emptyMap = { nodes: [] };
const isAnnotated = ({ registry }: Subject, document: SchemaDocument): boolean =>
  (compilePrivacyMap(document, registry.resources) ?? emptyMap).nodes.some(({ rule }) => rule !== undefined);

describe.each(annotated)("an annotation below %s", (keyword, schema, without) => {
  // Whole values go where a part of them cannot be masked.
  const isOfParts = ["propertyNames", "contentSchema"].includes(keyword);

  test("is seen by masking", () => {
    const subject = subjectOf(schema);
    expect(isAnnotated(subject, subject.contract)).toBe(true);
  });

  test("is seen by the fields, the pages and the masked types", () => {
    const { contract, registry } = subjectOf(schema);
    const fields = describeFields(contract, registry.resources);
    const page = renderContractDocs(registry).get("test.a.md");
    // Of an object that goes as a whole, none of its fields is left to be told of.
    const isWhole = keyword === "propertyNames";
    expect(fields.some(({ privacy }) => privacy !== undefined)).toBe(!isWhole);
    expect(page?.includes("**Sensitive")).toBe(!isWhole);
    const masked = (text: string): string => text.slice(text.indexOf("MaskedTestADataV1 "));
    const bare = subjectOf(without);
    const isInIndex = ["additionalProperties", "unevaluatedProperties", "patternProperties"].includes(keyword);
    const isOfElements = JSON.stringify(schema).includes('"list"');
    // A value that no name and no element type declares is `unknown` in both, and promises nothing.
    if (!isInIndex && !isOfElements) {
      expect(masked(renderContractTypes(registry))).not.toBe(masked(renderContractTypes(bare.registry)));
    }
  });

  test("leaves no column of the warehouse that promises a clear value", () => {
    const { contract, registry } = subjectOf(schema);
    const sensitive = describeFields(contract, registry.resources).filter(({ privacy }) => privacy !== undefined);
    const [view] = renderWarehouseViews(registry);
    for (const { path, privacy } of sensitive) {
      const column = view?.columns.find(({ field }) => field === path.join("."));
      expect(column === undefined || column.type === "STRING" || privacy?.action === "scan").toBe(true);
    }
  });

  test("that comes is no addition to the history", () => {
    const later = "events/test/a/1-0-1.json";
    const registry = registryOf({
      [file]: subjectOf(without).contract.schema,
      [later]: subjectOf(schema).contract.schema,
    });
    const [older, newer] = registry.versionsOf("test.a");
    const changes = older && newer ? compareSchemas(older, newer, registry.resources) : [];
    expect(changes.some((change) => isAbove(change.class, "addition"))).toBe(true);
  });

  test("is looked at by the lint", async () => {
    const broken = JSON.parse(JSON.stringify(schema).replaceAll('"hmac"', '"shred"')) as JsonObject;
    const { contract, registry } = subjectOf(broken);
    const faults = await lintDocument(contract, registry);
    expect(faults.map(({ rule }) => rule)).toContain("privacy-annotation");
    if (isOfParts) expect(faults.filter(({ rule }) => rule === "privacy-annotation").length).toBeGreaterThan(1);
  });
});

const quiet = { change: () => undefined, refuse: () => undefined };
const sensitive = annotatedExamples({ format: "email" }).map(({ keyword, schema }) => [keyword, schema] as const);

describe.each(sensitive)("a schema below %s", (keyword, schema) => {
  test("is asked about when it sounds sensitive", async () => {
    const { contract, registry } = subjectOf(schema);
    const faults = await lintDocument(contract, registry);
    expect(faults.map(({ rule }) => rule)).toContain("unannotated-sensitive");
  });

  test("is converted by an import, from every dialect that knows the keyword", () => {
    const foreign = JSON.parse(JSON.stringify(schema).replaceAll('"email"', '"order-code"')) as JsonObject;
    for (const dialect of dialects.filter((each) => keywordsOf(each).has(keyword))) {
      const converted = convertSchema(foreign, { from: "", to: "" }, dialect, quiet);
      expect([dialect, JSON.stringify(converted.schema)]).toEqual([dialect, expect.not.stringContaining("order-code")]);
    }
  });

  test("gets examples that name nothing but fields", () => {
    // Nothing can be made up that is not what a schema takes.
    if (keyword === "not" || applicatorOf(keyword) === undefined) return;
    const { contract, registry } = subjectOf(schema);
    const validate = buildContracts(registry).contracts.validatorOf(contract.id);
    const proposed = validate && proposeExamples(contract, registry.resources, validate);
    expect(proposed?.valid).toEqual({});
  });

  test("follows what it refers to into its next version", () => {
    const shared = "shared/part/1-0-0.json";
    const id = `https://millrace.example/schemas/${shared}`;
    const referring = JSON.parse(JSON.stringify(schema).replace('"format":"email"', `"$ref":"${id}"`)) as JsonObject;
    const texts = { [shared]: { $id: id, type: "string" }, [file]: referring };
    const folder = new Map(Object.entries(texts).map(([path, value]) => [path, JSON.stringify(value)]));
    const document = registryOf(texts).documents.get(id);
    const { files } = stepDocument(folder, document as SchemaDocument, "addition", new Set(folder.keys()));
    expect(files.get("events/test/a/1-0-1.json")).toContain(
      '"https://millrace.example/schemas/shared/part/1-0-1.json"',
    );
  });
});
