import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { ALWAYS_DELIVERED, compileProjection } from "../../src/runtime/project.ts";
import { projectDirectly } from "../support/project-directly.ts";

const step = fc.constantFrom("event", "data", "a", "b", "id", "validation");
const key = fc.oneof(step, fc.constantFrom("a.b", "data.a", "event.data.a", "c"));
const { event } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom(1, "text", null, true),
    fc.array(tie("value"), { maxLength: 3 }),
    tie("event"),
  ),
  event: fc.dictionary(key, tie("value"), { maxKeys: 5, noNullPrototype: true }),
}));
const selectors = fc.array(
  fc.record({
    isKeep: fc.boolean(),
    paths: fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 1 }),
  }),
  { minLength: 1, maxLength: 3 },
);

test("a compiled projection gives on what its rule says, and leaves the event as it was", () => {
  fc.assert(
    fc.property(event, selectors, (given, asked) => {
      const before = structuredClone(given);
      const projected = compileProjection(asked)(given);
      expect(projected).toEqual(projectDirectly(given, [ALWAYS_DELIVERED, ...asked]));
      expect(given).toEqual(before);
    }),
    { numRuns: 1_000 },
  );
});
