import { expect, test } from "@jest/globals";
import type { PrivacyAction, PrivacyMap, PrivacyNode } from "@millrace/event-contracts";
import fc from "fast-check";
import { joinPrivacyMaps } from "../../src/privacy/join-privacy-maps.ts";
import { sensitivePaths } from "../support/apply-privacy.ts";

const names = fc.constantFrom("a", "b", "ab", "list", "__proto__");
const fromStrictest: readonly PrivacyAction[] = ["drop", "mask", "hmac", "truncate", "scan"];

function nodeArbitrary(index: number, count: number): fc.Arbitrary<PrivacyNode> {
  // Mostly those behind, so that most maps end somewhere.
  const behind = fc.integer({ min: index + 1, max: count });
  const child = fc.oneof({ arbitrary: behind, weight: 20 }, { arbitrary: fc.nat({ max: count }), weight: 1 });
  const properties = fc
    .array(fc.tuple(names, child), { maxLength: 3 })
    .map((entries) => Object.fromEntries(entries) as Record<string, number>);
  const named = fc.record({ properties });
  const any = fc.record(
    {
      rule: fc.constantFrom(...fromStrictest).map((action) => ({ class: "name", action })),
      open: fc.constant(true as const),
      properties,
      patterns: fc.array(fc.record({ pattern: fc.constantFrom("a", "^b"), node: child }), { maxLength: 2 }),
      additional: child,
      items: child,
    },
    { requiredKeys: [] },
  );
  return fc.oneof(named, any);
}

const mapArbitrary: fc.Arbitrary<PrivacyMap> = fc.integer({ min: 1, max: 5 }).chain((count) => {
  const nodes = Array.from({ length: count }, (_, index) => nodeArbitrary(index, count));
  return fc.tuple(...nodes).map((all) => ({ nodes: [...all, { rule: { class: "name", action: "mask" } }] }));
});

/** A value with every name, and a list, at every place down to a depth. */
function everywhere(depth: number): unknown {
  if (depth === 0) return 1;
  const below = everywhere(depth - 1);
  return Object.fromEntries([...["a", "b", "ab", "c", "__proto__"].map((name) => [name, below]), ["list", [below]]]);
}

const data = everywhere(3);

test("joined maps say of every value what the strictest of them says", () => {
  fc.assert(
    fc.property(fc.array(mapArbitrary, { maxLength: 5 }), (maps) => {
      const joined = JSON.parse(JSON.stringify(joinPrivacyMaps(maps))) as PrivacyMap;
      const each = maps.map((map) => sensitivePaths(map, data));
      const expected: Record<string, string> = {};
      for (const path of new Set(each.flatMap((paths) => Object.keys(paths)))) {
        expected[path] = fromStrictest.find((action) => each.some((paths) => paths[path] === action)) ?? "";
      }
      expect(sensitivePaths(joined, data)).toEqual(expected);
    }),
    { numRuns: 200 },
  );
});

test("maps that differ in a name are as long together as the names are", () => {
  const context = { properties: { userId: 2 } };
  const rule = { class: "user", action: "hmac" } as const;
  const maps = Array.from({ length: 100 }, (_, index): PrivacyMap => {
    return { nodes: [{ properties: { context: 1, [`buyer${index}`]: 2 } }, context, { rule }] };
  });
  const joined = joinPrivacyMaps(maps);
  expect(joined.nodes).toHaveLength(3);
  expect(joined.roots).toHaveLength(1);
});

test.each<[string, PrivacyNode]>([
  ["other names", { additional: 1 }],
  ["matching names", { patterns: [{ pattern: "c", node: 1 }] }],
  ["elements", { items: 1 }],
  ["itself", { rule: { class: "name", action: "mask" } }],
])("what a root says of %s is kept", (_, root) => {
  const leaf: PrivacyNode = { rule: { class: "name", action: "mask" } };
  const map = { nodes: [root, leaf] };
  const joined = joinPrivacyMaps([{ nodes: [{ properties: { c: 1 } }, { open: true }] }, map]);
  for (const value of [data, [data]]) expect(sensitivePaths(joined, value)).toEqual(sensitivePaths(map, value));
});
