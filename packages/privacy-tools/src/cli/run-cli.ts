import { destinationKinds } from "@millrace/destinations/kinds";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { type Command, createProgram, type End, Option, runCommands, WRONG_USAGE_CODE } from "@millrace/command-line";
import { PrivacyKeysError } from "@millrace/privacy-keys";
import { copiesLeft, erasePerson, type Erasure, type EraseOptions } from "../erase/erase-person.ts";
import { giveUpDestination } from "../erase/gone.ts";
import { type ErasureDocument, erasedUntil, readErasures } from "../erase/ledger.ts";
import { PrivacyToolsError, UsageError } from "../errors.ts";
import { findPerson } from "../find.ts";
import { type Person, personOf, personOfPseudonyms } from "../person/person.ts";
import type { Environment } from "../place.ts";
import { accessReport, placeTable, renderReport } from "../report.ts";
import type { Terminal } from "./output.ts";
import { personOptions, type PersonValues, readIdentifiers } from "./person-options.ts";

/** An environment that is open until `close`. */
export interface OpenEnvironment {
  readonly environment: Environment;
  close(): Promise<void>;
}

/** Which environment to open. */
export interface OpenOptions {
  readonly stage: string;
  /** Folder of a local pipeline. */
  readonly state: string | undefined;
  /** Name of the secret with the privacy keys. */
  readonly keysSecret: string;
}

/** Everything that a command needs besides its arguments. */
export interface CliDeps {
  readonly terminal: Terminal;
  /** @throws PrivacyToolsError */
  open(options: OpenOptions): Promise<OpenEnvironment>;
  /** For drills: see `EraseOptions`. */
  readonly onObject?: EraseOptions["onObject"];
}

const OWNER_ONLY = 0o600;

/** Options of every command. */
interface CommonOptions {
  readonly stage: string;
  readonly state?: string | undefined;
  readonly keysSecret?: string | undefined;
  readonly objectsFrom?: string | undefined;
}

const commonOptions = {
  stage: new Option("--stage <stage>", "environment; local: the pipeline of --state, whether it runs or not").default(
    "local",
  ),
  state: new Option("--state <folder>", "of the pipeline on this machine (default .local)"),
  keysSecret: new Option(
    "--keys-secret <name>",
    "default millrace/<stage>/privacy-keys; PRIVACY_KEYS adds keys that are retired",
  ),
  objectsFrom: new Option(
    "--objects-from <file>",
    "look into these objects of the lake only, a key a line: the warehouse can name them",
  ),
};

/** Runs a command: 0 when all is well, 1 when the person is still somewhere, 2 when it was called wrongly. */
export async function runPrivacyCli(args: readonly string[], deps: CliDeps): Promise<number> {
  const { terminal } = deps;
  const program = createProgram("privacy", (text) => terminal.out(text)).description(
    "Finds a person in everything that the pipeline stores, and erases them.",
  );
  try {
    return await runCommands(program, args, terminal, (end) => {
      addFind(program, end, deps);
      addErase(program, end, deps);
      addSweep(program, end, deps);
      addGone(program, end, deps);
      addErasures(program, end, deps);
    });
  } catch (error) {
    if (!isExpected(error)) throw error;
    terminal.err(error.message);
    return WRONG_USAGE_CODE;
  }
}

function addFind(program: Command, end: End, deps: CliDeps): void {
  program
    .command("find")
    .description("Says where a person is; the report holds their data, for an access request.")
    .addOption(personOptions.subject)
    .addOption(personOptions.email)
    .addOption(personOptions.class)
    .addOption(personOptions.value)
    .option("--report <folder>", "write the report as Markdown and as JSON")
    .option("--json", "the places as JSON")
    .addOption(commonOptions.stage)
    .addOption(commonOptions.state)
    .addOption(commonOptions.keysSecret)
    .addOption(commonOptions.objectsFrom)
    .action((options) => end(find(options, deps)));
}

