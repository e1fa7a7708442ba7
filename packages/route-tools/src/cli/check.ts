import { readRegistry } from "@millrace/contract-tools/registry";
import { parseArgs } from "node:util";
import { EventModel } from "../analysis/event-model.ts";
import { checkDelivered } from "../check/check-delivered.ts";
import { checkDroppedDestinations } from "../check/check-dropped-destinations.ts";
import { checkRoutes } from "../check/check-routes.ts";
import { formatFault, readRouteDocuments } from "@millrace/routes";
import { baseDocuments } from "./base-documents.ts";
import type { Command } from "./command.ts";
import { readEnvironmentPlaces } from "./environment-places.ts";
import { folders } from "./folders.ts";

export const check: Command = {
  usage: "check [folder] [--base git ref or folder] [--schemas folder] [--environments file] [--json] [--strict]",
  summary:
    "schema, destinations, inline tests, the contracts and, with --base, streams that a change forgets and consumers that it breaks; every fault at once",
  async run(args, output) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        base: { type: "string" },
        schemas: { type: "string" },
        environments: { type: "string" },
        json: { type: "boolean" },
        strict: { type: "boolean" },
      },
    });
    const started = performance.now();
    const path = positionals[0] ?? folders.routes;
    const folder = readRouteDocuments(path, readEnvironmentPlaces(values.environments));
    const { registry } = readRegistry(values.schemas ?? folders.schemas);
    const base = values.base === undefined ? undefined : baseDocuments(values.base);
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
    if (values.json) output.out(JSON.stringify(faults, null, 2));
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
    return errors > 0 || (values.strict === true && faults.length > 0) ? 1 : 0;
  },
};
