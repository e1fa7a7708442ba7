import type { EnvironmentConfig } from "../config/schema.ts";
import type { Metric } from "../constructs/metric.ts";
import * as metrics from "../constructs/metric.ts";
import { absence, type Expression, late, share, total } from "../constructs/metric-math.ts";
import type { Watched } from "../constructs/watched.ts";
import type { RouteDestination } from "../inputs/route-destinations.ts";

/** A promise of the pipeline: the share of good five-minute periods among those of {@link WINDOW_DAYS} days. */
export interface Objective {
  /** Lower case with underscores: part of the names of its alarms. */
  readonly id: string;
  /** The promise, as a sentence. */
  readonly title: string;
  readonly indicator: Metric | Expression;
  /** A period in which the indicator is above it is bad; one without a value is good. */
  readonly badAbove: number;
  /** Of the indicator. */
  readonly unit: string;
  /** Alarms on its burn. None where an alarm of its own tells of every single bad period. */
  readonly alarms: readonly Burn["name"][];
  /** Section of docs/runbooks.md. */
  readonly runbook: string;
  /** Advice for the person who is told of its burn. */
  readonly advice: string;
}

/** A rate at which an error budget is used up that is worth an alarm. */
export interface Burn {
  readonly name: "fast" | "slow";
  /** The budget lasts for the window divided by it. */
  readonly rate: number;
  /** Five-minute periods that are looked at. */
  readonly periods: number;
}

/** Four weeks: each has the same weekdays. */
export const WINDOW_DAYS = 28;
const PERIODS_PER_DAY = 86_400 / metrics.PERIOD_SECONDS;

/**
 * Two of the pairs of the SRE workbook, for what has to wake somebody (2 % of the budget in an hour) and what can wait
 * for the morning (5 % in six hours): https://sre.google/workbook/alerting-on-slos/
 */
export const BURNS: readonly Burn[] = [
  { name: "fast", rate: 14.4, periods: 12 },
  { name: "slow", rate: 6, periods: 72 },
];

/** Bad periods that the goal allows in the window. */
export const budgetOf = (goal: number): number => (WINDOW_DAYS * PERIODS_PER_DAY * (100 - goal)) / 100;

/** How many of the periods of a burn have to be bad. */
export const badPeriodsOf = ({ rate, periods }: Burn, goal: number): number =>
  Math.min(periods, Math.ceil((periods * rate * (100 - goal)) / 100));

/** Every promise of an environment, from the receipt of an event to the warehouse. */
export function objectivesOf(watched: Watched, { alarms, objectives }: EnvironmentConfig): readonly Objective[] {
  const { enrichment, router, destinations, foreign } = watched;
  const [enriched] = watched.deliveries;
  const both: readonly Burn["name"][] = ["fast", "slow"];
  const all = [...destinations.map(({ destination }) => destination), ...foreign].filter(
    ({ routes }) => routes.length > 0,
  );
  return [
    {
      id: "enriched_in_time",
      title: `99 % of events leave enrichment within ${alarms.eventAge} s of their receipt`,
      indicator: metrics.eventAge(enrichment),
      badAbove: alarms.eventAge * 1_000,
      unit: "ms, p99",
      alarms: both,
      runbook: "event-age",
      advice: "Events are late behind enrichment. Compare the iterator ages of both functions to see which hop waits.",
    },
    {
      id: "delivered_in_time",
      title: `99 % of events are in the destinations of their routes within ${alarms.eventAge} s of their receipt`,
      indicator: metrics.eventAge(router),
      badAbove: alarms.eventAge * 1_000,
      unit: "ms, p99",
      alarms: both,
      runbook: "event-age",
      advice: "Events reach the applications late. Compare the iterator ages of both functions to see which hop waits.",
    },
    {
      id: "queryable_in_time",
      title: `No event waits longer than ${alarms.freshness} s for the lake, from which the pipe loads it`,
      indicator: metrics.deliveryFreshness(enriched.delivery),
      badAbove: alarms.freshness,
      unit: "s, oldest",
      alarms: both,
      runbook: "freshness",
      advice: `Events wait too long for S3 and so for the warehouse. See /aws/kinesisfirehose/${enriched.delivery.name}.`,
    },
    {
      id: "complete",
      title: "No batch is given up: what was accepted is enriched or a bad row, and routed",
      indicator: total(
        watched.hops.flatMap(({ mapping }) => [metrics.deadLetters(mapping), metrics.droppedRecords(mapping)]),
        "batches given up",
      ),
      badAbove: 0,
      unit: "batches",
      // Each is told at once: …-dead-letters, …-dropped.
      alarms: [],
      runbook: "dead-letters",
      advice: "Batches were given up.",
    },
    {
      id: "once",
      title: `Of the events that the router reads, at most ${alarms.duplicates} % are copies`,
      indicator: share(metrics.duplicates(router), [metrics.eventsIn(router)], "% copies"),
      badAbove: alarms.duplicates,
      unit: "%",
      alarms: both,
      runbook: "duplicates",
      advice:
        "Many events reach the applications more than once. Look for functions that end while they write: errors, " +
        "time-outs, memory. The view DUPLICATES counts the copies in the lake.",
    },
    {
      id: "valid",
      title: `At most ${objectives.invalid} % of events break their contract`,
      indicator: share(metrics.eventsInvalid(enrichment), [metrics.eventsIn(enrichment)], "% invalid"),
      badAbove: objectives.invalid,
      unit: "%",
      // The share of all depends on who sends: sources have an objective of their own.
      alarms: [],
      runbook: "broken-sources",
      advice: "Many events break their contract. SOURCE_QUALITY names the sources, VALIDATION_ERRORS the paths.",
    },
    {
      id: "valid_by_source",
      title: `Of no source do more than ${objectives.invalid} % of events break their contract`,
      indicator: metrics.invalidPercentOfSource(enrichment),
      badAbove: objectives.invalid,
      unit: "%, worst source",
      // Its owner mends it by day. A source whose every event is invalid is told sooner: …-broken-sources.
      alarms: ["slow"],
      runbook: "broken-sources",
      advice: "Many events of one source break their contract. SOURCE_QUALITY names it, VALIDATION_ERRORS the paths.",
    },
    ...all.map(
      ({ name, owner }): Objective => ({
        id: `taken_by_${name}`,
        title: `The destination ${name} of ${owner} takes every event in time`,
        indicator: metrics.undelivered(router, name),
        badAbove: 0,
        unit: "events",
        // Each is told at once: …-undelivered.
        alarms: [],
        runbook: "undelivered",
        advice: "Events wait for a redrive.",
      }),
    ),
    ...canaryObjectives(watched, alarms.eventAge, all),
  ];
}

