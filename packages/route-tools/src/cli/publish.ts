import { openS3 } from "@millrace/stored-events";
import { readRegistry } from "@millrace/contract-tools/registry";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import type { Command, End, Output } from "@millrace/command-line";
import { checkRoutes } from "../check/check-routes.ts";
import { createRouteArtifact, readRouteDocuments, RouteDocumentsError } from "@millrace/routes";
import { LocationError, UsageError } from "../errors.ts";
import type { RouteArtifact } from "@millrace/routes/runtime";
import { readEnvironmentPlaces } from "./environment-places.ts";
import { sharedOptions } from "./shared-options.ts";
import { parseS3Url } from "./s3-url.ts";

interface PublishOptions {
  readonly to: string;
  readonly routes: string;
  readonly schemas: string;
}

/** Adds `routes publish`. */
export function addPublish(program: Command, end: End, output: Output): void {
  program
    .command("publish")
    .summary("checks, and puts the routes with their tests where a router that reloads them looks")
    .requiredOption("--to <place>", "file or s3://bucket/key")
    .addOption(sharedOptions.routes)
    .addOption(sharedOptions.schemas)
    .action((options) => end(publish(options, output)));
}

async function publish({ to, routes: routesFolder, schemas }: PublishOptions, output: Output): Promise<number> {
  const folder = readRouteDocuments(routesFolder, readEnvironmentPlaces());
  const { registry } = readRegistry(schemas);
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
}

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
