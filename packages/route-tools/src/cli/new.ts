import { loadRegistry } from "@millrace/contract-tools/registry";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import { checkRoutes } from "../check/check-routes.ts";
import {
  type Destination,
  parseRouteDocument,
  readRouteDocuments,
  type RouteDocument,
  RouteDocumentsError,
  routeDocumentSchema,
} from "@millrace/routes";
import { UsageError } from "../errors.ts";
import { newRouteDocument, withRoute } from "../scaffold/new-document.ts";
import type { Command } from "./command.ts";
import { readEnvironmentPlaces } from "./environment-places.ts";
import { folders } from "./folders.ts";

const QUESTIONS = {
  application: "Which application wants the events? (lower case, hyphens) ",
  owner: "Which team answers for it? ",
  type: "Which event types, separated by commas? ",
} as const;

export const newCommand: Command = {
  usage:
    "new [--application name] [--owner team] [--type a.b[,c.d]] [--name route] [--stream, --queue or --bus name] [--description text] [--include-invalid] [--routes folder]",
  summary: "writes a document, or adds a route to one, that passes check; asks for what is not given",
  async run(args, output) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        application: { type: "string" },
        owner: { type: "string" },
        type: { type: "string" },
        name: { type: "string" },
        stream: { type: "string" },
        queue: { type: "string" },
        bus: { type: "string" },
        description: { type: "string" },
        "include-invalid": { type: "boolean" },
        routes: { type: "string" },
        schemas: { type: "string" },
      },
    });
    const folder = values.routes ?? folders.routes;
    const registry = loadRegistry(values.schemas ?? folders.schemas);
    const application = values.application ?? (await ask("application"));
    const { pattern, maxLength } = routeDocumentSchema.properties.application;
    if (!new RegExp(pattern).test(application) || application.length > maxLength) {
      throw new UsageError(
        `Expected --application to be a name such as "fraud-review", got ${JSON.stringify(application)}`,
      );
    }
    const file = join(folder, `${application}.json`);
    const before = existsSync(file) ? readFileSync(file, "utf8") : undefined;
    const existing = before === undefined ? undefined : documentOf(before, file);
    const answers = {
      application,
      owner: values.owner ?? existing?.owner ?? (await ask("owner")),
      types: (values.type ?? (await ask("type"))).split(",").map((type) => type.trim()),
      name: values.name,
      destination: destinationOf(values),
      description: values.description,
      includeInvalid: values["include-invalid"],
    };
    const document =
      existing === undefined ? newRouteDocument(answers, registry) : withRoute(existing, answers, registry);
    writeFileSync(file, `${JSON.stringify(document, null, 2)}\n`);
    const errors = checkRoutes(readRouteDocuments(folder, readEnvironmentPlaces()), registry).filter(
      (fault) => fault.severity === "error" && fault.file === file,
    );
    if (errors.length > 0) {
      // The folder stays as it was: no failing document is left behind.
      if (before !== undefined) writeFileSync(file, before);
      else rmSync(file);
      throw new RouteDocumentsError(errors);
    }
    output.out(
      `${file} passes. Next: narrow the pattern, name the tests after what they show, and run "routes check".`,
    );
    return 0;
  },
};

/** @throws RouteDocumentsError when the document that is there is wrong already */
function documentOf(text: string, file: string): RouteDocument {
  const { value, errors } = parseRouteDocument(text, file);
  if (value === undefined) throw new RouteDocumentsError(errors);
  // Parsed again: the first reading keeps digits in a form that is for comparisons.
  return JSON.parse(text) as RouteDocument;
}

/** The destination that the options name; undefined when none does. */
function destinationOf(values: {
  readonly stream?: string | undefined;
  readonly queue?: string | undefined;
  readonly bus?: string | undefined;
}): Destination | undefined {
  const { stream, queue, bus } = values;
  if ([stream, queue, bus].filter((name) => name !== undefined).length > 1) {
    throw new UsageError("Expected one of --stream, --queue and --bus.");
  }
  if (queue !== undefined) return { queue };
  if (bus !== undefined) return { bus };
  return stream === undefined ? undefined : { stream };
}

async function ask(question: keyof typeof QUESTIONS): Promise<string> {
  if (!process.stdin.isTTY) throw new UsageError(`--${question} is missing. Usage: ${newCommand.usage}`);
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = (await terminal.question(QUESTIONS[question])).trim();
    if (answer === "") throw new UsageError(`--${question} is missing`);
    return answer;
  } finally {
    terminal.close();
  }
}
