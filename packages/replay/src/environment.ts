import type { KinesisClient } from "@aws-sdk/client-kinesis";
import type { Connections } from "@millrace/destinations";
import type { IsSuppressed } from "@millrace/privacy-tools/suppression";
import type { EnvironmentPlace } from "@millrace/routes";
import type { CompiledRoutes, RouteSet } from "@millrace/routes/runtime";
import type { S3, Store } from "@millrace/stored-events";
import type { ReplayClock } from "./clock.ts";
import type { LiveWatch, WatchedStream } from "./run/live-watch.ts";
import type { Source } from "./selection.ts";

/** `valid`, `invalid` or `unknown`; `bad-row` for what enrichment cannot read. */
export type Verdict = "valid" | "invalid" | "unknown" | "bad-row";

/** The input of a job's state machine. */
export interface JobExecution {
  /** Of the replay. */
  readonly id: string;
  /** Tells the executions of one replay apart. */
  readonly name: string;
  readonly groups: readonly number[];
  readonly workers: number;
}

export interface Jobs {
  /** The present routes as they are written down: functions have no checkout. */
  routes(): CompiledRoutes;
  /** Starts the state machine; absent on the laptop, where the command itself works on the groups. */
  readonly start?: ((execution: JobExecution) => Promise<void>) | undefined;
}

/** The streams and buckets of an environment, and the operator's way to them. */
export interface Environment {
  readonly place: EnvironmentPlace;
  readonly rawStream: string;
  readonly enrichedStream: string;
  readonly kinesis: Pick<KinesisClient, "send">;
  readonly s3: S3;
  readonly connections: Connections;
  readonly clock: ReplayClock;
  /** Who runs the command: for the audit record. */
  readonly by: string;
  /** Names the process, and no other. */
  readonly holder: string;
  /** The routes that destinations are looked up in. */
  routes(): RouteSet;
  /** Live traffic of a stream, events received from a time on; absent where there is none to be left alone. */
  readonly watch?: ((stream: WatchedStream, liveFromMs: number) => LiveWatch) | undefined;
  /** Resources of jobs; absent where there are none. */
  readonly jobs?: Jobs | undefined;
  /** Verdicts of the present contracts on raw events. */
  verdicts(): Promise<(text: string) => Verdict>;
  store(name: Source, keys: string | undefined): Promise<Store>;
  /** Returns a test for events of a person who was erased since: they must not come back. */
  erased(keys: string | undefined): Promise<IsSuppressed>;
  lake(): Store;
}
