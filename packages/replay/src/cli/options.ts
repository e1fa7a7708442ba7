import { readFileSync } from "node:fs";
import { createProgram, numberBetween, Option, parseProgram, together } from "@millrace/command-line";
import { ReplayUsageError } from "../errors.ts";
import { DEFAULT_SHARE } from "../limits.ts";
import { type Filter, FILTERS, type Selection, type Source, SOURCES } from "../selection.ts";

export interface ReplayOptions {
  readonly command: "replay" | "list" | "show";
  readonly id: string | undefined;
  readonly selection: Selection;
  readonly route: string | undefined;
  readonly into: "pipeline" | "revalidation" | { readonly destination: string };
  readonly mayBeWorse: boolean;
  readonly reason: string | undefined;
  readonly isDryRun: boolean;
  readonly rate: number | undefined;
  readonly share: number;
  readonly isAgain: boolean;
  readonly isJob: boolean;
  readonly isJson: boolean;
  readonly stage: string;
  readonly state: string | undefined;
  readonly keys: string | undefined;
}

/** @returns undefined when help is asked for: it is printed. @throws WrongUsageError, ReplayUsageError */
export function parseOptions(
  args: readonly string[],
  nowMs: number,
  print?: (text: string) => void,
): ReplayOptions | undefined {
  const program = defineProgram(print);
  const isRead = parseProgram(
    program,
    args.filter((arg) => arg !== "--"),
  );
  if (!isRead) return undefined;
  const values = program.opts();
  const [first, second] = program.processedArgs;
  const common = {
    stage: values.stage,
    state: values.state,
    keys: values.keys,
    isJson: values.json === true,
    isAgain: values.again === true,
    isJob: values.as === "job",
    isDryRun: values.dryRun === true || values.reason === undefined,
    reason: values.reason,
    mayBeWorse: values.acceptWorse === true,
    rate: values.rate,
    share: values.share / 100,
  };
  const nothing = { store: "raw", fromMs: 0, toMs: 0, filters: {} } as const;
  if (first === "list" || first === "show") {
    if (first === "show" && second === undefined) throw new ReplayUsageError("Expected pnpm replay show <id>.");
    return { ...common, command: first, id: second, selection: nothing, route: undefined, into: "pipeline" };
  }
  if (second !== undefined) {
    throw new ReplayUsageError(`Expected one source, got ${first} ${second}. pnpm replay --help lists them.`);
  }
  const selection = readSelection(first, values, nowMs);
  const into = readInto(values.into);
  const routes = values.route ?? [];
  if (typeof into === "object" && selection.store !== "undelivered" && routes.length > 1) {
    throw new ReplayUsageError("Expected --route once: run a replay for each, or leave it out for all of them.");
  }
  if (common.reason?.trim() === "")
    throw new ReplayUsageError("Expected --reason to say why; it goes into the audit record.");
  if (common.isJob && (selection.store !== "lake" || typeof into !== "object")) {
    throw new ReplayUsageError(
      "Expected --as job with the lake and --into destination:<name>: streams are short enough.",
    );
  }
  const isByRoute = typeof into === "object" && selection.store !== "undelivered";
  return { ...common, command: "replay", id: undefined, selection, route: isByRoute ? routes[0] : undefined, into };
}

const MIN_RATE = 0.1;
const MAX_RATE = 1e6;
const MIN_SHARE_PERCENT = 0.1;
const isoTimes = "2026-11-29T08:00:00Z, 2026-11-29 or 3h for three hours ago";

function defineProgram(print: ((text: string) => void) | undefined) {
  return createProgram("replay", print)
    .description(
      "Puts stored events through the pipeline again, as later revisions of themselves, or to one destination.\n" +
        "Without --reason it reads, counts and writes nothing.\n\n" +
        "pnpm replay list shows the replays of an environment, pnpm replay show <id> one of them.\n" +
        "Options of the selection may be given several times; * stands for any characters.",
    )
    .usage("<source> --from <time> --to <time> [options]")
    .argument(
      "<source>",
      "raw: events as ingest took them, for as long as the raw stream keeps them; lake: enriched events, masked, for " +
        "--into destination:<name>; dead-letters: batches that Lambda gave up on, to the stream they came from; " +
        "undelivered: enriched events that a destination did not take; bad-rows: rows that enrichment could not read, " +
        "opened with the privacy keys",
    )
    .argument("[id]", "of the replay to show")
    .optionsGroup("Range, by when the source took the events:")
    .option("--from <time>", `the first moment: ${isoTimes}`)
    .option(
      "--to <time>",
      "the first moment that is not wanted any more (default now: then a second run is another replay)",
    )
    .optionsGroup("Selection:")
    .option("--source <uri>", "source of the event", together)
    .option("--type <type>", "type of the event", together)
    .option("--id <id>", "id of the event", together)
    .option("--tenant <id>", "tenant of the event", together)
    .option(
      "--schema <id>",
      "$id or version of the contract that decided, as the lake has it; raw, dead-letters too",
      together,
    )
    .option("--status <status>", "valid, invalid or unknown, likewise", together)
    .option("--build <version>", "stamp of enrichment, likewise", together)
    .option("--contracts <hash>", "stamp of enrichment, likewise", together)
    .option("--routes-version <hash>", "stamp of the router", together)
    .option(
      "--route <application/name>",
      "undelivered: of its delivery; with --into destination: this route alone",
      together,
    )
    .option("--kind <kind>", "of a bad row", together)
    .option("--objects-from <file>", "of the lake only these objects, a key a line: the warehouse can name them")
    .optionsGroup("Target:")
    .option(
      "--into <target>",
      "pipeline: the raw stream, and from there every way; revalidation: the same, but only events that are valid by " +
        "the contracts of this checkout; destination:<name>: one destination, by the present routes, the backfill of a " +
        "new route",
      "pipeline",
    )
    .option("--accept-worse", "the copy is the later revision also when it is no longer valid")
    .optionsGroup("Run:")
    .option("--reason <text>", "do it, and write this into the audit record")
    .option("--dry-run", "count only, also with --reason")
    .option(
      "--rate <n>",
      "events a second (default: a share of what the stream has free)",
      numberBetween(MIN_RATE, MAX_RATE),
    )
    .option(
      "--share <percent>",
      "of what the stream has free",
      numberBetween(MIN_SHARE_PERCENT, 100),
      DEFAULT_SHARE * 100,
    )
    .addOption(
      new Option(
        "--as <form>",
        "job: lake into a destination by functions in the cloud, which go on when this machine is off",
      ).choices(["job"] as const),
    )
    .option("--again", "once more, though the same replay has finished")
    .option("--json", "the result as JSON")
    .optionsGroup("Place:")
    .option("--stage <name>", 'environment, with your own credentials; local: the running "pnpm start"', "local")
    .option("--state <folder>", "of the running pipeline (default .local)")
    .option(
      "--keys <file>",
      "privacy keys as JSON, retired ones too (default: the environment's secret, or PRIVACY_KEYS)",
    );
}

