import type { KinesisClient } from "@aws-sdk/client-kinesis";
import { ownLoginRemedy } from "@millrace/snowflake-api";
import { nameDestination, type RouteDocument } from "@millrace/routes";
import type { S3 } from "@millrace/stored-events";
import type { Topology } from "@millrace/topology";
import type { AlarmFigures, Change, FigureHistory, HopFigures, ObjectivesFigures } from "../figures.ts";
import type { LinePage, LineRequest } from "../lines.ts";
import type {
  CommandResult,
  PipelineDescription,
  PipelineSource,
  ReplayRequest,
  Unanswered,
} from "../pipeline-source.ts";
import { type LinePlace, readRefusedLine } from "../read-refused-line.ts";
import type { EventCopy, EventTraces, RecordPlace, RefusedLine, SearchRange } from "../traces.ts";
import { EnvironmentAlarms, mappingDimension } from "./environment-alarms.ts";
import { EnvironmentFigures } from "./environment-figures.ts";
import { EnvironmentObjectives } from "./environment-objectives.ts";
import { measuredHops } from "./figure-metrics.ts";
import type { EnvironmentWarehouse } from "./environment-warehouse.ts";
import { findTraces } from "./find-traces.ts";
import { METRIC_DELAY_MINUTES, MINUTE_MS } from "./limits.ts";
import type { CloudWatch } from "./metric-reader.ts";
import { type EnvironmentClock, StreamLines } from "./stream-lines.ts";

/** Runs one of the repository's programs with the operator's own credentials. */
export type RunProgram = (program: string, args: readonly string[], signal?: AbortSignal) => Promise<CommandResult>;

export interface EnvironmentSourceOptions {
  readonly stage: string;
  /** Of the environment's synthesized stack: it gives all names. */
  readonly topology: Topology;
  /** Before the names of its streams and alarms, such as `millrace-prod-`. */
  readonly prefix: string;
  readonly lakeBucket: string;
  readonly kinesis: Pick<KinesisClient, "send">;
  readonly cloudWatch: CloudWatch;
  readonly s3: S3;
  readonly routes: () => readonly RouteDocument[];
  readonly run: RunProgram;
  readonly clock: EnvironmentClock;
  /** Absent where the operator has no login for it. */
  readonly warehouse?: EnvironmentWarehouse | undefined;
  /** Told before a search that takes long, why it does. */
  readonly onSlowSearch?: ((reason: string) => void) | undefined;
}

const refusedLinesUnread: Unanswered = {
  page: "quality",
  text: `Lines that the warehouse refused are not read: there is no login. ${ownLoginRemedy}`,
};

/** Questions that no environment answers, by page. */
const unanswered: readonly Unanswered[] = [
  {
    page: "pipeline",
    text:
      `Figures are of whole minutes, ${METRIC_DELAY_MINUTES} minutes old: CloudWatch has them no sooner. It does not know what waits ` +
      "before a hop, nor what a bus took; the pipes of the warehouse have alarms alone. A deployment is marked when the " +
      "first event of its build comes, once the newest events are read.",
  },
  {
    page: "explain",
    text:
      "An id that tells no time is looked for in the warehouse, or without a login for it in the lake of the last day, the newest " +
      "objects first; another one in the quarter of an hour of its own time (UUID version 7). `pnpm explain <id> --stage <stage> --from <time> --to <time>` looks elsewhere.",
  },
  {
    page: "playground",
    text: "An environment has no key for previews. `pnpm start` answers them, by the contracts and routes of this checkout.",
  },
  {
    page: "routes",
    text: "The console reads only: a redrive is a command. What queues and buses got is not read.",
  },
];

/** An environment, read with the credentials of the asking user. It writes nothing. */
export class EnvironmentSource implements PipelineSource {
  readonly #options: EnvironmentSourceOptions;
  readonly #alarms: EnvironmentAlarms;
  readonly #figures: EnvironmentFigures;
  readonly #objectives: EnvironmentObjectives | undefined;
  readonly #lines: StreamLines;

