import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { loadRegistry } from "../../src/registry.ts";
import { contractsOf } from "../support/contracts-of.ts";

const root = join(import.meta.dirname, "../../../../schemas");
const registry = loadRegistry(root);
const contracts = contractsOf(registry);

const examples = registry.contracts.flatMap((contract) =>
  (["valid", "invalid"] as const).flatMap((kind) => {
    const folder = join(root, contract.file.replace(/^events/, "examples").replace(/\.json$/, ""), kind);
    return readdirSync(folder).map((name) => ({ contract, kind, name, path: join(folder, name) }));
  }),
);

describe("examples", () => {
  test.each(examples)("$contract.type: $name is $kind", ({ contract, kind, path }) => {
    const result = contracts.validatorOf(contract.id)!(JSON.parse(readFileSync(path, "utf8")));
    expect(result === null ? "valid" : "invalid").toBe(kind);
  });

  test("show every contract, valid and invalid", () => {
    for (const contract of registry.contracts) {
      const own = examples.filter((example) => example.contract === contract);
      expect(new Set(own.map((example) => example.kind)).size).toBe(2);
      // A name without a meaning is no example.
      expect(own.every((example) => basename(example.name, ".json").length > 2)).toBe(true);
    }
  });
});
