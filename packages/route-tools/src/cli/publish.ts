import { openS3 } from "@millrace/stored-events";
import { readRegistry } from "@millrace/contract-tools/registry";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { checkRoutes } from "../check/check-routes.ts";
import { createRouteArtifact, readRouteDocuments, RouteDocumentsError } from "@millrace/routes";
import { LocationError, UsageError } from "../errors.ts";
import type { RouteArtifact } from "@millrace/routes/runtime";
import type { Command } from "./command.ts";
import { readEnvironmentPlaces } from "./environment-places.ts";
import { folders } from "./folders.ts";
import { parseS3Url } from "./s3-url.ts";

export const publish: Command = {
  usage: "publish --to <file or s3://bucket/key> [--routes folder] [--schemas folder]",
  summary: "checks, and puts the routes with their tests where a router that reloads them looks",
  async run(args, output) {
    const { values } = parseArgs({
      args: [...args],
      options: { to: { type: "string" }, routes: { type: "string" }, schemas: { type: "string" } },
    });
    const { to } = values;
    if (to === undefined) throw new UsageError(`Usage: ${publish.usage}`);
    const folder = readRouteDocuments(values.routes ?? folders.routes, readEnvironmentPlaces());
    const { registry } = readRegistry(values.schemas ?? folders.schemas);
    const errors = checkRoutes(folder, registry).filter(({ severity }) => severity === "error");
    if (errors.length > 0) throw new RouteDocumentsError(errors);
    const artifact = createRouteArtifact(folder.documents.map(({ document }) => document));
    const before = await replace(to, artifact);
    const { routes, version } = artifact.compiled;
    output.out(
      `${to}: ${routes.length} routes, version ${version}${before === undefined ? "" : `, before ${before.compiled.version}`}`,
    );
    const added = before === undefined ? [] : destinationsOnlyIn(artifact, before);
    if (added.length > 0) {
      output.err(`Routers take this only where these destinations are deployed: ${added.join(", ")}`);
    }
    return 0;
  },
};

/** @returns what lay there before. */
async function replace(to: string, artifact: RouteArtifact): Promise<RouteArtifact | undefined> {
  const place = await openPlace(to);
  try {
    const before = await place.read();
    await place.write(JSON.stringify(artifact));
    return before === undefined ? undefined : (JSON.parse(before) as RouteArtifact);
  } catch (error) {
    throw LocationError.from(to, error);
  } finally {
    place.close();
  }
}

function destinationsOnlyIn({ compiled }: RouteArtifact, other: RouteArtifact): string[] {
  const known = new Set(other.compiled.destinations.map(({ name }) => name));
  return compiled.destinations.map(({ name }) => name).filter((name) => !known.has(name));
}

interface Place {
  /** The artifact that lies there now, if there is one. */
  read(): Promise<string | undefined>;
  write(text: string): Promise<void>;
  close(): void;
}

async function openPlace(to: string): Promise<Place> {
  if (!to.startsWith("s3://")) {
    return {
      read: async () => (existsSync(to) ? readFile(to, "utf8") : undefined),
      write: (text) => writeFile(to, text),
      close: () => undefined,
    };
  }
  const { bucket, key } = parseS3Url(to);
  if (key === "") throw new UsageError(`Expected s3://bucket/key, got ${to}`);
  const s3 = await openS3();
  return {
    read: () => s3.getText(bucket, key),
    write: (text) => s3.put(bucket, key, text),
    close: () => s3.close(),
  };
}
