import { expect, test } from "@jest/globals";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, matchesGlob } from "node:path";
import { loadConfig } from "../../src/config/load-config.ts";
import { ENVIRONMENTS } from "../../src/config/environments.ts";
import * as unit from "../../src/config/units.ts";
import { synthesize } from "../../src/synthesize.ts";
import { artifacts, compiledRoutes } from "../support/plan-text.ts";
import { type Json } from "../synthesized-plan.ts";

const turbo: Json = JSON.parse(readFileSync(join(import.meta.dirname, "../../../turbo.json"), "utf8"));
const outputs: readonly string[] = turbo.tasks.synth.outputs;
const isCached = (path: string): boolean => outputs.some((glob) => matchesGlob(path, glob));

test("Turbo's cache holds everything that synthesis writes", () => {
  const outDir = mkdtempSync(join(tmpdir(), "millrace-synth-"));
  try {
    synthesize({
      outDir,
      configs: ENVIRONMENTS.map((environment) => ({
        ...loadConfig(environment),
        routeReload: { checkEvery: unit.seconds(60) },
      })),
      artifactsFor: () => artifacts,
      routeDocuments: [],
      compiledRoutes: () => compiledRoutes,
      contractViews: [],
    });
    const written = readdirSync(outDir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join("dist", entry.parentPath.slice(outDir.length), entry.name));
    expect(written).toHaveLength(2 * ENVIRONMENTS.length + 1);
    expect(written.filter((path) => !isCached(path))).toEqual([]);
  } finally {
    rmSync(outDir, { recursive: true });
  }
});

test.each([
  "dist/stacks/prod/plan.tfplan",
  "dist/stacks/prod/terraform.tfstate",
  "dist/stacks/prod/terraform.tfstate.backup",
  "dist/stacks/prod/errored.tfstate",
  "dist/stacks/prod/.terraform/terraform.tfstate",
  "dist/stacks/prod/.terraform/providers/aws",
  "dist/plans/prod/plan.tfplan",
])("Turbo's cache does not hold %s, which Terraform writes", (path) => {
  expect(isCached(path)).toBe(false);
});
