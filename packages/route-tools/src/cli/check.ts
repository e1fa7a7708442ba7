import { readRegistry } from "@millrace/contract-tools/registry";
import { Argument, type Command, type End, type Output } from "@millrace/command-line";
import { EventModel } from "../analysis/event-model.ts";
import { checkDelivered } from "../check/check-delivered.ts";
import { checkDroppedDestinations } from "../check/check-dropped-destinations.ts";
import { checkRoutes } from "../check/check-routes.ts";
import { formatFault, readRouteDocuments } from "@millrace/routes";
import { baseDocuments } from "./base-documents.ts";
import { readEnvironmentPlaces } from "./environment-places.ts";
import { folders } from "./folders.ts";
import { sharedOptions } from "./shared-options.ts";

interface CheckOptions {
  readonly base?: string | undefined;
  readonly schemas: string;
  readonly environments: string;
  readonly json?: true | undefined;
  readonly strict?: true | undefined;
}

/** Adds `routes check`. */
export function addCheck(program: Command, end: End, output: Output): void {
  program
    .command("check")
    .summary("tells every fault of the documents at once")
    .description(
      "Tells every fault of the documents at once: schema, destinations, inline tests, the contracts and, with " +
        "--base, streams that a change forgets and consumers that it breaks.",
    )
    .addArgument(new Argument("[folder]", "route documents").default(folders.routes, "schemas/routes"))
    .option("--base <ref>", "git ref or folder to compare with")
    .addOption(sharedOptions.schemas)
    .addOption(sharedOptions.environments)
    .option("--json", "print the faults as JSON")
    .option("--strict", "end with 1 on warnings too")
    .action((path, options) => end(check(path, options, output)));
}

function check(path: string, options: CheckOptions, output: Output): number {
  const started = performance.now();
  const folder = readRouteDocuments(path, readEnvironmentPlaces(options.environments));
  const { registry } = readRegistry(options.schemas);
  const base = options.base === undefined ? undefined : baseDocuments(options.base);
  const faults = [
    ...checkRoutes(folder, registry),
    ...(base === undefined
      ? []
      : [
          ...checkDroppedDestinations(base, folder, path),
          ...checkDelivered(base, folder, path, new EventModel(registry)),
        ]),
  ];
  const errors = faults.filter(({ severity }) => severity === "error").length;
  if (options.json === true) output.out(JSON.stringify(faults, null, 2));
  else {
    for (const fault of faults) output.out(formatFault(fault));
    const routes = folder.documents.reduce((sum, { document }) => sum + document.routes.length, 0);
    const tests = folder.documents.reduce(
      (sum, { document }) => sum + document.routes.reduce((n, route) => n + route.tests.length, 0),
      0,
    );
    const ms = Math.round(performance.now() - started);
    output.out(
      `${folder.documents.length} documents, ${routes} routes, ${tests} tests, ${registry.contracts.length} contracts: ${errors} errors, ${faults.length - errors} warnings (${ms} ms)`,
    );
  }
  return errors > 0 || (options.strict === true && faults.length > 0) ? 1 : 0;
}
