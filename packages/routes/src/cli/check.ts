import { readRegistry } from "@millrace/event-contracts/registry";
import { parseArgs } from "node:util";
import { checkRoutes } from "../check/check-routes.ts";
import { formatFault } from "../document/fault.ts";
import { readRouteDocuments } from "../document/load-route-documents.ts";
import type { Command } from "./command.ts";
import { folders } from "./folders.ts";

export const check: Command = {
  usage: "check [folder] [--schemas folder] [--json] [--strict]",
  summary: "schema, inline tests and the contracts; every fault at once",
  async run(args, output) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { schemas: { type: "string" }, json: { type: "boolean" }, strict: { type: "boolean" } },
    });
    const started = performance.now();
    const folder = readRouteDocuments(positionals[0] ?? folders.routes);
    const { registry } = readRegistry(values.schemas ?? folders.schemas);
    const faults = checkRoutes(folder, registry);
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
