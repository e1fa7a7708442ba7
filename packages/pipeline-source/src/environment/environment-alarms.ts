import type { MetricAlarm } from "@aws-sdk/client-cloudwatch";
import type { AlarmSettings } from "@millrace/topology";
import type { AlarmFigures, Change } from "../figures.ts";
import { ALARMS_KEPT_MS, HISTORY_MINUTES, MINUTE_MS } from "./limits.ts";
import type { CloudWatch } from "./metric-reader.ts";

interface AlarmAnswers {
  readonly atMs: number;
  readonly deployed: readonly MetricAlarm[];
  readonly changes: readonly Change[];
}

/** The alarms of an environment as CloudWatch has them, and how they changed in the last hour. */
export class EnvironmentAlarms {
  readonly #cloudWatch: CloudWatch;
  readonly #prefix: string;
  readonly #settings: readonly AlarmSettings[];
  readonly #now: () => number;
  #answers: Promise<AlarmAnswers> | undefined;
  #answeredMs = Number.NEGATIVE_INFINITY;

  constructor(options: {
    readonly cloudWatch: CloudWatch;
    readonly prefix: string;
    readonly settings: readonly AlarmSettings[];
    readonly now: () => number;
  }) {
    this.#cloudWatch = options.cloudWatch;
    this.#prefix = options.prefix;
    this.#settings = options.settings;
    this.#now = options.now;
  }

  /** Those that fire first. */
  async figures(): Promise<readonly AlarmFigures[]> {
    const { deployed } = await this.#read();
    return deployed
      .map(({ AlarmName: name = "", AlarmDescription: description = "", StateValue, StateTransitionedTimestamp }) => {
        const severity = this.#settings.find(({ alarmName }) => alarmName === name)?.severity ?? "page";
        const state = StateValue === "OK" || StateValue === "ALARM" ? StateValue : "UNKNOWN";
        return { name, state, severity, description, sinceMs: StateTransitionedTimestamp?.getTime() } as const;
      })
      .sort((one, other) => one.state.localeCompare(other.state));
  }

  /** Alarms that began or ended, oldest first. */
  async changes(): Promise<readonly Change[]> {
    return (await this.#read()).changes;
  }

  /**
   * Identifiers of event source mappings by the names that the stack has for them. AWS makes them up; the alarms that
   * look at a mapping know it.
   */
  async mappingIds(): Promise<ReadonlyMap<string, string>> {
    const { deployed } = await this.#read();
    const ids = new Map<string, string>();
    for (const { alarmName, metrics } of this.#settings) {
      const name = Object.values(metrics)[0]?.dimensions[mappingDimension];
      const dimensions = deployed.find(({ AlarmName }) => AlarmName === alarmName)?.Dimensions;
      const id = dimensions?.find(({ Name }) => Name === mappingDimension)?.Value;
      if (name !== undefined && id !== undefined) ids.set(name, id);
    }
    return ids;
  }

  #read(): Promise<AlarmAnswers> {
    if (this.#answers !== undefined && this.#now() - this.#answeredMs < ALARMS_KEPT_MS) return this.#answers;
    this.#answeredMs = this.#now();
    const answers = this.#ask();
    this.#answers = answers;
    // The next one asks again.
    answers.catch(() => (this.#answers = undefined));
    return answers;
  }

  async #ask(): Promise<AlarmAnswers> {
    const { DescribeAlarmHistoryCommand, DescribeAlarmsCommand } = await import("@aws-sdk/client-cloudwatch");
    const nowMs = this.#now();
    const deployed: MetricAlarm[] = [];
    let next: string | undefined;
    do {
      const page = next === undefined ? {} : { NextToken: next };
      const answer = await this.#cloudWatch.send(
        new DescribeAlarmsCommand({ AlarmNamePrefix: this.#prefix, MaxRecords: 100, ...page }),
      );
      deployed.push(...(answer.MetricAlarms ?? []));
      next = answer.NextToken;
    } while (next !== undefined);
    const { AlarmHistoryItems = [] } = await this.#cloudWatch.send(
      new DescribeAlarmHistoryCommand({
        HistoryItemType: "StateUpdate",
        StartDate: new Date(nowMs - HISTORY_MINUTES * MINUTE_MS),
        EndDate: new Date(nowMs + MINUTE_MS),
        MaxRecords: 100,
      }),
    );
    const changes = AlarmHistoryItems.filter(({ AlarmName = "" }) => AlarmName.startsWith(this.#prefix))
      .reverse()
      .map(({ AlarmName = "", HistorySummary = "", Timestamp }, index) => ({
        number: index + 1,
        atMs: Timestamp?.getTime() ?? nowMs,
        kind: "alarm" as const,
        text: `${AlarmName}: ${HistorySummary}`,
      }));
    return { atMs: nowMs, deployed, changes };
  }
}

export const mappingDimension = "EventSourceMappingUUID";
