import { type Command, type End, Option, type Output } from "@millrace/command-line";
import { loadRegistry } from "@millrace/contract-tools/registry";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
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
import { readEnvironmentPlaces } from "./environment-places.ts";
import { sharedOptions } from "./shared-options.ts";

const QUESTIONS = {
  application: "Which application wants the events? (lower case, hyphens) ",
  owner: "Which team answers for it? ",
  type: "Which event types, separated by commas? ",
} as const;

interface NewOptions {
  readonly application?: string | undefined;
  readonly owner?: string | undefined;
  readonly type?: string | undefined;
  readonly name?: string | undefined;
  readonly stream?: string | undefined;
  readonly queue?: string | undefined;
  readonly bus?: string | undefined;
  readonly description?: string | undefined;
  readonly includeInvalid?: true | undefined;
  readonly routes: string;
  readonly schemas: string;
}

/** Adds `routes new`. */
export function addNew(program: Command, end: End, output: Output): void {
  program
    .command("new")
    .summary("writes a document, or adds a route to one, that passes check")
    .description("Writes a document, or adds a route to one, that passes check. It asks for what is not given.")
    .option("--application <name>", "who wants the events")
    .option("--owner <team>", "who answers for it")
    .option("--type <types>", "event types, separated by commas")
    .option("--name <route>")
    .addOption(new Option("--stream <name>", "destination").conflicts(["queue", "bus"]))
    .addOption(new Option("--queue <name>", "destination").conflicts(["stream", "bus"]))
    .addOption(new Option("--bus <name>", "destination").conflicts(["stream", "queue"]))
    .option("--description <text>")
    .option("--include-invalid", "deliver invalid events too")
    .addOption(sharedOptions.routes)
    .addOption(sharedOptions.schemas)
    .action((options) => end(newDocument(options, output)));
}

async function newDocument(options: NewOptions, output: Output): Promise<number> {
  const folder = options.routes;
  const registry = loadRegistry(options.schemas);
  const application = options.application ?? (await ask("application"));
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
    owner: options.owner ?? existing?.owner ?? (await ask("owner")),
    types: (options.type ?? (await ask("type"))).split(",").map((type) => type.trim()),
    name: options.name,
    destination: destinationOf(options),
    description: options.description,
    includeInvalid: options.includeInvalid,
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
  output.out(`${file} passes. Next: narrow the pattern, name the tests after what they show, and run "routes check".`);
  return 0;
}

/** @throws RouteDocumentsError when the document that is there is wrong already */
function documentOf(text: string, file: string): RouteDocument {
  const { value, errors } = parseRouteDocument(text, file);
  if (value === undefined) throw new RouteDocumentsError(errors);
  // Parsed again: the first reading keeps digits in a form that is for comparisons.
  return JSON.parse(text) as RouteDocument;
}

/** The destination that the options name; undefined when none does. */
function destinationOf({ stream, queue, bus }: NewOptions): Destination | undefined {
  if (queue !== undefined) return { queue };
  if (bus !== undefined) return { bus };
  return stream === undefined ? undefined : { stream };
}

async function ask(question: keyof typeof QUESTIONS): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new UsageError(`--${question} is missing.\npnpm routes new --help lists the options.`);
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = (await terminal.question(QUESTIONS[question])).trim();
    if (answer === "") throw new UsageError(`--${question} is missing`);
    return answer;
  } finally {
    terminal.close();
  }
}
