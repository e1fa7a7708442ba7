import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { compilePrivacyMap } from "../../src/codegen.ts";
import { sensitivePaths } from "../support/apply-privacy.ts";
import { changedContractOf, fuzzChanges, isToldCompatible, verdictsOf } from "../support/changed-contracts.ts";

test.each(["2020-12", "draft-07"] as const)(
  "after any edit in %s that is told an ADDITION, what the version before took is taken, and masked as before",
  (draft) => {
    let additions = 0;
    let taken = 0;
    fc.assert(
      fc.property(changedContractOf(draft), ({ registry, values }) => {
        if (!isToldCompatible(registry)) return;
        const [before, after] = verdictsOf(registry);
        if (before === undefined || after === undefined) return;
        additions += 1;
        const [maskedBefore, maskedAfter] = registry.contracts.map(
          (contract) => compilePrivacyMap(contract, registry.resources) ?? { nodes: [{}] },
        );
        for (const value of values) {
          if (!before(value)) continue;
          taken += 1;
          expect(after(value)).toBe(true);
          expect(sensitivePaths(maskedAfter ?? { nodes: [] }, value)).toEqual(
            sensitivePaths(maskedBefore ?? { nodes: [] }, value),
          );
        }
      }),
      { numRuns: 400 },
    );
    expect(additions).toBeGreaterThan(50);
    expect(taken).toBeGreaterThan(50);
  },
);

// `pnpm --filter @millrace/contract-tools fuzz` tries more.
test("no change that an event shows to be breaking is told compatible", () => {
  const { witnessed, falseCompatible } = fuzzChanges({ seed: 1, witnessed: 20 });
  expect(witnessed).toBeGreaterThanOrEqual(20);
  expect(falseCompatible).toEqual([]);
});
