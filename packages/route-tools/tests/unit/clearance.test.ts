import { describe, expect, test } from "@jest/globals";
import { createRegistry } from "@millrace/contract-tools/registry";
import { annotatedExamples } from "@millrace/schema-graph";
import { EventModel } from "../../src/analysis/event-model.ts";

describe("the clearance check sees an annotation", () => {
  test.each(annotatedExamples({ "x-privacy": { class: "email", action: "scan" } }).map((row) => [row.keyword, row]))(
    "below %s",
    (_, row) => {
      const { schema } = row as ReturnType<typeof annotatedExamples>[number];
      const { registry, faults } = createRegistry([{ file: "events/test/a/1-0-0.json", value: schema }]);
      expect(faults).toEqual([]);
      const contract = registry.newestOf("test.a");
      const fields = contract === undefined ? [] : new EventModel(registry).sensitiveFields(contract);
      expect(fields).toHaveLength(1);
      expect(fields[0]?.path).toMatch(/^event\.data(\.(secret|list|text|\*))?$/);
    },
  );
});