type Values = ReturnType<ReturnType<typeof defineProgram>["opts"]>;

/** Commander names values in camelCase. */
const filterValue = (values: Values, name: Filter): readonly string[] | undefined =>
  values[name === "routes-version" ? "routesVersion" : name];

function readSelection(store: string, values: Values, nowMs: number): Selection {
  const source = SOURCES.find((name) => name === store);
  if (source === undefined) {
    throw new ReplayUsageError(`There is no source "${store}". There are ${SOURCES.join(", ")}.`);
  }
  if (values.from === undefined) {
    throw new ReplayUsageError("Expected --from, such as --from 2026-11-29T08:00:00Z or --from 3h.");
  }
  const fromMs = timeOf("from", values.from, nowMs);
  const toMs = values.to === undefined ? nowMs : timeOf("to", values.to, nowMs);
  if (toMs <= fromMs) {
    throw new ReplayUsageError(
      `Expected --to to be later than --from, got ${new Date(fromMs).toISOString()} to ${new Date(toMs).toISOString()}.`,
    );
  }
  // Its own copies would come into the range while it runs.
  if (toMs > nowMs) throw new ReplayUsageError(`Expected --to to be in the past, got ${new Date(toMs).toISOString()}.`);
  const isOfTarget = (name: Filter): boolean =>
    name === "route" && source !== "undelivered" && values.into.startsWith("destination:");
  const filters = FILTERS.flatMap((name) => {
    const wanted = filterValue(values, name);
    return wanted === undefined || isOfTarget(name) ? [] : [[name, wanted] as const];
  });
  checkFilters(
    source,
    filters.map(([name]) => name),
  );
  for (const status of values.status ?? []) {
    if (!["valid", "invalid", "unknown"].includes(status)) {
      throw new ReplayUsageError(`Expected --status to be valid, invalid or unknown, got "${status}".`);
    }
  }
  const isUnset = values.into === "revalidation" && values.status === undefined && source !== "bad-rows";
  if (isUnset) filters.push(["status", ["invalid", "unknown"]]);
  const selection = { store: source, fromMs, toMs, filters: Object.fromEntries(filters) };
  const file = values.objectsFrom;
  if (file === undefined) return selection;
  if (source !== "lake") throw new ReplayUsageError("Expected --objects-from with the lake: it names its objects.");
  return { ...selection, objects: readKeys(file) };
}

/** Sorted, each once: the same objects are the same replay. */
function readKeys(file: string): readonly string[] {
  try {
    return [...new Set(readFileSync(file, "utf8").split(/\r?\n/).filter(Boolean))].sort();
  } catch (cause) {
    throw new ReplayUsageError(`The keys of --objects-from cannot be read: ${(cause as Error).message}`, { cause });
  }
}

/** A selection that nothing can fit is a mistake. */
function checkFilters(source: Source, names: readonly Filter[]): void {
  const wrong = names.find(
    (name) =>
      (name === "kind" && source !== "bad-rows") ||
      (name === "route" && source !== "undelivered") ||
      (["status", "contracts"].includes(name) && source === "bad-rows") ||
      (name === "routes-version" && source !== "undelivered"),
  );
  if (wrong !== undefined)
    throw new ReplayUsageError(`Events of ${source} have nothing that --${wrong} could choose by.`);
}

function readInto(into: string): ReplayOptions["into"] {
  if (into === "pipeline" || into === "revalidation") return into;
  const [, destination] = /^destination:(.+)$/.exec(into) ?? [];
  if (destination !== undefined) return { destination };
  throw new ReplayUsageError(`Expected --into pipeline, revalidation or destination:<name>, got "${into}".`);
}

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

function timeOf(name: string, value: string, nowMs: number): number {
  const [, amount, unit = ""] = /^(\d+)([mhd])$/.exec(value) ?? [];
  if (amount !== undefined) return nowMs - Number(amount) * (units[unit] ?? 0);
  const isTime = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?Z)?$/.test(value);
  const ms = isTime ? Date.parse(value) : Number.NaN;
  if (!Number.isNaN(ms)) return ms;
  throw new ReplayUsageError(
    `Expected --${name} to be a time in UTC, such as 2026-11-29T08:00:00Z, 2026-11-29 or 3h, got "${value}".`,
  );
}
