import { Alarm, type MetricStore } from "@millrace/aws-simulator";
import type { AlarmFigures, ObjectivesFigures } from "@millrace/pipeline-source";
import { PipelineMetrics, type PipelineMetricsOptions } from "@millrace/topology";
import { ObjectiveWatch } from "./objective-watch.ts";

const MINUTE_MS = 60_000;

export interface AlarmWatchOptions extends Omit<PipelineMetricsOptions, "store"> {
  /** Told when an alarm begins to fire, and when it is over. */
  readonly onChange: (message: string) => void;
}

/**
 * Evaluates the alarms and the promises of the stack once a minute. It reads the metrics that AWS and the functions
 * would write.
 */
export class AlarmWatch {
  #alarms: readonly Alarm[];
  readonly #metrics: PipelineMetrics;
  readonly #objectives: ObjectiveWatch;
  readonly #store: MetricStore;
  readonly #onChange: AlarmWatchOptions["onChange"];
  readonly #startedMs = Date.now();
  readonly #timer: NodeJS.Timeout;
  /** By name: another definition may have the same alarms. */
  readonly #firing = new Set<string>();
  /** When the state of an alarm began, by its name. */
  readonly #since = new Map<string, number>();
  #severities: ReadonlyMap<string, AlarmFigures["severity"]> = new Map();

  constructor({ onChange, ...options }: AlarmWatchOptions, store: MetricStore) {
    this.#store = store;
    this.#objectives = new ObjectiveWatch(options.topology.objectives, store, this.#startedMs);
    this.#alarms = this.#alarmsOf(options.topology);
    this.#metrics = new PipelineMetrics({ ...options, store });
    this.#onChange = onChange;
    this.#timer = setInterval(() => this.look(Date.now()), MINUTE_MS).unref();
  }

  /** Goes on with the alarms of another definition. */
  follow(topology: PipelineMetricsOptions["topology"]): void {
    this.#objectives.follow(topology.objectives);
    this.#alarms = this.#alarmsOf(topology);
    this.#metrics.follow(topology);
  }

  /** The store keeps what they look back at, and no more. */
  #alarmsOf({ alarms }: PipelineMetricsOptions["topology"]): readonly Alarm[] {
    const all = alarms.map((settings) => new Alarm(settings));
    this.#severities = new Map(alarms.map(({ alarmName, severity }) => [alarmName, severity]));
    const lookBacksMs = all.map(({ lookBackMs }) => lookBackMs);
    this.#store.keepFor(Math.max(MINUTE_MS, this.#objectives.lookBackMs, ...lookBacksMs));
    return all;
  }

  /** Samples the metrics of the last minute and tells of alarms that changed. */
  look(nowMs: number): void {
    this.#metrics.sample(nowMs);
    this.#objectives.look(nowMs);
    for (const alarm of this.#alarms) {
      const isFiring = alarm.evaluate(this.#store, nowMs, this.#startedMs) === "ALARM";
      const { alarmName, description } = alarm.options;
      if (isFiring === this.#firing.has(alarmName)) continue;
      if (isFiring) this.#firing.add(alarmName);
      else this.#firing.delete(alarmName);
      this.#since.set(alarmName, nowMs);
      this.#onChange(isFiring ? `alarm ${alarmName}: ${description}` : `alarm ${alarmName} is over.`);
    }
  }

  /** Every alarm, those that fire first. */
  statuses(): readonly AlarmFigures[] {
    return this.#alarms
      .map((alarm): AlarmFigures => {
        const { alarmName: name, description } = alarm.options;
        const state = this.#firing.has(name) ? "ALARM" : "OK";
        const severity = this.#severities.get(name) ?? "page";
        return { name, state, severity, description, sinceMs: this.#since.get(name) };
      })
      .sort((one, other) => one.state.localeCompare(other.state));
  }

  /** Every promise with the rest of its error budget; undefined where the stack states none. */
  objectives(): ObjectivesFigures | undefined {
    return this.#objectives.figures((alarm) => this.#firing.has(alarm));
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