interface FindOptions extends CommonOptions, PersonValues {
  readonly report?: string | undefined;
  readonly json?: true | undefined;
}

async function find(values: FindOptions, deps: CliDeps): Promise<number> {
  const { terminal } = deps;
  const identifiers = await readIdentifiers(values, terminal);
  return inEnvironment(deps, values, async (environment) => {
    const person = personOf(identifiers, environment.keys);
    const subjects = identifiers.filter((one) => one.class === "subject").map(({ value }) => value);
    const findings = await findPerson(environment, person, { subjects, ...narrowed(values.objectsFrom) });
    const at = new Date(environment.now()).toISOString();
    const report = accessReport(findings, { stage: values.stage, at, pseudonyms: person.pseudonyms });
    if (values.json === true) terminal.out(JSON.stringify({ ...report, events: report.events.length }, undefined, 2));
    else {
      terminal.out(`${describeKeys(person)}\n${placeTable(findings.places)}\n${report.events.length} events.`);
      for (const line of describeElsewhere(environment)) terminal.out(line);
    }
    if (values.report !== undefined) {
      mkdirSync(values.report, { recursive: true });
      writeOwn(join(values.report, "report.md"), renderReport(report));
      writeOwn(join(values.report, "report.json"), `${JSON.stringify(report, undefined, 2)}\n`);
      terminal.err(`Wrote ${join(values.report, "report.md")} and report.json: they hold the person's data.`);
    }
    return 0;
  });
}

function addErase(program: Command, end: End, deps: CliDeps): void {
  program
    .command("erase")
    .description("Says what would be erased; with --yes it erases, and proves it by a search.")
    .addOption(personOptions.subject)
    .addOption(personOptions.email)
    .addOption(personOptions.class)
    .addOption(personOptions.value)
    .addOption(requestOptions.reason)
    .addOption(requestOptions.by)
    .addOption(requestOptions.yes)
    .addOption(commonOptions.stage)
    .addOption(commonOptions.state)
    .addOption(commonOptions.keysSecret)
    .addOption(commonOptions.objectsFrom)
    .action((options) => end(erase(options, deps)));
}

const requestOptions = {
  reason: new Option("--reason <text>", "why, for the audit record; it must not hold the value"),
  by: new Option("--by <name>", "who asks (default: the user of this machine)"),
  yes: new Option("--yes", "do it"),
};

interface RequestOptions extends CommonOptions {
  readonly reason?: string | undefined;
  readonly by?: string | undefined;
  readonly yes?: true | undefined;
}

async function erase(values: RequestOptions & PersonValues, deps: CliDeps): Promise<number> {
  const { terminal } = deps;
  const { reason, by = userInfo().username } = values;
  if (reason === undefined) {
    throw new UsageError("Say why, for the audit record: --reason 'request 4711'. It must not hold the value.");
  }
  const identifiers = await readIdentifiers(values, terminal);
  const noted = `${reason}\n${by}`.toLowerCase();
  if (identifiers.some(({ value }) => noted.includes(value.trim().toLowerCase()))) {
    throw new UsageError(
      "--reason or --by holds the value. The audit record is kept: name the request, not the person.",
    );
  }
  return inEnvironment(deps, values, async (environment) => {
    const person = personOf(identifiers, environment.keys);
    const subjects = identifiers.filter((one) => one.class === "subject").map(({ value }) => value);
    const options = { subjects, request: { by, reason }, onObject: deps.onObject, ...narrowed(values.objectsFrom) };
    if (values.yes !== true) {
      const findings = await findPerson(environment, person, options);
      terminal.out(`${describeKeys(person)}\n${placeTable(findings.places)}`);
      terminal.out(`Would erase ${copiesLeft(findings)} copies. Nothing was changed; --yes erases them.`);
      return 0;
    }
    const erasure = await erasePerson(environment, person, options);
    tell(erasure, terminal);
    for (const line of describeElsewhere(environment)) terminal.out(line);
    if (erasure.script !== undefined) {
      const file = `${erasure.document.id}.sql`;
      writeOwn(file, erasure.script);
      terminal.out(`Wrote ${file}: run it in the schema of the landing tables, then delete it: it names the person.`);
    }
    return erasure.document.state === "erased" ? 0 : 1;
  });
}

