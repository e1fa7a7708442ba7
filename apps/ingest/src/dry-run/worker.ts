import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";
import type { RouteDocument } from "@millrace/routes";
import { createRouteExplainer } from "./explain-routes.ts";
import type { PreviewedLine, PreviewOrder, PreviewPlace } from "./previewer.ts";

/** The bundle of enrichment, see its `preview.ts`. */
interface EnrichmentModule {
  readonly createPreview: (
    stage: string,
    folder: string,
  ) => (line: string) => { readonly enriched: string } | { readonly failure: { kind: string; message: string } };
}

const { folder, stage } = workerData as PreviewPlace;
const { createPreview } = (await import(pathToFileURL(join(folder, "enrichment.mjs")).href)) as EnrichmentModule;
const documents = JSON.parse(readFileSync(join(folder, "routes.json"), "utf8")) as RouteDocument[];
const previewEnrichment = createPreview(stage, folder);
const explainRoutes = createRouteExplainer(documents);

function previewLine(line: string): PreviewedLine {
  const outcome = previewEnrichment(line);
  return "failure" in outcome ? outcome : { ...outcome, routes: explainRoutes(outcome.enriched) };
}

parentPort?.on("message", ({ id, lines }: PreviewOrder) => {
  parentPort?.postMessage({ id, previewed: lines.map(previewLine) });
});
