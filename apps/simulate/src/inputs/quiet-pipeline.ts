import {
  createRandom,
  Faults,
  Kinesis,
  type LoadFileResult,
  parseCopyStatement,
  Trace,
  VirtualClock,
} from "@millrace/aws-simulator";
import { DuckDbWarehouse } from "@millrace/aws-simulator/duckdb";
import { createEventService, type EventReply, hashWriteKey } from "@millrace/ingest";
import { linesOfData } from "@millrace/packed-records";
import { createPutRecords } from "@millrace/put-records";
import { createWarehouseObjects, type Landing } from "@millrace/topology";
import { Confirmations } from "../observe/confirmations.ts";
import { Deliveries } from "../observe/deliveries.ts";
import { readLines } from "../read-lines.ts";
import { identity, type Resources } from "../resources.ts";
import { Pipeline } from "../schedule/pipeline.ts";
import { drawPlan, type SchedulePlan } from "../schedule/plan.ts";

/** A schedule in which nothing goes wrong. */
export function quietPlan(environment: SchedulePlan["environment"]): SchedulePlan {
  return {
    ...drawPlan(1, 100),
    environment,
    faults: {},
    serviceFaults: {},
    functionFaults: { initFailure: 0, crashBefore: 0, crashDuring: 0, crashAfter: 0, hang: 0, recycle: 0 },
    redeliveryRate: 0,
    mostRetries: Number.POSITIVE_INFINITY,
    ...{ maxClockSkewMs: 0, kinesisSkewMs: 0, deadDestination: undefined, publications: 0, keyRotations: 0 },
    delivery: { repeatRate: 0, failureRate: 0 },
    pipe: { lateRate: 0, repeatRate: 0, lossRate: 0 },
    warehouse: { failBeforeCommitRate: 0, failAfterCommitRate: 0 },
  };
}

const writeKey = "inputs";
/** The route of programs takes every event whose user agent declares a program. */
export const destination = "fraud";
const agent = "Googlebot/2.1 (+http://www.google.com/bot.html)";

/** The pipeline of the local stack without faults, from requests to the real warehouse. */
export class QuietPipeline {
  readonly clock: VirtualClock;
  readonly kinesis: Kinesis;
  readonly #pipeline: Pipeline;
  readonly #service: ReturnType<typeof createEventService>;
  #warehouse: DuckDbWarehouse | undefined;

  private constructor(clock: VirtualClock, kinesis: Kinesis, pipeline: Pipeline) {
    this.clock = clock;
    this.kinesis = kinesis;
    this.#pipeline = pipeline;
    const random = createRandom("inputs/ingest");
    const writer = { client: kinesis.client(), streamName: pipeline.places.raw, clock, random };
    this.#service = createEventService({
      putRecords: createPutRecords(writer),
      writeKeys: [
        { name: "inputs", sha256: hashWriteKey(writeKey), tenantId: "shop", sources: ["https://shop.example/*"] },
      ],
      ...{ clock, random, newId: () => `n-${Math.floor(random() * 1e9)}` },
    });
  }

  static async create(resources: Resources): Promise<QuietPipeline> {
    const clock = new VirtualClock({ random: createRandom("inputs/clock") });
    const kinesis = new Kinesis({ ...identity, clock, random: createRandom("inputs/kinesis") });
    const pipeline = await Pipeline.create({
      ...{ plan: quietPlan("local"), clock, kinesis, resources, trace: new Trace({ clock }) },
      faults: new Faults({ seed: "inputs", rates: {} }),
      confirmations: new Confirmations(clock),
      deliveries: new Deliveries(),
    });
    return new QuietPipeline(clock, kinesis, pipeline);
  }

  /** The answer of ingest to a request with the body, sent by a program unless headers say otherwise. */
  send(body: string, headers: Readonly<Record<string, string>> = {}): Promise<EventReply> {
    const all = {
      authorization: `Bearer ${writeKey}`,
      "content-type": "application/cloudevents+json",
      "user-agent": agent,
      ...headers,
    };
    return this.#service.handle({ headers: all, body: Buffer.from(body) });
  }

  /** Runs the pipeline until everything that `work` sent has come to rest, and loads the lake. */
  async run(work: () => Promise<void>): Promise<void> {
    const whole = async () => {
      await this.#pipeline.start();
      await work();
      await this.#pipeline.drain();
    };
    await this.clock.run(whole(), { limitMs: 3_600_000 });
    this.#warehouse = await DuckDbWarehouse.open({ threads: 1 });
    await createWarehouseObjects(this.#pipeline.topology, this.#warehouse);
    const { enrichedLanding, badRowLanding } = this.#pipeline.places;
    for (const landing of [enrichedLanding, badRowLanding]) {
      for (const { key } of await this.#pipeline.objectStore.list(landing.bucket, landing.prefix)) {
        await this.#load(landing, key, this.#warehouse);
      }
    }
  }

  async query(sql: string): Promise<Readonly<Record<string, unknown>>[]> {
    return (await this.#warehouse?.query(sql)) ?? [];
  }

  /** The lines of a stream: `raw`, `enriched`, or a destination. */
  lines(stream: string): string[] {
    const { raw, enriched } = this.#pipeline.places;
    const name = { raw, enriched }[stream] ?? this.#pipeline.places.destination(stream);
    return this.kinesis.recordsOf(name).flatMap(({ record }) => linesOfData(record.Data).toString().trim().split("\n"));
  }

  /** The enriched lines of the lake. */
  async lakeLines(): Promise<string[]> {
    const { objectStore, places } = this.#pipeline;
    const { bucket, prefix } = places.enrichedLanding;
    const objects = await objectStore.list(bucket, prefix);
    return (await Promise.all(objects.map(({ key }) => readLines(objectStore, bucket, key)))).flat();
  }

  /** Puts a record on the raw stream, past ingest. */
  async putRaw(partitionKey: string, text: string): Promise<void> {
    const Records = [{ PartitionKey: partitionKey, Data: Buffer.from(text) }];
    const StreamName = this.#pipeline.places.raw;
    while (this.kinesis.putRecords({ StreamName, Records }).FailedRecordCount > 0) await this.clock.sleep(100);
  }

  async close(): Promise<void> {
    await this.#warehouse?.close();
  }

  async #load({ bucket, pipe }: Landing, key: string, warehouse: DuckDbWarehouse): Promise<LoadFileResult> {
    const { table, columns, onError } = parseCopyStatement(pipe.copyStatement);
    const { object, bytes } = await this.#pipeline.objectStore.get(bucket, key);
    const { sizeBytes, etag, lastModified } = object;
    const file = { fileName: key, sizeBytes, etag, lastModified, loadedAt: lastModified, bytes };
    return warehouse.loadFile({ ...file, table, columns, onError });
  }
}