function addSweep(program: Command, end: End, deps: CliDeps): void {
  program
    .command("sweep")
    .summary("erases what came in since, of everybody who was erased")
    .description("Erases what came in since, of everybody who was erased. Run it once the streams have aged out.")
    .addOption(requestOptions.yes)
    .addOption(commonOptions.stage)
    .addOption(commonOptions.state)
    .addOption(commonOptions.keysSecret)
    .addOption(commonOptions.objectsFrom)
    .action((options) => end(sweep(options, deps)));
}

async function sweep(values: RequestOptions, deps: CliDeps): Promise<number> {
  const { terminal } = deps;
  return inEnvironment(deps, values, async (environment) => {
    let exitCode = 0;
    const { objects, place, keys } = environment;
    for (const document of await readErasures(objects, place.lakeBucket)) {
      const { id, pseudonyms } = document;
      const person = personOfPseudonyms(pseudonyms, keys, erasedUntil(document));
      const options = { subjects: [], request: undefined, ...narrowed(values.objectsFrom) };
      if (values.yes === true) {
        const erasure = await erasePerson(environment, person, options);
        tell(erasure, terminal);
        if (erasure.document.state !== "erased") exitCode = 1;
      } else {
        const copies = copiesLeft(await findPerson(environment, person, options));
        terminal.out(`${id}: ${copies} copies came in since.`);
      }
    }
    return exitCode;
  });
}

function addGone(program: Command, end: End, deps: CliDeps): void {
  program
    .command("gone")
    .summary("gives up the notices of erasures that wait for a destination")
    .description(
      "Says which erasures wait for a destination; with --yes it is tried once more, and then given up for good.",
    )
    .argument("<destination>", "a destination that is gone, deleted with its application")
    .addOption(requestOptions.reason)
    .addOption(requestOptions.by)
    .addOption(requestOptions.yes)
    .addOption(commonOptions.stage)
    .addOption(commonOptions.state)
    .addOption(commonOptions.keysSecret)
    .action((destination, options) => end(gone(destination, options, deps)));
}

async function gone(destination: string, values: RequestOptions, deps: CliDeps): Promise<number> {
  const { terminal } = deps;
  const { reason, by = userInfo().username } = values;
  if (reason === undefined)
    throw new UsageError("Say why it is gone, for the audit records: --reason 'team dissolved'.");
  return inEnvironment(deps, values, async (environment) => {
    const { objects, place } = environment;
    if (values.yes !== true) {
      for (const { id, openNotices } of await readErasures(objects, place.lakeBucket)) {
        const waiting = openNotices.filter((notice) => notice.destination === destination).length;
        if (waiting > 0) terminal.out(`${id}: ${waiting} notices wait for ${destination}.`);
      }
      terminal.out("Nothing was changed; --yes tries them once more, and gives up those that are not taken.");
      return 0;
    }
    const outcomes = await giveUpDestination(environment, destination, { by, reason });
    if (outcomes.length === 0) terminal.out(`No erasure waits for ${destination}. privacy erasures lists them.`);
    for (const { document, taken, givenUp } of outcomes) {
      terminal.out(`${document.id}: ${taken} notices taken after all, ${givenUp} given up; ${document.state}.`);
    }
    return outcomes.every(({ document }) => document.state === "erased") ? 0 : 1;
  });
}

function addErasures(program: Command, end: End, deps: CliDeps): void {
  program
    .command("erasures")
    .description("Lists the erasures of the environment.")
    .option("--json", "as JSON")
    .addOption(commonOptions.stage)
    .addOption(commonOptions.state)
    .addOption(commonOptions.keysSecret)
    .action((options) => end(listErasures(options, deps)));
}

