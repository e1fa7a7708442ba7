import { type Consumer, parseConsumer } from "./consumers/consumer-functions.ts";
import { UsageError } from "./errors.ts";
import { MAX_EVENTS_PER_REQUEST } from "./traffic/sample-mix.ts";

/** Options of `pnpm start`. */
export interface StartOptions {
  /** Events a second of sample traffic; 0 sends none. */
  readonly rate: number;
  /** Stop sending after this many events; undefined: go on until interrupted. */
  readonly events: number | undefined;
  /** Settle, reconcile and end once the events are sent. */
  readonly isExit: boolean;
  readonly reportPath: string | undefined;
  readonly seed: number;
  /** Port of the event service; undefined: the one its Deployment names. */
  readonly port: number | undefined;
  readonly stackPath: string | undefined;
  /** Folder of the run's state; undefined: `.local`. */
  readonly stateFolder: string | undefined;
  /** Delete the data of earlier runs, and begin with none. */
  /** Most events in a request of sample traffic. */
  readonly eventsPerRequest: number;
  readonly isFresh: boolean;
  /** Build what is not fresh before the start, and take over what changes while it runs. */
  readonly isFollowing: boolean;
  /** Bytes of records above which the oldest go that every consumer is done with. */
  readonly maxStreamBytes: number;
  /** Keep the dynamic tables of the warehouse load by load. */
  readonly isMaterializing: boolean;
  /** Canary events are sent every minute. */
  readonly hasCanaries: boolean;
  /** Ages of events that were sent in the first seconds are left out of the report. */
  readonly warmUpSeconds: number;
  /** How long the pipeline may stand still before what is missing counts as lost. */
  readonly settleSeconds: number;
  /** Between two reads of a shard by a mapping. */
  readonly pollIntervalMs: number;
  /** Functions of other teams that read streams of the pipeline. */
  readonly consumers: readonly Consumer[];
}

const DEFAULT_RATE = 20;
const DEFAULT_BURST_RATE = 500;
/**
 * Lambda polls a shard once a second, which alone makes the 99th percentile of two hops almost two seconds. A shard
 * answers five reads a second: four here, and one for its delivery stream.
 */
const DEFAULT_POLL_MS = 250;
const DEFAULT_KEPT_MIB = 1024;
const BYTES_PER_MIB = 1024 ** 2;
/** A shard answers no more reads than that. */
const LOWEST_POLL_MS = 200;

/** The options of a start that names none. */
const DEFAULTS = {
  keep: DEFAULT_KEPT_MIB,
  poll: DEFAULT_POLL_MS,
  seed: 1,
  eventsPerRequest: MAX_EVENTS_PER_REQUEST,
  settle: 30,
  canaries: true,
  warmUp: 0,
};

/** @returns undefined when help was asked for: it is printed. @throws WrongUsageError, UsageError */
export async function parseStartOptions(args: readonly string[]): Promise<StartOptions | undefined> {
  // `pnpm start` gives this one option. Nothing is loaded to read it.
  const isPlain = args.every((arg) => arg === "--follow");
  const given: GivenOptions | undefined = isPlain ? { ...DEFAULTS, follow: args.length > 0 } : await readOptions(args);
  if (given === undefined) return undefined;
  const { events } = given;
  const isExit = given.exit === true;
  if (isExit && events === undefined) throw new UsageError("--exit needs --events: say how many to send.");
  return {
    rate: given.rate ?? (events === undefined ? DEFAULT_RATE : DEFAULT_BURST_RATE),
    events,
    isExit,
    reportPath: given.report,
    seed: given.seed,
    eventsPerRequest: given.eventsPerRequest,
    port: given.port,
    stackPath: given.stack,
    stateFolder: given.state,
    isFresh: given.fresh === true,
    isFollowing: given.follow === true,
    maxStreamBytes: given.keep * BYTES_PER_MIB,
    isMaterializing: given.materialize === true,
    hasCanaries: !isExit && given.canaries,
    warmUpSeconds: given.warmUp,
    settleSeconds: given.settle,
    pollIntervalMs: given.poll,
    consumers: (given.consumer ?? []).map(parseConsumer),
  };
}

