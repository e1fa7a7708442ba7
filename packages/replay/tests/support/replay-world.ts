import { GetRecordsCommand, type KinesisClient, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { createRandom, Kinesis, MemoryObjectStore, skewClock, sleep, VirtualClock } from "@millrace/aws-simulator";
import { linesOfData } from "@millrace/packed-records";
import { createPutRecords } from "@millrace/put-records";
import { deadLetterStore, type S3, streamStore } from "@millrace/stored-events";
import { createMemoryS3 } from "@millrace/stored-events/memory-s3";
import {
  ActiveReplays,
  createMatcher,
  createPipelineTarget,
  keepParts,
  keepPlan,
  Ledger,
  Pace,
  readBack,
  replayIdOf,
  type ReplayPlan,
  runReplay,
  type Selection,
  type Target,
} from "../../src/index.ts";
import { createKill, type Kill } from "./kill.ts";

export const bucket = "the-lake";
export const rawStream = "p-raw";
export const enrichedStream = "p-enriched";
const letters = "the-dead-letters";

/** A mistake that a replay could have, planted into one. */
export type Defect =
  /** Noted first, put then. */
  | "noted-before-put"
  /** Events that a run has put before it was cut off are not looked for. */
  | "no-read-back"
  /** Conditional writes are made whatever lies there. */
  | "unconditional-writes"
  /** Every run has a time of its own. */
  | "time-of-each-run";

/** `stopped` by its signal, `dead` when it was killed. */
export type Outcome = "done" | "nothing to do" | "stopped" | "dead";

export interface ReplayWorld {
  readonly clock: VirtualClock;
  readonly objects: MemoryObjectStore;
  readonly s3: S3;
  readonly kinesis: Kinesis;
  /** Puts raw events; `perRecord` of them into a record. */
  fill(ids: readonly string[], perRecord?: number): Promise<void>;
  /** Runs a replay as a process of that name. */
  run(selection: Selection, holder: string, kill?: Kill, defect?: Defect, signal?: AbortSignal): Promise<Outcome>;
  /** Puts enriched events, each a record, and has Lambda give them up in batches of 100. */
  giveUp(ids: readonly string[]): Promise<void>;
  /** Every line of the raw stream, as values. */
  lines(): readonly { readonly id: string; readonly replayedat?: string }[];
  /** Ids of the events in the enriched stream, a copy each. */
  enrichedIds(): readonly string[];
}

export function createReplayWorld(
  seed: number,
  { shardCount = 3, kinesisSkewMs = 0, eventsPerSecond = 500, readMs = 0, mayBeWorse = false } = {},
): ReplayWorld {
  const clock = new VirtualClock();
  const kinesis = new Kinesis({ clock: skewClock(clock, kinesisSkewMs) });
  kinesis.createStream({ streamName: rawStream, shardCount });
  kinesis.createStream({ streamName: enrichedStream, shardCount: 1 });
  const objects = new MemoryObjectStore({ clock });
  const s3 = createMemoryS3(objects);
  const own = { now: () => clock.now(), wait: (ms: number) => sleep(clock, ms) };

  async function runProcess(
    selection: Selection,
    holder: string,
    kill?: Kill,
    defect?: Defect,
    signal?: AbortSignal,
  ): Promise<Outcome> {
    const { guard, died } = createKill(kill);
    const client = kinesis.client({ latencyMs: { min: 1, max: 20 }, random: createRandom(`${seed} ${holder}`) });
    const send = guard(async (command: object) => {
      if (command instanceof GetRecordsCommand) await own.wait(readMs);
      return client.send(command as never);
    });
    const guardedClient = { send } as unknown as KinesisClient;
    const anyVersion: S3["putIf"] = async (place, key, body) => {
      return (await objects.put(place, key, Buffer.from(body))).etag;
    };
    const putIf = defect === "unconditional-writes" ? anyVersion : s3.putIf.bind(s3);
    const guardedS3 = { ...s3, putIf: guard(putIf), getVersion: guard(s3.getVersion.bind(s3)) };
    const work = (async (): Promise<Outcome> => {
      const options = { s3: guardedS3, bucket, clock: own, holder };
      const replayedAt = new Date(clock.now()).toISOString();
      const id = replayIdOf(selection, "pipeline", 0);
      const asked: ReplayPlan = {
        id,
        selection,
        target: "pipeline",
        replayedAt,
        mayBeWorse,
        reason: "",
        by: "",
      };
      const active = new ActiveReplays(options);
      await active.enter(asked);
      const plan = await keepPlan(options, asked);
      const { ledger, before } = await Ledger.claim(options, id);
      if (before?.status === "finished") return "nothing to do";
      const random = createRandom(`${seed} ${holder} put`);
      const writerOf = (streamName: string) =>
        createPutRecords({
          client: guardedClient,
          ...{ streamName, ordering: "per-key", clock, random },
        });
      const target = createPipelineTarget({
        mark: { replayedAt: defect === "time-of-each-run" ? replayedAt : plan.replayedAt, mayBeWorse },
        raw: { stream: rawStream, writer: writerOf(rawStream) },
        enriched: { stream: enrichedStream, writer: writerOf(enrichedStream), compression: "gzip" },
        now: own.now,
      });
      const store =
        selection.store === "dead-letters"
          ? deadLetterStore(guardedS3, letters, rawStream)
          : streamStore({ kinesis: guardedClient, stream: rawStream, name: "raw", clock: own });
      const parts = await keepParts(options, id, async () => {
        const found: { id: string }[] = [];
        for await (const part of store.parts(selection)) found.push({ id: part.id });
        return found;
      });
      const alreadyPut =
        before === undefined || defect === "no-read-back"
          ? new Map<string, number>()
          : await readBack(before, {
              ...{ kinesis: guardedClient, streams: target.streams, replayedAt: plan.replayedAt, clock: own },
              hold: () => Promise.all([active.hold(asked), ledger.hold()]),
            });
      const isDone = await runReplay({
        ...{ store, selection, parts, ledger, alreadyPut },
        target: defect === "noted-before-put" ? putLater(target, own) : target,
        isSelected: createMatcher(selection),
        pace: new Pace({ events: eventsPerSecond, bytes: 1e6 }, own),
        hold: () => active.hold(asked),
        signal,
      });
      await ledger.end(isDone ? "finished" : "stopped");
      await active.leave(id);
      return isDone ? "done" : "stopped";
    })();
    return Promise.race([work, died.then(() => "dead" as const)]);
  }

  return {
    clock,
    objects,
    s3,
    kinesis,
    async fill(ids, perRecord = 3) {
      const client = kinesis.client();
      for (let start = 0; start < ids.length; start += perRecord) {
        const events = ids.slice(start, start + perRecord);
        const receivedat = new Date(clock.now()).toISOString();
        const data = events
          .map((id) =>
            JSON.stringify({ specversion: "1.0", id, source: "s", type: "t", subject: `v${start % 7}`, receivedat }),
          )
          .join("\n");
        const Records = [{ PartitionKey: `v${start % 7}`, Data: Buffer.from(`${data}\n`) }];
        await client.send(new PutRecordsCommand({ StreamName: rawStream, Records }));
        await clock.sleep(5);
      }
    },
    async giveUp(ids) {
      const client = kinesis.client();
      for (const [index, id] of ids.entries()) {
        const event = {
          specversion: "1.0",
          id,
          source: "s",
          type: "t",
          receivedat: new Date(clock.now()).toISOString(),
        };
        // The revision has the status of a valid event, and none of another.
        const status = index % 2 === 0 ? "valid" : "invalid";
        const Data = Buffer.from(JSON.stringify({ event, validation: { status }, processing: {} }));
        const Records = [{ PartitionKey: id, Data }];
        await client.send(new PutRecordsCommand({ StreamName: enrichedStream, Records }));
      }
      const records = [...kinesis.readRecords(enrichedStream)].map(({ record }) => ({
        eventSourceARN: `arn:aws:kinesis:eu-west-1:000000000000:stream/${enrichedStream}`,
        kinesis: {
          data: Buffer.from(record.Data).toString("base64"),
          approximateArrivalTimestamp: record.ApproximateArrivalTimestamp.getTime() / 1_000,
        },
      }));
      const day = new Date(clock.now()).toISOString().slice(0, 10).replaceAll("-", "/");
      for (let start = 0; start < records.length; start += 100) {
        const payload = JSON.stringify({ Records: records.slice(start, start + 100) });
        const letter = Buffer.from(JSON.stringify({ payload }));
        await objects.put(letters, `aws/lambda/m/shardId-0/${day}/letter-${1_000 + start}`, letter);
      }
    },
    run: runProcess,
    enrichedIds: () =>
      [...kinesis.readRecords(enrichedStream)].map(({ record }) => {
        const { event } = JSON.parse(linesOfData(record.Data).toString("utf8")) as { event: { id: string } };
        return event.id;
      }),
    lines: () =>
      [...kinesis.readRecords(rawStream)].flatMap(({ record }) =>
        Buffer.from(record.Data)
          .toString("utf8")
          .split("\n")
          .filter((line) => line !== "")
          .map((line) => JSON.parse(line) as { id: string; replayedat?: string }),
      ),
  };
}

/** Says that events are put, and puts them a second later. */
function putLater(target: Target, clock: { wait(ms: number): Promise<void> }): Target {
  return {
    ...target,
    put: (events) => {
      void clock.wait(1_000).then(() => target.put(events));
      return Promise.resolve(events.map(() => ({ status: "delivered", attempts: 1, isAmbiguous: false })));
    },
  };
}
