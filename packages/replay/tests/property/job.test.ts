/** A job as its state machine runs it: functions that end in the middle of a call, and are called again. */
import type { KinesisClient } from "@aws-sdk/client-kinesis";
import { expect, test } from "@jest/globals";
import { createRandom, Kinesis, MemoryObjectStore, sleep, VirtualClock } from "@millrace/aws-simulator";
import { compileRoutes, type RouteDocument } from "@millrace/routes";
import { lakeStore } from "@millrace/stored-events";
import { createMemoryS3 } from "@millrace/stored-events/memory-s3";
import fc from "fast-check";
import { gzipSync } from "node:zlib";
import {
  finishJob,
  type JobEnvironment,
  keepParts,
  keepPlan,
  LeaseLostError,
  ReplayRefusedError,
  type ReplayPlan,
  ReplayStoppedError,
  workOnGroup,
} from "../../src/index.ts";
import { keepJob, partsOf, planJob, readJobPlan, readProgress } from "../../src/job/job.ts";
import { createKill } from "../support/kill.ts";

const bucket = "the-lake";
const stream = "p-loyalty";
const at = "2026-11-29T08:30:00.000Z";
const [fromMs, toMs] = [Date.parse("2026-11-29T08:00:00Z"), Date.parse("2026-11-29T09:00:00Z")];
const [objectCount, eventsPerObject] = [9, 60];
const document = {
  ...{ application: "loyalty", owner: "team-loyalty" },
  routes: [
    {
      ...{ name: "orders", description: "Every order.", tests: [] },
      pattern: { event: { type: ["commerce.purchase"] } },
      destination: { stream: "loyalty" },
    },
  ],
} as unknown as RouteDocument;
const plan: ReplayPlan = {
  ...{ id: "4711", target: "destination:loyalty", replayedAt: "2026-11-29T10:00:00.000Z", mayBeWorse: false },
  ...{ selection: { store: "lake", fromMs, toMs, filters: {} }, reason: "a new route", by: "eve" },
};

const line = (id: string) =>
  `${JSON.stringify({
    event: { specversion: "1.0", id, source: "s", type: "commerce.purchase", receivedat: at, data: {} },
    ...{ enrichment: {}, validation: { status: "valid", schema: null, errors: [] }, privacy: { masked: [] } },
    processing: { enrichment: { name: "enrichment", version: "1", at } },
  })}\n`;

async function createWorld(seed: number, rate: number) {
  const clock = new VirtualClock({ startMs: Date.parse(plan.replayedAt) });
  const own = { now: () => clock.now(), wait: (ms: number) => sleep(clock, ms) };
  const kinesis = new Kinesis({ clock });
  kinesis.createStream({ streamName: stream, shardCount: 2 });
  const objects = new MemoryObjectStore({ clock });
  for (let object = 0; object < objectCount; object += 1) {
    const text = Array.from({ length: eventsPerObject }, (_, index) => line(`${object}-${index}`)).join("");
    await objects.put(bucket, `enriched/date=2026-11-29/hour=08/${object}.json.gz`, gzipSync(text));
  }
  const s3 = createMemoryS3(objects);
  const parts = await keepParts({ s3, bucket, clock: own, holder: "" }, plan.id, async () => {
    const found: { id: string }[] = [];
    for await (const { id } of lakeStore(s3, bucket).parts(plan.selection)) found.push({ id });
    return found;
  });
  const job = { ...planJob(parts.length, { events: rate, bytes: 1e9 }, { destination: "loyalty" }), groups: 4 };
  await keepPlan({ s3, bucket, clock: own, holder: "" }, plan);
  await keepJob(s3, bucket, plan.id, job, compileRoutes([document]));
  let functions = 0;

  /** An invocation of the function; with a kill, one that ends without a word. */
  const invoke = (kill?: Parameters<typeof createKill>[0]) => {
    const { guard, died } = createKill(kill);
    const random = createRandom(`${seed} ${(functions += 1)}`);
    const client = kinesis.client({ latencyMs: { min: 1, max: 20 }, random });
    const guarded = { send: guard((command: never) => client.send(command)) } as unknown as KinesisClient;
    const unused = () => Promise.reject(new Error("no queue and no bus is among the destinations"));
    const guardedS3 = { ...s3, putIf: guard(s3.putIf.bind(s3)), getVersion: guard(s3.getVersion.bind(s3)) };
    const environment: JobEnvironment = {
      place: {
        ...{ name: "test", region: "eu-west-1", accountId: "000000000000", streamPrefix: "p-", lakeBucket: bucket },
        ...{ deadLetterBucket: "", pipelineStreams: [], enrichedCompression: "none", routerTimeoutMs: 30_000 },
      },
      ...{ kinesis: guarded, s3: guardedS3, clock: own, holder: `lambda/${functions}/0` },
      connections: { kinesis: () => guarded, call: () => unused, clock, random },
      store: async () => lakeStore(s3, bucket),
      erased: async () => () => false,
    };
    return { environment, died };
  };
  const delivered = () =>
    [...kinesis.readRecords(stream)].flatMap(({ record }) =>
      Buffer.from(record.Data)
        .toString()
        .trimEnd()
        .split("\n")
        .map((text) => (JSON.parse(text) as { event: { id: string } }).event.id),
    );
  return { clock, s3, invoke, delivered };
}

