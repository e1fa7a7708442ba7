import { readRegistry } from "@millrace/event-contracts/registry";
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { checkRoutes } from "../check/check-routes.ts";
import { createRouteArtifact } from "../compile/create-route-artifact.ts";
import { readRouteDocuments } from "../document/load-route-documents.ts";
import { RouteDocumentsError, UsageError } from "../errors.ts";
import type { Command } from "./command.ts";
import { folders } from "./folders.ts";

export const compile: Command = {
  usage: "compile --out file [--routes folder]",
  summary: "checks, and writes the routes with their tests for a router that reloads them while it runs",
  async run(args, output) {
    const { values } = parseArgs({ args: [...args], options: { out: { type: "string" }, routes: { type: "string" } } });
    if (values.out === undefined) throw new UsageError(`Usage: ${compile.usage}`);
    const folder = readRouteDocuments(values.routes ?? folders.routes);
    const errors = checkRoutes(folder, readRegistry(folders.schemas).registry).filter(
      ({ severity }) => severity === "error",
    );
    if (errors.length > 0) throw new RouteDocumentsError(errors);
    const artifact = createRouteArtifact(folder.documents.map(({ document }) => document));
    writeFileSync(values.out, JSON.stringify(artifact));
    output.out(`${values.out}: ${artifact.compiled.routes.length} routes, version ${artifact.compiled.version}`);
    return 0;
  },
};
