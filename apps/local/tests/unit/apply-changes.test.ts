import { expect, test } from "@jest/globals";
import type { LocalTopology, TopologyChanges } from "@millrace/topology";
import { applyChanges, type ChangeableParts } from "../../src/live/apply-changes.ts";

test("refuses another form of objects before anything is touched", async () => {
  const touched: string[] = [];
  const parts = new Proxy({} as ChangeableParts, {
    get: (_, name) => {
      touched.push(String(name));
      return undefined;
    },
  });
  const changes = {
    functions: [{ name: "enrichment" }],
    newForms: [{ name: "enriched-to-lake", compressionFormat: "UNCOMPRESSED" }],
  } as unknown as TopologyChanges;
  await expect(applyChanges(parts, {} as LocalTopology, changes)).rejects.toThrow(
    /enriched-to-lake is to write objects of another form \(UNCOMPRESSED\).*start it again/,
  );
  expect(touched).toEqual([]);
});
