import { Alarm, type MetricStore } from "@millrace/aws-simulator";
import type { ObjectivesFigures } from "@millrace/pipeline-source";
import type { Objectives, ObjectiveSettings } from "@millrace/topology";

const MINUTE_MS = 60_000;
const hourMs = 60 * MINUTE_MS;
const dayMs = 24 * hourMs;

/** One promise: which of its periods were bad. */
class WatchedObjective {
  readonly settings: ObjectiveSettings;
  readonly #indicator: Alarm;
  readonly #periods: boolean[] = [];

  constructor(settings: ObjectiveSettings) {
    this.settings = settings;
    this.#indicator = new Alarm(settings.indicator);
  }

  get lookBackMs(): number {
    return this.#indicator.lookBackMs;
  }

  /** Notes the period that is over at the time. */
  note(store: MetricStore, nowMs: number, mostPeriods: number): void {
    this.#periods.push(this.#indicator.evaluate(store, nowMs) === "ALARM");
    if (this.#periods.length > mostPeriods) this.#periods.shift();
  }

  get periods(): number {
    return this.#periods.length;
  }

  get isBad(): boolean | undefined {
    return this.#periods.at(-1);
  }

  badOfLast(count: number): number {
    return count === 0 ? 0 : this.#periods.slice(-count).filter(Boolean).length;
  }
}

/**
 * Counts the bad periods of every promise of the stack, over the metrics of an {@link AlarmWatch}. A definition that is
 * taken over keeps the counts of promises that it has too.
 */
export class ObjectiveWatch {
  readonly #store: MetricStore;
  #stated: Omit<Objectives, "all"> | undefined;
  #objectives = new Map<string, WatchedObjective>();
  #periodMs = 5 * MINUTE_MS;
  /** The first whole period begins here. */
  #nextMs: number;

  constructor(objectives: Objectives | undefined, store: MetricStore, nowMs: number) {
    this.#store = store;
    this.follow(objectives);
    this.#nextMs = Math.ceil(nowMs / this.#periodMs) * this.#periodMs;
  }

  follow(objectives: Objectives | undefined): void {
    this.#stated = objectives;
    this.#periodMs = (objectives?.all[0]?.indicator.periodSeconds ?? 300) * 1_000;
    this.#objectives = new Map(
      (objectives?.all ?? []).map((settings) => [
        settings.id,
        this.#objectives.get(settings.id) ?? new WatchedObjective(settings),
      ]),
    );
  }

  /** How long the store has to keep values. */
  get lookBackMs(): number {
    return Math.max(0, ...[...this.#objectives.values()].map(({ lookBackMs }) => lookBackMs));
  }

  /** Notes the periods that are over; call it once a minute. */
  look(nowMs: number): void {
    while (this.#nextMs + this.#periodMs <= nowMs) {
      this.#nextMs += this.#periodMs;
      for (const objective of this.#objectives.values()) objective.note(this.#store, this.#nextMs, this.#windowPeriods);
    }
  }

  get #windowPeriods(): number {
    return ((this.#stated?.windowDays ?? 0) * dayMs) / this.#periodMs;
  }

  /** @param isFiring tells of an alarm by its name */
  figures(isFiring: (alarm: string) => boolean): ObjectivesFigures | undefined {
    if (this.#stated === undefined) return undefined;
    const { goal, windowDays } = this.#stated;
    const allowed = (100 - goal) / 100;
    const burnOf = (objective: WatchedObjective, ms: number): number => {
      const periods = ms / this.#periodMs;
      return objective.badOfLast(periods) / (periods * allowed);
    };
    return {
      goal,
      windowDays,
      periodMinutes: this.#periodMs / MINUTE_MS,
      objectives: [...this.#objectives.values()].map((objective) => ({
        id: objective.settings.id,
        title: objective.settings.title,
        runbook: objective.settings.runbook,
        periods: objective.periods,
        badPeriods: objective.badOfLast(objective.periods),
        budget: this.#windowPeriods * allowed,
        burn: { hour: burnOf(objective, hourMs), sixHours: burnOf(objective, 6 * hourMs) },
        isBad: objective.isBad,
        firing: objective.settings.alarms.filter(isFiring),
      })),
    };
  }
}
