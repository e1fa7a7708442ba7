import { dirname, join, relative } from "node:path";
import { parseArgs } from "node:util";
import { renderWarehouseViews } from "@millrace/contract-tools/codegen";
import { loadRegistry, RegistryError } from "@millrace/contract-tools/registry";
import { createRouteArtifact, loadRouteDocuments, RoutesError } from "@millrace/routes";
import { loadConfig, parseEnvironmentName } from "./config/load-config.ts";
import { ENVIRONMENTS } from "./config/environments.ts";
import { InfraError } from "./errors.ts";
import { builtArtifacts } from "./inputs/function-artifact.ts";
import { lookupsOf } from "./inputs/lookup-objects.ts";
import { readUnmeasuredRoutes } from "./inputs/unmeasured-routes.ts";
import { placeProviderLock } from "./inputs/provider-lock.ts";
import { synthesize } from "./synthesize.ts";

const root = join(import.meta.dirname, "../..");
const outDir = join(import.meta.dirname, "../dist");

function main(): void {
  const { values } = parseArgs({ options: { stack: { type: "string" } } });
  const wanted = values.stack ?? process.env["ENVIRONMENT"];
  const environments = wanted === undefined || wanted === "" ? ENVIRONMENTS : [parseEnvironmentName(wanted)];

  const started = performance.now();
  const routeDocuments = loadRouteDocuments(join(root, "schemas/routes"));
  const plans = synthesize({
    outDir,
    configs: environments.map(loadConfig),
    artifactsFor: (folder) => builtArtifacts({ root, stackFolder: folder }),
    routeDocuments,
    compiledRoutes: () => JSON.stringify(createRouteArtifact(routeDocuments)),
    contractViews: renderWarehouseViews(loadRegistry(join(root, "schemas"))),
    lookupsOf: lookupsOf(root),
    unmeasuredRoutes: readUnmeasuredRoutes(root),
  });
  for (const plan of plans) placeProviderLock(join(import.meta.dirname, "../providers.lock.hcl"), dirname(plan));
  const elapsedMs = Math.round(performance.now() - started);
  for (const plan of plans) console.log(relative(process.cwd(), plan));
  console.log(`${plans.length} stack(s) in ${elapsedMs} ms`);
}

try {
  main();
} catch (error) {
  const isExpected = [InfraError, RegistryError, RoutesError].some((kind) => error instanceof kind);
  if (!isExpected || !(error instanceof Error)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
