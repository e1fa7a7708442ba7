/**
 * Chooses the canary events and builds the Lambda function. Enrichment is asked as a dry run asks it, so the event
 * service is built before (`pnpm --filter @millrace/ingest build`).
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { bundleFunction } from "@millrace/lambda-bundle";
import { compileRoutes, loadRouteDocuments } from "@millrace/routes";
import { loadRoutes, type RoutedEvent } from "@millrace/routes/runtime";
import { chooseCanaries, type Example } from "../src/choose-canaries.ts";

const app = join(import.meta.dirname, "..");
const schemas = join(app, "../../schemas");
const preview = join(app, "../ingest/dist/preview");

interface EnrichmentModule {
  readonly createPreview: (
    stage: string,
    folder: string,
  ) => (line: string) => { readonly enriched: string } | { readonly failure: object };
}

const { createPreview } = (await import(pathToFileURL(join(preview, "enrichment.mjs")).href)) as EnrichmentModule;
const enrich = createPreview("prod", preview);
const routes = loadRoutes(compileRoutes(loadRouteDocuments(join(schemas, "routes"))));

const canaries = chooseCanaries(readExamples(join(schemas, "examples")), routes.routeIds, (rawEvent) => {
  const outcome = enrich(rawEvent);
  if (!("enriched" in outcome)) return [];
  return routes.route(JSON.parse(outcome.enriched) as RoutedEvent, outcome.enriched).matched;
});

mkdirSync(join(app, "dist"), { recursive: true });
writeFileSync(join(app, "dist/canaries.json"), `${JSON.stringify(canaries, null, 2)}\n`);
const { manifest } = await bundleFunction({
  entryPoint: join(app, "src/handler.ts"),
  outFile: join(app, "dist/function.zip"),
  version: (JSON.parse(readFileSync(join(app, "package.json"), "utf8")) as { version: string }).version,
  define: { CANARY_EVENTS: JSON.stringify(JSON.stringify(canaries.events)) },
});
console.log(`canary: ${manifest.file} ${manifest.bytes} bytes, ${canaries.events.length} events`);
for (const route of canaries.unmeasured)
  console.warn(`No example in schemas/examples matches the route ${route}: no canary measures it.`);

/** `commerce/purchase/1-1-0/valid/small.json`: the newest versions, valid before invalid, typical before others. */
function readExamples(folder: string): Example[] {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".json"))
    .map((name) => {
      const [domain = "", event = "", version = "", verdict = "", file = ""] = name.split(sep);
      return { name, type: `${domain}.${event}`, version, verdict, file };
    });
  const order = (version: string): number => version.split("-").reduce((sum, part) => sum * 1_000 + Number(part), 0);
  const newest = new Map<string, number>();
  for (const { type, version } of files) newest.set(type, Math.max(order(version), newest.get(type) ?? 0));
  const rank = ({ verdict, file }: (typeof files)[number]): string =>
    `${verdict === "valid" ? 0 : 1}${file === "typical.json" ? 0 : 1}`;
  return files
    .filter(({ type, version }) => order(version) === newest.get(type))
    .sort((one, other) => rank(one).localeCompare(rank(other)) || one.name.localeCompare(other.name))
    .map(({ name, type }) => ({ type, data: JSON.parse(readFileSync(join(folder, name), "utf8")) as unknown }));
}