  constructor(options: EnvironmentSourceOptions) {
    const { topology, stage, prefix, cloudWatch, kinesis, clock, routes } = options;
    const now = (): number => clock.now();
    this.#options = options;
    this.#alarms = new EnvironmentAlarms({ cloudWatch, prefix, settings: topology.alarms, now });
    this.#figures = new EnvironmentFigures({
      ...{ cloudWatch, now },
      hops: async () => {
        const names = routes().flatMap((document) =>
          document.routes.map(({ destination }) => nameDestination(destination).name),
        );
        return measuredHops(topology, stage, prefix, await this.#alarms.mappingIds(), [...new Set(names)]);
      },
    });
    const { objectives } = topology;
    this.#objectives =
      objectives === undefined ? undefined : new EnvironmentObjectives({ cloudWatch, objectives, now });
    const hoursOf = (stream: string): number =>
      topology.streams.find(({ name }) => name === stream)?.retentionHours ?? 24;
    this.#lines = new StreamLines(kinesis, clock, (stream) => hoursOf(stream) * 60 * MINUTE_MS);
  }

  async describe(): Promise<PipelineDescription> {
    const { stage, topology, warehouse } = this.#options;
    return {
      stage,
      startedAtMs: this.#figures.startedAtMs,
      streams: topology.pipelineStreams,
      stepMs: MINUTE_MS,
      unanswered: [...unanswered, ...(warehouse === undefined ? [refusedLinesUnread] : []), ...(await this.#missing())],
    };
  }

  hops(): Promise<readonly HopFigures[]> {
    return this.#figures.hops();
  }

  history(): Promise<FigureHistory> {
    return this.#figures.history();
  }

  changes(): Promise<readonly Change[]> {
    return this.#alarms.changes();
  }

  alarms(): Promise<readonly AlarmFigures[]> {
    return this.#alarms.figures();
  }

  async objectives(): Promise<ObjectivesFigures | undefined> {
    if (this.#objectives === undefined) return undefined;
    const [mappingIds, alarms] = await Promise.all([this.#alarms.mappingIds(), this.#alarms.figures()]);
    const firing = new Set(alarms.flatMap(({ name, state }) => (state === "ALARM" ? [name] : [])));
    return this.#objectives.figures(mappingIds, (alarm) => firing.has(alarm));
  }

  readLines(request: LineRequest, signal?: AbortSignal): Promise<LinePage> {
    const { streams, destinations } = this.#options.topology;
    if (streams.some(({ name }) => name === request.stream)) return this.#lines.page(request, signal);
    if (destinations.some(({ name }) => name === request.stream)) {
      throw new RangeError(
        `${request.stream} is a queue or bus: reading it would take its messages from its consumer.`,
      );
    }
    throw new RangeError(
      `There is no stream "${request.stream}". There are: ${streams.map(({ name }) => name).join(", ")}.`,
    );
  }

  traces(id: string, _signal?: AbortSignal, range?: SearchRange): Promise<EventTraces> {
    return findTraces({ ...this.#options, lines: this.#lines }, id, range);
  }

  readRecord(place: RecordPlace, signal?: AbortSignal): Promise<readonly EventCopy[]> {
    return this.#lines.record(place, signal);
  }

  async refusedLines(): Promise<readonly RefusedLine[] | undefined> {
    return this.#options.warehouse?.refusedLines();
  }

  readRefusedLine(place: LinePlace): Promise<string> {
    const { s3, topology } = this.#options;
    const get = (bucket: string, object: string): ReturnType<S3["get"]> =>
      s3.get(bucket, object).catch((error: unknown) => {
        throw (error as Error).name === "AccessDenied"
          ? new RangeError(
              `Your credentials may not read s3://${bucket}/${object}: the console's policy leaves bad rows out.`,
            )
          : error;
      });
    return readRefusedLine(topology.pipes, get, place);
  }

  routes(): readonly RouteDocument[] {
    return this.#options.routes();
  }

  preview(): Promise<{ readonly status: number; readonly body: string }> {
    const detail = unanswered.find(({ page }) => page === "playground")?.text;
    return Promise.resolve({ status: 501, body: JSON.stringify({ status: 501, detail }) });
  }

  redrive(application: string, isDry: boolean, signal?: AbortSignal): Promise<CommandResult> {
    if (!/^[a-z][a-z0-9-]*$/.test(application)) throw new RangeError(`"${application}" is no name of an application.`);
    const args = ["redrive", application, "--stage", this.#options.stage];
    if (!isDry) {
      const output = `The console writes nothing into an environment. Run: pnpm routes ${args.join(" ")}`;
      return Promise.resolve({ code: 1, output });
    }
    return this.#options.run("packages/route-tools/src/cli/main.ts", [...args, "--dry-run"], signal);
  }

  replay({ source, type, from }: ReplayRequest, signal?: AbortSignal): Promise<CommandResult> {
    const args = ["raw", `--from=${from}`, `--source=${source}`, `--type=${type}`, "--into=revalidation", "--dry-run"];
    return this.#options.run("packages/replay/src/cli/main.ts", [...args, `--stage=${this.#options.stage}`], signal);
  }

  /** Returns the resources that this checkout has and the environment has not. */
  async #missing(): Promise<readonly Unanswered[]> {
    const { topology } = this.#options;
    const ids = await this.#alarms.mappingIds();
    const deployed = await this.#alarms.figures();
    const absent = topology.alarms.filter(({ alarmName }) => !deployed.some(({ name }) => name === alarmName));
    const isKnown = topology.mappings.every(({ uuid }) => ids.has(uuid));
    return [
      ...(absent.length === 0
        ? []
        : [
            {
              page: "objectives" as const,
              text: `${absent.length} alarms of this checkout are not deployed: ${absent.map(({ alarmName }) => alarmName).join(", ")}.`,
            },
          ]),
      ...(isKnown
        ? []
        : [
            {
              page: "objectives" as const,
              text: `Batches given up are not read: no deployed alarm names the ${mappingDimension} of a function.`,
            },
          ]),
    ];
  }
}