const isRetried = (error: unknown): boolean =>
  error instanceof ReplayRefusedError || error instanceof LeaseLostError || error instanceof ReplayStoppedError;

test("functions that die in the middle of a call and are called again put every event exactly once", async () => {
  const kills = fc.array(
    fc.option(fc.record({ afterCalls: fc.integer({ min: 1, max: 30 }), isCarriedOut: fc.boolean() }), {
      nil: undefined,
    }),
    { minLength: 4, maxLength: 12 },
  );
  await fc.assert(
    fc.asyncProperty(fc.nat(), kills, fc.integer({ min: 50, max: 2_000 }), async (seed, each, rate) => {
      const { clock, s3, invoke, delivered } = await createWorld(seed, rate);
      const left = [...each];
      const untilDone = async (group: number): Promise<void> => {
        for (let isDone = false; !isDone; ) {
          const { environment, died } = invoke(left.shift());
          const work = workOnGroup(environment, { id: plan.id, group }, new AbortController().signal).then(
            (answer) => answer.isDone,
            (error: unknown) => {
              if (!isRetried(error)) throw error;
              return false;
            },
          );
          isDone = await Promise.race([work, died.then(() => false)]);
          if (!isDone) await clock.sleep(70_000);
        }
      };
      await clock.run(
        (async () => {
          await Promise.all([0, 1, 2, 3].map(untilDone));
          for (let run = 0; run < 2; run += 1) await finishJob(invoke().environment, plan.id, "the job");
          const job = await readJobPlan(s3, bucket, plan.id);
          const total = objectCount * eventsPerObject;
          expect(await readProgress(s3, bucket, plan.id, job ?? { groups: 0 })).toMatchObject({
            finished: 4,
            counts: { seen: total, selected: total },
          });
        })(),
      );
      const ids = delivered();
      expect([ids.length, new Set(ids).size]).toEqual([540, 540]);
    }),
    { numRuns: 5 },
  );
});

test("a job is not finished before all its groups are", async () => {
  const { clock, invoke } = await createWorld(1, 2_000);
  await clock.run(
    (async () => {
      await workOnGroup(invoke().environment, { id: plan.id, group: 2 }, new AbortController().signal);
      await expect(finishJob(invoke().environment, plan.id, "the job")).rejects.toThrow(
        "3 of 4 groups of the job 4711 have not finished",
      );
    })(),
  );
});

test("a function that is told to stop says that it is not done, and the next goes on", async () => {
  const { clock, invoke, delivered } = await createWorld(1, 50);
  await clock.run(
    (async () => {
      const stop = new AbortController();
      clock.setTimeout(() => stop.abort(), 500);
      const group = { id: plan.id, group: 0 };
      expect(await workOnGroup(invoke().environment, group, stop.signal)).toEqual({ ...group, isDone: false });
      const before = delivered().length;
      expect(before).toBeGreaterThan(0);
      expect(await workOnGroup(invoke().environment, group, new AbortController().signal)).toMatchObject({
        isDone: true,
      });
      const ids = delivered();
      expect([ids.length, new Set(ids).size]).toEqual([2 * eventsPerObject, 2 * eventsPerObject]);
    })(),
  );
});

test("groups are neighbours, and every object is in one", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3_000 }), fc.integer({ min: 1, max: 1e5 }), (count, rate) => {
      const parts = Array.from({ length: count }, (_, index) => ({ id: String(index) }));
      const { groups, workers } = planJob(count, { events: rate, bytes: 1e9 }, { destination: "x" });
      const all = Array.from({ length: groups }, (_, group) => partsOf(parts, groups, group));
      expect(all.flat()).toEqual(parts);
      expect(all.every((group) => group.length > 0)).toBe(true);
      expect(workers).toBeLessThanOrEqual(groups);
    }),
    { numRuns: 50 },
  );
});
