import type { TroubleOutcome } from "./run-troubles.ts";

/** Alarms that no trouble raises, each with the reason; without the environment, destinations as `*`. */
const untried: Readonly<Record<string, string>> = {
  "firewall-blocked": "The simulator has no web firewall: tests of infra hold its metric and expression.",
  "raw-near-limit": "Made as that of a destination, for more shards: to fill eight takes 6 GB of records.",
  "enriched-near-limit": "Made as that of a destination, for more shards: to fill sixteen takes 12 GB of records.",
  "bad-rows-near-limit": "Made as that of a destination.",
  "enrichment-metrics-refused": "AWS alone decides which lines it refuses: tests of infra hold its metric.",
  "router-metrics-refused": "Made as that of enrichment.",
};

/** How the alarms of a stack are covered by the troubles that were tried. */
export interface Coverage {
  /** Alarms that a trouble raised, or one of the same kind at another destination. */
  readonly tried: readonly string[];
  readonly untried: readonly { readonly alarm: string; readonly reason: string }[];
  /** Alarms that are neither tried nor excused, and reasons for an alarm that was tried or is not there. */
  readonly faults: readonly string[];
}

/**
 * Holds every alarm of a stack against the troubles that were tried. Destinations of one kind have the same alarms, so
 * that one of them stands for all.
 * @param destinations their names
 */
export function coverageOf(
  alarms: readonly string[],
  outcomes: readonly TroubleOutcome[],
  destinations: readonly string[],
): Coverage {
  // The longest name first: one may begin with another.
  const names = destinations.toSorted((one, other) => other.length - one.length);
  const kindOf = (alarm: string): string => {
    const name = names.find((each) => alarm.includes(`destination-${each}-`) || alarm.includes(`-at-${each}-`));
    return name === undefined ? alarm : alarm.replace(name, "*");
  };
  const fired = new Set(outcomes.flatMap((outcome) => outcome.fired.map(({ alarm }) => kindOf(alarm))));
  const declared = new Set(alarms.map(kindOf));
  const reasonOf = (alarm: string): string | undefined => untried[kindOf(alarm)];
  return {
    tried: alarms.filter((alarm) => fired.has(kindOf(alarm))),
    untried: alarms.flatMap((alarm) => {
      const reason = fired.has(kindOf(alarm)) ? undefined : reasonOf(alarm);
      return reason === undefined ? [] : [{ alarm, reason }];
    }),
    faults: [
      ...[...declared]
        .filter((kind) => !fired.has(kind) && untried[kind] === undefined)
        .map((kind) => `No trouble raises ${kind}: add one to troubles.ts, or the reason to coverage.ts.`),
      ...Object.keys(untried)
        .filter((kind) => fired.has(kind) || !declared.has(kind))
        .map((kind) => `${kind} ${fired.has(kind) ? "is tried" : "is not there"}: take its reason out of coverage.ts.`),
    ],
  };
}
