import { expect, test } from "@jest/globals";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "../../src/config/load-config.ts";
import { synthesize } from "../../src/synthesize.ts";
import { artifacts, compiledRoutes } from "../support/plan-text.ts";
import type { Json } from "../synthesized-plan.ts";

test("Terraform finds no reference in what authors wrote of their contracts", () => {
  const outDir = mkdtempSync(join(tmpdir(), "millrace-synth-"));
  try {
    synthesize({
      outDir,
      configs: [loadConfig("local")],
      artifactsFor: () => artifacts,
      routeDocuments: [],
      compiledRoutes: () => compiledRoutes,
      contractViews: [
        {
          name: "SHOP_ORDER_1",
          comment: "Price in ${currency}",
          statement: "SELECT id FROM events WHERE type = '%{if}'",
          columnComments: [{ name: "id", comment: "$5, ${id}" }],
        },
      ],
    });
    const stack: Json = JSON.parse(readFileSync(join(outDir, "stacks/local/cdk.tf.json"), "utf8"));
    const views: Json[] = Object.values(stack.resource.snowflake_view);
    const view = views.find(({ name }) => name === "SHOP_ORDER_1");
    expect(view).toMatchObject({
      comment: "Price in $${currency}",
      statement: "SELECT id FROM events WHERE type = '%%{if}'",
      column: [{ comment: "$5, $${id}" }],
    });
  } finally {
    rmSync(outDir, { recursive: true });
  }
});
