import { rmSync } from "node:fs";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { loadConfig, parseEnvironmentName } from "./config/load-config.ts";
import { ENVIRONMENTS } from "./config/schema.ts";
import { InfraError } from "./errors.ts";
import { builtArtifacts } from "./inputs/function-artifact.ts";
import { readRouteDocuments } from "./inputs/route-documents.ts";
import { baseViews } from "./inputs/warehouse-views.ts";
import { stackFolder, synthesize } from "./synthesize.ts";

const root = join(import.meta.dirname, "../..");
const outDir = join(import.meta.dirname, "../dist");

function main(): void {
  const { values } = parseArgs({ options: { stack: { type: "string" } } });
  const wanted = values.stack ?? process.env["ENVIRONMENT"];
  const environments = wanted === undefined || wanted === "" ? ENVIRONMENTS : [parseEnvironmentName(wanted)];
  for (const environment of environments) rmSync(stackFolder(outDir, environment), { recursive: true, force: true });

  const started = performance.now();
  const plans = synthesize({
    outDir,
    configs: environments.map(loadConfig),
    artifactsFor: (folder) => builtArtifacts({ root, stackFolder: folder }),
    routeDocuments: readRouteDocuments(join(root, "schemas/routes")),
    views: baseViews,
  });
  const elapsedMs = Math.round(performance.now() - started);
  for (const plan of plans) process.stdout.write(`${relative(process.cwd(), plan)}\n`);
  process.stdout.write(`${plans.length} stack(s) in ${elapsedMs} ms\n`);
}

try {
  main();
} catch (error) {
  if (!(error instanceof InfraError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