async function listErasures(
  values: CommonOptions & { readonly json?: true | undefined },
  deps: CliDeps,
): Promise<number> {
  return inEnvironment(deps, values, async ({ objects, place }) => {
    const documents = await readErasures(objects, place.lakeBucket);
    if (values.json === true) deps.terminal.out(JSON.stringify(documents, undefined, 2));
    else for (const document of documents) deps.terminal.out(describe(document));
    return 0;
  });
}

async function inEnvironment(
  deps: CliDeps,
  { stage, state, keysSecret = `millrace/${stage}/privacy-keys` }: CommonOptions,
  work: (environment: Environment) => Promise<number>,
): Promise<number> {
  const open = await deps.open({ stage, state, keysSecret });
  try {
    return await work(open.environment);
  } finally {
    await open.close();
  }
}

function tell({ document, proof }: Erasure, terminal: Terminal): void {
  terminal.out(placeTable(proof.places));
  terminal.out(describe(document));
  for (const [destination, events] of Object.entries(document.told)) {
    terminal.out(`${destination} was told to forget ${events} events.`);
  }
  for (const { destination, source, id } of document.openNotices) {
    terminal.err(
      `${destination} did not take the notice of ${source} ${id}. Run the command again once it does; if it is gone for good, say so: privacy gone ${destination}.`,
    );
  }
  const last = Object.values(document.agesOut).sort().at(-1);
  if (last === undefined) return;
  terminal.out(
    `Streams cannot be rewritten: their last copy is gone by ${last}. An event that is still on its way lands within a ` +
      "quarter of an hour: run privacy sweep --yes after that, and once more after that date.",
  );
}

/** Describes destinations that cannot be searched without taking their content. */
function describeElsewhere({ destinations }: Environment): readonly string[] {
  return (destinations?.routes.destinations ?? []).flatMap(
    ({ kind, name }) => destinationKinds[kind].afterErasure?.(name) ?? [],
  );
}

/** One line of the audit record. */
function describe({ id, requests, state, objects, rows, pseudonyms, gone = [] }: ErasureDocument): string {
  const asked = requests.map(({ at, by, reason }) => `${at} by ${by} (${reason})`).join(", ");
  const copies = objects.reduce((sum, object) => sum + object.copies, 0);
  const deleted = Object.values(rows).reduce((sum, count) => sum + count, 0);
  const keyIds = [...new Set(pseudonyms.map(({ keyId }) => keyId))];
  return (
    `${id}: ${state}, asked for ${asked}; ${copies} copies in ${objects.length} objects, ` +
    `${deleted} rows; keys ${keyIds.join(", ")}` +
    gone
      .map(
        ({ destination, notices, by, reason }) =>
          `; ${notices} notices given up: ${destination} is gone, says ${by} (${reason})`,
      )
      .join("")
  );
}

function describeKeys({ pseudonyms, classes }: Person): string {
  const keyIds = [...new Set(pseudonyms.map(({ keyId }) => keyId))];
  return `Looked for ${[...classes].join(", ")} under the keys ${keyIds.join(", ")}.`;
}

/** Of the lake only the objects that a file names; every other place whole. */
function narrowed(file: string | undefined): { readonly wanted?: (key: string) => boolean } {
  if (file === undefined) return {};
  const keys = new Set(readFileSync(file, "utf8").split("\n").filter(Boolean));
  return { wanted: (key) => !key.startsWith("enriched/") || keys.has(key) };
}

function writeOwn(path: string, text: string): void {
  writeFileSync(path, text, { mode: OWNER_ONLY });
  // The mode holds for a new file only.
  chmodSync(path, OWNER_ONLY);
}

/** Faults of the caller: told in a line, without a stack. */
function isExpected(error: unknown): error is Error {
  if (error instanceof PrivacyToolsError || error instanceof PrivacyKeysError) return true;
  const { code } = error as { code?: unknown };
  const codes = ["ENOENT", "SECRET_READ_FAILED", "not-running", "already-running", "state-folder", "stack"];
  return typeof code === "string" && codes.includes(code);
}
