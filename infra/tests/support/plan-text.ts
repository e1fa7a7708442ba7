import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderWarehouseViews } from "@millrace/contract-tools/codegen";
import type { EnrichmentOptions } from "@millrace/enrichments";
import { loadRegistry } from "@millrace/contract-tools/registry";
import { loadConfig } from "../../src/config/load-config.ts";
import type { EnvironmentConfig, EnvironmentName } from "../../src/config/schema.ts";
import type { FunctionArtifacts } from "../../src/inputs/function-artifact.ts";
import { findLookups } from "../../src/inputs/lookup-objects.ts";
import type { RouteDocument } from "../../src/inputs/route-destinations.ts";
import { synthesize } from "../../src/synthesize.ts";

export const recommendations: RouteDocument = {
  application: "recommendations",
  owner: "team-recommendations",
  routes: [
    { name: "clicks", destination: { stream: "recommendations" } },
    { name: "views", destination: { stream: "recommendations" } },
  ],
};

export const fraud: RouteDocument = {
  application: "fraud",
  owner: "team-fraud",
  routes: [{ name: "purchases", destination: { stream: "fraud-purchases" } }],
};

export interface PlanOptions {
  readonly documents?: readonly RouteDocument[];
  /** Changes the environment's configuration before synthesis. */
  readonly change?: (config: EnvironmentConfig) => EnvironmentConfig;
  /** The options of enrichment. Default: without lookups. */
  readonly enrichments?: EnrichmentOptions;
}

const contractViews = renderWarehouseViews(loadRegistry(join(import.meta.dirname, "../../../schemas")));

export const artifacts: FunctionArtifacts = (name) => ({
  zipPath: `../../../../apps/${name}/dist/function.zip`,
  handler: "index.handler",
  sha256Base64: `${"A".repeat(43)}=`,
});

/** Stands for the compiled routes, with what Terraform would take for a template. */
export const compiledRoutes = '{"pattern":"${not.a_reference}"}';

const texts = new Map<string, string>();

/** The text of an environment's plan; equal inputs are synthesized once a test file. */
export function planText(
  environment: EnvironmentName,
  { documents = [recommendations, fraud], change = (config) => config, enrichments }: PlanOptions = {},
): string {
  const config = change(loadConfig(environment));
  const key = JSON.stringify([config, documents, enrichments]);
  const text = texts.get(key) ?? synthesizedText(config, documents, enrichments);
  texts.set(key, text);
  return text;
}

/** Synthesizes one environment into a temporary folder and returns the text of its plan. */
export function synthesizedText(
  config: EnvironmentConfig,
  documents: readonly RouteDocument[],
  enrichments: EnrichmentOptions = { enrichments: [] },
): string {
  const outDir = mkdtempSync(join(tmpdir(), "millrace-infra-"));
  try {
    const [path = ""] = synthesize({
      outDir,
      configs: [config],
      artifactsFor: () => artifacts,
      routeDocuments: documents,
      compiledRoutes: () => compiledRoutes,
      contractViews,
      lookupsOf: (environment) => findLookups(enrichments, environment),
    });
    return readFileSync(path, "utf8");
  } finally {
    rmSync(outDir, { recursive: true });
  }
}