/**
 * An alarm reads ten metrics at most, one of which says that canaries come.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html
 */
const ROUTES_PER_ALARM = 9;

/** Longest answer of the event service to a canary that is good, in ms. */
const ANSWER_MS = 1_000;

/**
 * Objectives that canary events measure, also without other traffic. Each hop is compared with the one before it, which
 * has to be in time, so that a fault is told once.
 */
function canaryObjectives(
  { canaries, enrichment, router, loader }: Watched,
  eventAge: number,
  destinations: readonly RouteDestination[],
): readonly Objective[] {
  if (canaries === undefined) return [];
  const both: readonly Burn["name"][] = ["fast", "slow"];
  const { sender } = canaries;
  const common = { runbook: "canaries", unit: "1 is bad", badAbove: 0, alarms: both };
  const limitMs = eventAge * 1_000;
  return [
    {
      ...common,
      id: "canaries_accepted",
      title: "The event service takes every canary",
      indicator: metrics.canariesRefused(sender),
      unit: "refused",
      advice: "Senders are refused, or get no answer. The log of the canary function names the status.",
    },
    {
      ...common,
      id: "canaries_answered_in_time",
      title: `The event service answers each canary within ${ANSWER_MS} ms`,
      indicator: metrics.canaryAnswer(sender),
      badAbove: ANSWER_MS,
      unit: "ms, longest",
      advice: "Senders wait. Compare millrace_ingest_kinesis_request_duration_seconds: the rest is the service's own.",
    },
    {
      ...common,
      id: "canaries_enriched",
      title: `Canaries leave enrichment within ${eventAge} s of their receipt`,
      indicator: late(
        { passed: metrics.canariesAccepted(sender) },
        [metrics.canaryAge(enrichment)],
        limitMs,
        "not in time",
      ),
      advice: "Events that the event service takes do not leave enrichment. See its mapping, then its log.",
    },
    {
      ...common,
      id: "canaries_routed",
      title: `Canaries pass the router within ${eventAge} s of their receipt`,
      indicator: late({ age: metrics.canaryAge(enrichment) }, [metrics.canaryAge(router)], limitMs, "not in time"),
      advice: "Enriched events do not pass the router. See its mapping, then its log.",
    },
    ...destinations.flatMap(({ name, owner, routes }): readonly Objective[] => {
      const measured = routes.filter((route) => canaries.routes.includes(route));
      const parts = Array.from({ length: Math.ceil(measured.length / ROUTES_PER_ALARM) }, (_, part) =>
        measured.slice(part * ROUTES_PER_ALARM, (part + 1) * ROUTES_PER_ALARM),
      );
      return parts.map((part, index) => ({
        ...common,
        id: `canaries_at_${name}${index === 0 ? "" : `_${index + 1}`}`,
        title: `Canaries of each route to ${name} of ${owner} arrive within ${eventAge} s`,
        indicator: late(
          { age: metrics.canaryAge(router) },
          part.map((route) => metrics.routeCanaryAge(router, route)),
          limitMs,
          "not in time",
        ),
        advice:
          `Routes: ${part.join(", ")}. Either a pattern no longer matches its canary, or the destination does not take it: ` +
          "see the log of the router.",
      }));
    }),
    {
      ...common,
      id: "canaries_queryable",
      title: "While canaries are enriched, rows reach the warehouse",
      indicator: absence([metrics.canariesSeen(enrichment)], [metrics.loaderMessages(loader.loaded)], "no rows"),
      // The task of the loader may run twice in one period and not in the next; alarms of its own tell of its silence.
      alarms: ["slow"],
      advice: "Files or rows do not come. Compare …-no-file and …-no-rows.",
    },
  ];
}
