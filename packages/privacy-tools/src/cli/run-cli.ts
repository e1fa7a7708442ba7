import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
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
import { personOptions, personUsage, readIdentifiers } from "./person-options.ts";

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

const ownerOnly = 0o600;
/**
 * The longest that a queue keeps a message:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
 */
const queueDays = 14;
const usage = `Usage
  privacy find ${personUsage} [--report <folder>] [--json]
      says where a person is; the report holds their data, for an access request
  privacy erase ${personUsage} --reason <text> [--by <name>] [--yes]
      says what would be erased; with --yes it erases, and proves it by a search
  privacy sweep [--yes]
      erases what came in since, of everybody who was erased; run it once the streams have aged out
  privacy gone <destination> --reason <text> [--by <name>] [--yes]
      says which erasures wait for a destination; with --yes it is tried once more, and then given up for good
  privacy erasures [--json]
      lists the erasures of the environment

  --stage <stage>        default local: the pipeline of --state (default .local), whether it runs or not
  --keys-secret <name>   default millrace/<stage>/privacy-keys; PRIVACY_KEYS adds keys that are retired
  --objects-from <file>  look into these objects of the lake only, a key a line: the warehouse can name them
  A value of - is read from standard input.`;

const commonOptions = {
  stage: { type: "string", default: "local" },
  state: { type: "string" },
  "keys-secret": { type: "string" },
  "objects-from": { type: "string" },
} as const;

interface CommonValues {
  readonly stage: string;
  readonly state?: string | undefined;
  readonly "keys-secret"?: string | undefined;
}

type Command = (args: readonly string[], deps: CliDeps) => Promise<number>;

/** Runs a command: 0 when all is well, 1 when the person is still somewhere, 2 when it was called wrongly. */
export async function runPrivacyCli(args: readonly string[], deps: CliDeps): Promise<number> {
  const [name = "help", ...rest] = args;
  if (["help", "--help", "-h"].includes(name) || rest.includes("--help")) {
    deps.terminal.out(usage);
    return 0;
  }
  try {
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (command === undefined) throw new UsageError(`There is no command ${name}.\n${usage}`);
    return await command(rest, deps);
  } catch (error) {
    if (!isExpected(error)) throw error;
    deps.terminal.err(error.message);
    return 2;
  }
}

const find: Command = async (args, deps) => {
  const { terminal } = deps;
  const { values } = parseArgs({
    args: [...args],
    options: { ...commonOptions, ...personOptions, report: { type: "string" }, json: { type: "boolean" } },
  });
  const identifiers = await readIdentifiers(values, terminal);
  return inEnvironment(deps, values, async (environment) => {
    const person = personOf(identifiers, environment.keys);
    const subjects = identifiers.filter((one) => one.class === "subject").map(({ value }) => value);
    const findings = await findPerson(environment, person, { subjects, ...narrowed(values["objects-from"]) });
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
};

const erase: Command = async (args, deps) => {
  const { terminal } = deps;
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...commonOptions,
      ...personOptions,
      reason: { type: "string" },
      by: { type: "string" },
      yes: { type: "boolean" },
    },
  });
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
    const options = { subjects, request: { by, reason }, onObject: deps.onObject, ...narrowed(values["objects-from"]) };
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
};

const sweep: Command = async (args, deps) => {
  const { terminal } = deps;
  const { values } = parseArgs({ args: [...args], options: { ...commonOptions, yes: { type: "boolean" } } });
  return inEnvironment(deps, values, async (environment) => {
    let exitCode = 0;
    const { objects, place, keys } = environment;
    for (const document of await readErasures(objects, place.lakeBucket)) {
      const { id, pseudonyms } = document;
      const person = personOfPseudonyms(pseudonyms, keys, erasedUntil(document));
      const options = { subjects: [], request: undefined, ...narrowed(values["objects-from"]) };
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
};

const gone: Command = async (args, deps) => {
  const { terminal } = deps;
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { ...commonOptions, reason: { type: "string" }, by: { type: "string" }, yes: { type: "boolean" } },
  });
  const [destination, ...more] = positionals;
  const { reason, by = userInfo().username } = values;
  if (destination === undefined || more.length > 0) {
    throw new UsageError(
      "Name the destination that is gone: privacy gone <destination> --reason 'deleted with its application'.",
    );
  }
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
};

const erasures: Command = async (args, deps) => {
  const { values } = parseArgs({ args: [...args], options: { ...commonOptions, json: { type: "boolean" } } });
  return inEnvironment(deps, values, async ({ objects, place }) => {
    const documents = await readErasures(objects, place.lakeBucket);
    if (values.json === true) deps.terminal.out(JSON.stringify(documents, undefined, 2));
    else for (const document of documents) deps.terminal.out(describe(document));
    return 0;
  });
};

const commands: Readonly<Record<string, Command>> = { find, erase, sweep, gone, erasures };

async function inEnvironment(
  deps: CliDeps,
  { stage, state, "keys-secret": keysSecret = `millrace/${stage}/privacy-keys` }: CommonValues,
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
  return (destinations?.routes.destinations ?? []).flatMap(({ kind, name }) => {
    if (kind === "sqs") {
      return [
        `The queue ${name} was not looked into: what its consumer does not take expires within ${queueDays} days.`,
      ];
    }
    return kind === "eventbridge" ? [`The bus ${name} keeps nothing; archives and targets of its rules may.`] : [];
  });
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
  writeFileSync(path, text, { mode: ownerOnly });
  // The mode holds for a new file only.
  chmodSync(path, ownerOnly);
}

/** Faults of the caller: told in a line, without a stack. */
function isExpected(error: unknown): error is Error {
  if (error instanceof PrivacyToolsError || error instanceof PrivacyKeysError) return true;
  const { code } = error as { code?: unknown };
  const codes = ["ENOENT", "SECRET_READ_FAILED", "not-running", "already-running", "state-folder", "stack"];
  return typeof code === "string" && (code.startsWith("ERR_PARSE_ARGS") || codes.includes(code));
}
