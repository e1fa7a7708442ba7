import { parseArgs } from "node:util";
import { type ConsumerFunction, parseConsumer } from "./consumers/consumer-functions.ts";
import { UsageError } from "./errors.ts";

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
  readonly consumers: readonly ConsumerFunction[];
}

export const usage = `Usage: pnpm start [options]

  --rate <n>       events a second of sample traffic; 0 for none
                   (default 20, or 500 with --events)
  --events <n>     send n events, then no more
  --exit           with --events: wait until the pipeline has settled, print the
                   reconciliation and end with 0, or 1 if anything was lost or doubled
  --report <file>  write the reconciliation as JSON
  --seed <n>       seed of the sample traffic (default 1)
  --port <n>       port of the event service, 0 for any free one
                   (default: as in its Deployment)
  --stack <file>   synthesized stack to run (default: what "pnpm synth" wrote for local)
  --state <folder> where the run keeps its state: a new or empty folder, or one of an
                   earlier run (default .local); "warehouse" and "tail" take it as well
  --fresh          begin anew: delete the streams, objects and the warehouse of earlier
                   runs (default: go on where the last run stopped)
  --keep <MiB>     records on disk above which the oldest go that every consumer is
                   done with (default 1024)
  --materialize    keep the best copy of each event in a table: queries of a large
                   warehouse take a hundredth of the time, loads three times as much
  --no-canaries    send no canary events: counts of streams are those of what you send
                   (--exit sends none either)
  --poll <ms>      between two reads of a shard by a function's mapping
                   (default 250; Lambda itself: 1000)
  --warm-up <s>    with --exit: leave the first s seconds out of the reported ages (default 0)
  --settle <s>     seconds without progress before what is missing counts as lost (default 30)
  --consumer <stream>=<folder>
                   run the function in the folder (index.mjs with "handler") on the stream;
                   may be given several times; changed code is taken over
  --follow         build what is not fresh, then take over changed schemas, routes and code
                   while it runs; "pnpm start" has it
  --help`;

const defaultRate = 20;
const defaultBurstRate = 500;
/**
 * Lambda polls a shard once a second, which alone makes the 99th percentile of two hops almost two seconds. A shard
 * answers five reads a second: four here, and one for its delivery stream.
 */
const defaultPollMs = 250;
const defaultKeptMib = 1024;
const bytesPerMib = 1024 ** 2;
/** A shard answers no more reads than that. */
const lowestPollMs = 200;

function wholeNumber(name: string, text: string | undefined, lowest: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= lowest) return value;
  throw new UsageError(`Expected --${name} to be a whole number of at least ${lowest}, got "${text}".\n\n${usage}`);
}

/** @throws UsageError with the usage text. Returns undefined when help was asked for. */
export function parseStartOptions(args: readonly string[]): StartOptions | undefined {
  const { values } = readArgs(args);
  if (values.help === true) return undefined;
  const events = wholeNumber("events", values.events, 1);
  const isExit = values.exit === true;
  if (isExit && events === undefined) throw new UsageError(`--exit needs --events: say how many to send.\n\n${usage}`);
  return {
    rate: wholeNumber("rate", values.rate, 0) ?? (events === undefined ? defaultRate : defaultBurstRate),
    events,
    isExit,
    reportPath: values.report,
    seed: wholeNumber("seed", values.seed, 0) ?? 1,
    port: wholeNumber("port", values.port, 0),
    stackPath: values.stack,
    stateFolder: values.state,
    isFresh: values.fresh === true,
    isFollowing: values.follow === true,
    maxStreamBytes: (wholeNumber("keep", values.keep, 1) ?? defaultKeptMib) * bytesPerMib,
    isMaterializing: values.materialize === true,
    hasCanaries: !isExit && values["no-canaries"] !== true,
    warmUpSeconds: wholeNumber("warm-up", values["warm-up"], 0) ?? 0,
    settleSeconds: wholeNumber("settle", values.settle, 1) ?? 30,
    pollIntervalMs: wholeNumber("poll", values.poll, lowestPollMs) ?? defaultPollMs,
    consumers: (values.consumer ?? []).map(parseConsumer),
  };
}

function readArgs(args: readonly string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  try {
    return parseArgs({
      args: args.filter((arg) => arg !== "--"),
      options: {
        rate: text,
        events: text,
        exit: flag,
        report: text,
        seed: text,
        port: text,
        stack: text,
        state: text,
        fresh: flag,
        settle: text,
        "warm-up": text,
        follow: flag,
        poll: text,
        keep: text,
        materialize: flag,
        "no-canaries": flag,
        consumer: { type: "string", multiple: true },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (cause) {
    throw new UsageError(`${(cause as Error).message}\n\n${usage}`);
  }
}
