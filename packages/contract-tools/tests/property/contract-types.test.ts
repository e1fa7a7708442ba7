import { expect, test } from "@jest/globals";
import { type Draft, type JsonObject, mapHeld } from "@millrace/schema-graph";
import fc from "fast-check";
import { renderContractTypes } from "../../src/codegen.ts";
import { contractOf, events, shared, verdictsOf } from "../support/changed-contracts.ts";
import { registryOf } from "../support/contracts-of.ts";
import { typeErrors } from "../support/type-errors.ts";

/** The schema with a `type` where types take one for granted: beside `properties`, `items` and `prefixItems`. */
function withTypes(schema: JsonObject): JsonObject {
  const copy = mapHeld(schema, withTypes);
  const { type, const: constant, enum: values, properties, items, prefixItems } = copy;
  if ([type, constant, values].some((each) => each !== undefined)) return copy;
  if (properties !== undefined) return { ...copy, type: "object" };
  return items === undefined && prefixItems === undefined ? copy : { ...copy, type: "array" };
}

test.each<Draft>(["2020-12", "draft-07"])("types take what validators of %s take, for any schema and data", (draft) => {
  let count = 0;
  const texts = fc
    .sample(fc.tuple(contractOf(draft), events), { seed: 1, numRuns: 150 })
    .flatMap(([schema, values], index) => {
      const registry = registryOf({ ...shared, "events/test/a/1-0-0.json": withTypes(schema) });
      const [isValid] = verdictsOf(registry);
      if (isValid === undefined) return [];
      const valid = values.filter(isValid).slice(0, 3);
      count += valid.length;
      const uses = valid.map(
        (value) => `take<Schema${index}.TestADataV1>(${JSON.stringify(value)}); // ${JSON.stringify(schema)}`,
      );
      return [`namespace Schema${index} {\n${renderContractTypes(registry)}\n}`, ...uses];
    });
  expect(typeErrors(["declare function take<T>(value: T): void;", ...texts].join("\n"))).toEqual([]);
  expect(count).toBeGreaterThan(200);
});
