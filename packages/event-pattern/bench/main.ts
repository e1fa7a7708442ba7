import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { type CompiledPatterns, compilePattern, compilePatterns, loadPatterns, parseEventText } from "../src/index.ts";
import { createEvents } from "./events.ts";
import { measure, type Speed } from "./measure.ts";
import { measurePeer } from "./peer.ts";
import { createBroadRoutes, createEqualRoutes } from "./routes.ts";
import { measureWorstCases } from "./worst-cases.ts";

/**
 * Events per second, JSON text in, for sets of growing size; the naive loop asks each pattern in turn.
 * `pnpm bench`, `pnpm bench --json`, `--round-ms 200` for a short run; `--peer <folder>` also measures the matcher of
 * `serverless-offline-aws-eventbridge` that is installed there.
 */
const { values: options } = parseArgs({
  options: {
    json: { type: "boolean" },
    "round-ms": { type: "string" },
    sizes: { type: "string" },
    peer: { type: "string" },
  },
});
const roundMs = Number(options["round-ms"] ?? 1_000);
const sizes = (options.sizes ?? "10,100,1000,10000").split(",").map(Number);

/**
 * Events a second that aws/event-ruler 2.0.1 in Java did on a machine like this one: one core, JSON text in, mixed
 * operators, 770-byte events.
 */
const EVENT_RULER: Readonly<Record<number, number>> = { 10: 103_000, 100: 84_000, 1_000: 21_700, 10_000: 1_800 };

const events = createEvents(5_000);
const bytes = Math.round(events.reduce((sum, event) => sum + Buffer.byteLength(event), 0) / events.length);
const parseOnly = measure(events, (event) => JSON.parse(event) as unknown, roundMs);

interface Row {
  readonly routes: number;
  readonly matchesPerEvent: number;
  readonly compileMs: number;
  readonly loadMs: number;
  readonly compiledBytes: number;
  readonly text: Speed;
  readonly parsed: Speed;
  readonly naiveLoop: Speed;
  readonly eventRulerJava: number | undefined;
}

function timed<T>(work: () => T): { result: T; ms: number } {
  const started = performance.now();
  const result = work();
  return { result, ms: Math.round((performance.now() - started) * 10) / 10 };
}

const rows = sizes.map((routes): Row => {
  const named = createEqualRoutes(routes, events);
  const compiled = timed(() => JSON.stringify(compilePatterns(named)));
  const loaded = timed(() => loadPatterns(JSON.parse(compiled.result) as CompiledPatterns));
  const set = loaded.result;
  const matches = events.reduce((sum, event) => sum + set.matchText(event).length, 0);
  const naive = Object.entries(named).map(([name, pattern]) => [name, compilePattern(pattern)] as const);
  return {
    routes,
    matchesPerEvent: Math.round((matches / events.length) * 1_000) / 1_000,
    compileMs: compiled.ms,
    loadMs: loaded.ms,
    compiledBytes: compiled.result.length,
    text: measure(events, (event) => set.matchText(event), roundMs),
    parsed: measure(
      events.map((event) => parseEventText(event) as object),
      (event) => set.match(event),
      roundMs,
    ),
    naiveLoop: measure(
      events.slice(0, routes > 1_000 ? 100 : 1_000),
      (event) => {
        const value = parseEventText(event) as object;
        return naive.filter(([, matchesPattern]) => matchesPattern(value)).map(([name]) => name);
      },
      roundMs,
      2,
    ),
    eventRulerJava: EVENT_RULER[routes],
  };
});

/** Many matches an event. The cost of each one is printed too, because the answer itself grows. */
const broad = sizes
  .filter((size) => size <= 1_000)
  .map((routes) => {
    const set = compilePatterns(createBroadRoutes(routes));
    const matches = events.reduce((sum, event) => sum + set.matchText(event).length, 0) / events.length;
    const speed = measure(events, (event) => set.matchText(event), roundMs);
    const nsPerMatch = Math.round(1e9 / speed.eventsPerCpuSecond / matches);
    return {
      routes,
      "matches/event": Math.round(matches * 10) / 10,
      "JSON text in": speed.eventsPerCpuSecond,
      nsPerMatch,
    };
  });

const smallest = rows[0]?.text.eventsPerCpuSecond ?? 1;
const report = {
  machine: { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length },
  eventBytes: bytes,
  parseOnly,
  rows: rows.map((row) => ({ ...row, ofSmallest: Math.round((row.text.eventsPerCpuSecond / smallest) * 100) / 100 })),
  broad,
  worstCases: measureWorstCases(),
  peer:
    options.peer === undefined
      ? []
      : measurePeer(
          options.peer,
          sizes.filter((size) => size <= 1_000),
          events,
          roundMs,
        ),
};

if (options.json) console.log(JSON.stringify(report, null, 2));
else {
  console.log(`${report.machine.node}, ${report.machine.cpu}, events of ${bytes} bytes; events/s of one core`);
  console.log(`JSON.parse alone ${parseOnly.eventsPerCpuSecond}`);
  console.table(
    report.rows.map(({ routes, text, ofSmallest, parsed, naiveLoop, eventRulerJava, loadMs, matchesPerEvent }) => ({
      routes,
      "JSON text in": text.eventsPerCpuSecond,
      "of smallest": ofSmallest,
      "parsed event in": parsed.eventsPerCpuSecond,
      "naive loop": naiveLoop.eventsPerCpuSecond,
      "event-ruler (Java)": eventRulerJava,
      "load ms": loadMs,
      "matches/event": matchesPerEvent,
    })),
  );
  console.log("many matches an event");
  console.table(report.broad);
  if (report.peer.length > 0) {
    console.log("serverless-offline-aws-eventbridge, the seven operators that it knows");
    console.table(
      report.peer.map(({ routes, ours, peer, matches }) => ({
        routes,
        ours: ours.eventsPerCpuSecond,
        peer: peer.eventsPerCpuSecond,
        "same matches": matches,
      })),
    );
  }
  for (const { name, sizes: measured } of report.worstCases) {
    console.log(name);
    console.table(measured);
  }
}
