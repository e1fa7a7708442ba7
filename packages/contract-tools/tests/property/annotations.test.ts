import { expect, test } from "@jest/globals";
import { annotate } from "@hyperjump/json-schema/annotations/experimental";
import { registerSchema, setShouldValidateSchema, unregisterSchema } from "@hyperjump/json-schema/draft-2020-12";
import "@hyperjump/json-schema/draft-07";
import { allNodes } from "@hyperjump/json-schema/instance/experimental";
import type { Draft } from "@millrace/schema-graph";
import fc from "fast-check";
import { endlessRef } from "../../src/check/lint/references.ts";
import { compilePrivacyMap } from "../../src/codegen.ts";
import { dialectUris } from "../../src/import/source-dialects.ts";
import type { Json } from "../../src/registry.ts";
import { sensitivePaths } from "../support/apply-privacy.ts";
import { contractOf, events, shared } from "../support/changed-contracts.ts";
import { registryOf } from "../support/contracts-of.ts";

// Enough of them that an annotation stands below each other keyword; of a condition two have to come together.
const often = ["x-privacy", "x-privacy", "if", "then", "else"].flatMap((word) => Array<string>(10).fill(word));

interface AnnotatedNode {
  readonly pointer: string;
  readonly annotations: Readonly<Record<string, readonly Json[]>>;
}

// The generator makes sound schemas.
setShouldValidateSchema(false);

/** An object of this realm: the other implementation does not know others. */
const plain = (value: unknown): never => JSON.parse(JSON.stringify(value)) as never;

/** Pointers of the values that another implementation finds annotated in valid data; none where it refuses them. */
async function annotatedIn(id: string, values: readonly Json[]): Promise<(readonly string[])[]> {
  const annotated = await annotate(id);
  return values.map((value) => {
    try {
      const nodes = [...allNodes(annotated(plain(value)))] as unknown as AnnotatedNode[];
      const isSensitive = ([word, found]: [string, readonly Json[]]): boolean =>
        word.endsWith("x-privacy") && found.some((each) => each !== false);
      return nodes
        .filter(({ annotations }) => Object.entries(annotations).some(isSensitive))
        .map((node) => node.pointer);
    } catch {
      return [];
    }
  });
}

test.each<Draft>(["2020-12", "draft-07"])(
  "masking finds every annotation of %s that another implementation collects, for any schema and data",
  async (draft) => {
    let count = 0;
    const contracts = fc.sample(fc.tuple(contractOf(draft, often), events), { seed: 1, numRuns: 800 });
    for (const [schema, values] of contracts) {
      const registry = registryOf({ ...shared, "events/test/a/1-0-0.json": schema });
      const [contract] = registry.contracts;
      if (contract === undefined) throw new Error("There is one contract.");
      // No verdict, so nothing to collect; the lint refuses it.
      if (endlessRef(contract, registry).length > 0) continue;
      const documents = [...registry.documents.values()];
      for (const { id, draft: dialect, schema: own } of documents) {
        const { $schema: _, ...rest } = own;
        registerSchema(plain(rest), id, dialectUris[dialect]);
      }
      const map = compilePrivacyMap(contract, registry.resources);
      const found = await annotatedIn(contract.id, values);
      for (const { id } of documents) unregisterSchema(id);
      for (const [index, pointers] of found.entries()) {
        const masked = Object.keys(map === undefined ? {} : sensitivePaths(map, values[index]));
        const inClear = pointers.filter((pointer) => !masked.some((place) => `${pointer}/`.startsWith(`${place}/`)));
        count += pointers.length;
        expect({ schema, value: values[index], inClear }).toEqual({ schema, value: values[index], inClear: [] });
      }
    }
    expect(count).toBeGreaterThan(1_000);
  },
);
