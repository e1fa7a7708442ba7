import type { Mutant } from "./mutant.ts";

const run = "packages/replay/src/run/run-replay.ts";
const command = "packages/replay/src/cli/replay-command.ts";

/** Each lets a replay lose events, put them twice, or put others than were asked for. */
export const replayMutants: readonly Mutant[] = [
  {
    name: "replays-noted-before-put",
    seed: 14,
    defect: "A replay notes events in its ledger and puts them afterwards.",
    file: run,
    find: "await ledger.hold();",
    replace:
      "const noted = events.at(-1)?.place; if (noted !== undefined) this.#cursors.set(part, noted.position); await this.#save(part);",
  },
  {
    name: "puts-of-a-dead-run-repeated",
    seed: 14,
    defect: "A replay that goes on does not look for what the run before has put and not noted.",
    file: run,
    find: "alreadyPut.get(prepared.key)",
    replace: 'alreadyPut.get("")',
  },
  {
    name: "puts-of-a-dead-run-looked-for-too-late",
    seed: 14,
    defect: "A replay that goes on looks for what was put since then, and not since the ledger was written last.",
    file: "packages/replay/src/run/read-back.ts",
    find: "fromMs: uncertainSinceMs - CLOCK_SKEW_MS",
    replace: "fromMs: clock.now() - CLOCK_SKEW_MS / 60 - uncertainSinceMs * 0",
  },
  {
    name: "clocks-taken-for-equal",
    seed: 20_261_449,
    defect: "A replay that goes on looks for arrivals by its own clock, and Kinesis has another.",
    file: "packages/replay/src/run/read-back.ts",
    find: "fromMs: uncertainSinceMs - CLOCK_SKEW_MS",
    replace: "fromMs: uncertainSinceMs - CLOCK_SKEW_MS / 60",
  },
  {
    name: "time-of-each-run",
    seed: 10,
    defect: "A replay that goes on marks its events with another time than the run before.",
    file: command,
    find: "const target = await this.#target(plan.replayedAt, plan.mayBeWorse)",
    replace: "const target = await this.#target(now, plan.mayBeWorse)",
  },
  {
    name: "replays-unmarked",
    defect: "A replayed event has no later revision than the one before.",
    file: "packages/replay/src/targets/replayed-text.ts",
    find: '`"${name}":',
    replace: '`"${name.slice(0, "replayed".length)}":',
  },
  {
    name: "begun-parts-taken-for-done",
    seed: 14,
    defect: "A replay that goes on leaves out the shards that the run before had begun.",
    file: run,
    find: 'if (this.#cursors.get(part.id) === "end") return true;',
    replace: "if (this.#cursors.get(part.id) !== undefined) return true;",
  },
  {
    name: "overlap-not-refused",
    seed: 135,
    defect: "Two replays of one range put events to one target at the same time.",
    file: "packages/replay/src/ledger/active-replays.ts",
    find: "fromMs < each.toMs,",
    replace: "each.toMs < fromMs,",
  },
  {
    name: "range-without-its-first-moment",
    defect: "A selection by time leaves out the events of its first millisecond.",
    file: "packages/stored-events/src/streams/stream-store.ts",
    find: "atMs < range.fromMs ||",
    replace: "atMs <= range.fromMs ||",
  },
  {
    name: "range-with-its-end",
    defect: "A selection by time takes the millisecond in with which it ends.",
    file: "packages/stored-events/src/streams/stream-store.ts",
    find: "atMs >= range.toMs) continue;",
    replace: "atMs > range.toMs) continue;",
  },
  {
    name: "last-hour-not-listed",
    seed: 18,
    defect: "A selection by time does not list the folder of its last hour.",
    file: "packages/stored-events/src/objects/time-prefixes.ts",
    find: "at < end; ) {",
    replace: "at + HOUR_MS < end; ) {",
  },
  {
    name: "statuses-not-looked-up",
    seed: 10,
    defect: "Re-validation takes events in that were valid before.",
    file: "packages/replay/src/plan/enriched-index.ts",
    find: "fits(event) ? keyOf(event) : undefined",
    replace: "keyOf(event)",
  },
  {
    name: "verdicts-not-asked",
    seed: 10,
    defect: "Re-validation puts events that do not become valid.",
    file: "packages/replay/src/targets/pipeline-target.ts",
    find: 'becomesValid?.(content.text) === false ? "not-better" : raw;',
    replace: "raw;",
  },
];
