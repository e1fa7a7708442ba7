import { App } from "cdktf";
import type { EnvironmentConfig } from "./config/schema.ts";
import { environmentPlaces } from "./inputs/environment-places.ts";
import type { FunctionArtifacts } from "./inputs/function-artifact.ts";
import type { FindLookups } from "./inputs/lookup-objects.ts";
import { assertDestinations, routeDestinations, type RouteDocument } from "./inputs/route-destinations.ts";
import { describeRoutesFile, writeRoutesFile } from "./inputs/routes-file.ts";
import type { WarehouseView } from "./inputs/warehouse-views.ts";
import { MillraceStack } from "./stacks/millrace-stack.ts";

export interface SynthesizeOptions {
  /** Folder that gets `stacks/<environment>/cdk.tf.json`. */
  readonly outDir: string;
  readonly configs: readonly EnvironmentConfig[];
  /** Finds the zips, whose paths are relative to the stack's folder. */
  readonly artifactsFor: (stackFolder: string) => FunctionArtifacts;
  readonly routeDocuments: readonly RouteDocument[];
  /**
   * The same documents compiled with their tests, as `routes publish` writes them; asked for when an environment
   * reloads routes.
   */
  readonly compiledRoutes: () => string;
  /** Views over `EVENTS`, one for each contract. */
  readonly contractViews: readonly WarehouseView[];
  /** Default: there are none. */
  readonly lookupsOf?: FindLookups;
  /** Routes that no canary event matches, `<application>/<route>`. Default: none. */
  readonly unmeasuredRoutes?: readonly string[];
}

/**
 * Writes the stacks and returns the path of each plan. Equal inputs give equal bytes.
 * @throws RouteDestinationError when a destination is a stream of the pipeline, of somebody else, or none
 */
export function synthesize(options: SynthesizeOptions): readonly string[] {
  const { outDir, configs } = options;
  assertDestinations(options.routeDocuments, environmentPlaces(configs));
  const app = new App({ outdir: outDir });
  const reloading = configs.filter(({ routeReload }) => routeReload !== undefined);
  const compiledRoutes = reloading.length === 0 ? "" : options.compiledRoutes();
  const routesFile = describeRoutesFile(compiledRoutes);
  for (const config of configs) {
    const artifacts = options.artifactsFor(stackFolder(outDir, config.environment));
    const destinations = routeDestinations(options.routeDocuments, config.environment);
    const lookups = options.lookupsOf?.(config.environment) ?? { count: 0, objects: [] };
    const { contractViews, unmeasuredRoutes = [] } = options;
    new MillraceStack(app, {
      config,
      artifacts,
      destinations,
      routesFile,
      contractViews,
      lookups,
      unmeasuredRoutes,
    });
  }
  app.synth();
  for (const { environment } of reloading) writeRoutesFile(stackFolder(outDir, environment), compiledRoutes);
  return configs.map(({ environment }) => `${stackFolder(outDir, environment)}/cdk.tf.json`);
}

/** Folder of a stack, where Terraform runs. */
export const stackFolder = (outDir: string, environment: string): string => `${outDir}/stacks/${environment}`;