/** Options of the command line, as they were given. */
interface GivenOptions {
  readonly rate?: number | undefined;
  readonly events?: number | undefined;
  readonly exit?: true | undefined;
  readonly report?: string | undefined;
  readonly seed: number;
  readonly eventsPerRequest: number;
  readonly port?: number | undefined;
  readonly stack?: string | undefined;
  readonly state?: string | undefined;
  readonly fresh?: true | undefined;
  readonly keep: number;
  readonly materialize?: true | undefined;
  readonly canaries: boolean;
  readonly poll: number;
  readonly warmUp: number;
  readonly settle: number;
  readonly consumer?: readonly string[] | undefined;
  readonly follow?: boolean | undefined;
}

async function readOptions(args: readonly string[]): Promise<GivenOptions | undefined> {
  const { createProgram, parseProgram, together, wholeNumber } = await import("@millrace/command-line");
  const program = createProgram("start")
    .description("Builds everything and runs the pipeline on this machine, with sample traffic.")
    .option(
      "--rate <n>",
      `events a second of sample traffic; 0 for none (default ${DEFAULT_RATE}, or ${DEFAULT_BURST_RATE} with --events)`,
      wholeNumber(0),
    )
    .option("--events <n>", "send n events, then no more", wholeNumber(1))
    .option(
      "--exit",
      "with --events: wait until the pipeline has settled, print the reconciliation and end with 0, or 1 if anything " +
        "was lost or doubled",
    )
    .option("--report <file>", "write the reconciliation as JSON")
    .option("--seed <n>", "seed of the sample traffic", wholeNumber(0), DEFAULTS.seed)
    .option(
      "--events-per-request <n>",
      "most events in a request of sample traffic; 1 for senders that send one at a time",
      wholeNumber(1),
      DEFAULTS.eventsPerRequest,
    )
    .option(
      "--port <n>",
      "port of the event service, 0 for any free one (default: as in its Deployment)",
      wholeNumber(0, 65_535),
    )
    .option("--stack <file>", 'synthesized stack to run (default: what "pnpm synth" wrote for local)')
    .option(
      "--state <folder>",
      "where the run keeps its state: a new or empty folder, or one of an earlier run (default .local); warehouse and " +
        "tail take it as well",
    )
    .option(
      "--fresh",
      "begin anew: delete the streams, objects and the warehouse of earlier runs (default: go on where the last run " +
        "stopped)",
    )
    .option(
      "--keep <MiB>",
      "records on disk above which the oldest go that every consumer is done with",
      wholeNumber(1),
      DEFAULTS.keep,
    )
    .option(
      "--materialize",
      "keep the best copy of each event in a table: queries of a large warehouse take a hundredth of the time, loads " +
        "three times as much",
    )
    .option(
      "--no-canaries",
      "send no canary events: counts of streams are those of what you send (--exit sends none either)",
    )
    .option(
      "--poll <ms>",
      "between two reads of a shard by a function's mapping; Lambda itself: 1000",
      wholeNumber(LOWEST_POLL_MS),
      DEFAULTS.poll,
    )
    .option(
      "--warm-up <s>",
      "with --exit: leave the first s seconds out of the reported ages",
      wholeNumber(0),
      DEFAULTS.warmUp,
    )
    .option(
      "--settle <s>",
      "seconds without progress before what is missing counts as lost",
      wholeNumber(1),
      DEFAULTS.settle,
    )
    .option(
      "--consumer <stream=folder | stack>",
      'run the function in the folder (index.mjs with "handler") on the stream, or those of a stack (cdk.tf.json, or ' +
        "its folder) whose mappings read our streams; may be given several times; changed code is taken over",
      together,
    )
    .option(
      "--follow",
      'build what is not fresh, then take over changed schemas, routes and code while it runs; "pnpm start" has it',
    );
  const isRead = parseProgram(
    program,
    args.filter((arg) => arg !== "--"),
  );
  return isRead ? program.opts() : undefined;
}
