import type { SchedulePlan } from "../schedule/plan.ts";
import type { MonitoredPipeline } from "./monitored-pipeline.ts";

/** One thing that goes wrong, with the alarms that have to tell of it. */
export interface Trouble {
  readonly name: string;
  /** How a run differs from a quiet one, where the trouble is there from the start. */
  readonly plan?: Partial<SchedulePlan>;
  /** Makes what is there already when the pipeline starts; the trouble is there from the start then. */
  readonly before?: (monitored: MonitoredPipeline) => Promise<void>;
  readonly begin: (monitored: MonitoredPipeline) => Promise<void> | void;
  /** No sender sends anything from the start. */
  readonly isSilent?: boolean;
  /** Names without the environment: these fire and no other. */
  readonly alarms: readonly string[];
  /** Minutes within which the first of them fires. */
  readonly withinMinutes: number;
  /** Minutes that the trouble lasts. Default 35. */
  readonly minutes?: number;
}

/** The mapping, or the delivery stream, that reads a stream. */
const mappingOf = ({ pipeline: { parts, places } }: MonitoredPipeline, stream: "raw" | "enriched") =>
  parts.mappings.find(({ streamName }) => streamName === places[stream])?.mapping;
const deliveryOf = ({ pipeline: { parts, places } }: MonitoredPipeline, stream: "enriched" | "badRows") =>
  parts.deliveries.find(({ streamName }) => streamName === places[stream])?.delivery;

const enrichmentOf = (monitored: MonitoredPipeline) => functionThatIs(monitored, false);
const routerOf = (monitored: MonitoredPipeline) => functionThatIs(monitored, true);

function functionThatIs({ pipeline: { parts, places } }: MonitoredPipeline, isRouter: boolean) {
  const { functions, mappings } = parts;
  const name = mappings.find(({ settings }) => (settings.functionName === places.routerName) === isRouter)?.settings
    .functionName;
  const found = functions.get(name ?? "");
  if (found === undefined) throw new Error("The stack has no such function.");
  return found;
}

/** Lambda may no longer write into the bucket of dead letters. */
function refuseDeadLetters({ pipeline }: MonitoredPipeline): void {
  for (const bucket of pipeline.places.givenUpBuckets) pipeline.objectStore.refuse(bucket, "aws/lambda/");
}

/** Both alarms on the burn of an objective of canaries. */
const burnOf = (objective: string): readonly string[] =>
  ["fast", "slow"].map((burn) => `objective-canaries-${objective}-${burn}`);

/** Both alarms on the burn of an objective of events. */
const burnOfEvents = (objective: string): readonly string[] =>
  ["fast", "slow"].map((burn) => `objective-${objective}-${burn}`);

const DAY_MS = 86_400_000;
/** More than a consumer that takes one record at a time reads while it is watched. */
const OLD_RECORDS = 6_000;
/** The largest record of these streams, and 1.8 of the 2 MB/s that two shards take. */
const BIG_RECORD = Buffer.alloc(900_000, "x");
const BIG_RECORDS_EVERY_MS = 500;
/** The first hash key of each of two shards. */
const HALVES = ["0", String(2n ** 127n)];

/** Enough for one of prod's many instances to see that every event of the source is invalid. */
const RUBBISH_PER_REQUEST = 20;

/** Five reads a second of each shard, which is all that it gives. */
const greedy = { everyMs: 200 };

const UNDESCRIBED = "https://shop.example/undescribed";

/** One part of the pipeline breaks, for good. */
export const troubles: readonly Trouble[] = [
  { name: "nothing goes wrong", begin: () => undefined, alarms: [], withinMinutes: 0 },
  {
    name: "the mapping of enrichment is disabled",
    begin: (monitored) => mappingOf(monitored, "raw")?.stop({ drain: false }),
    alarms: ["enrichment-not-invoked", ...burnOf("enriched")],
    withinMinutes: 15,
  },
  {
    name: "the mapping of the router is disabled",
    begin: (monitored) => mappingOf(monitored, "enriched")?.stop({ drain: false }),
    alarms: ["router-not-invoked", ...burnOf("routed")],
    withinMinutes: 15,
  },
  {
    name: "the secret of the privacy keys is broken",
    begin: ({ pipeline }) => {
      pipeline.breakKeys();
    },
    alarms: ["enrichment-privacy-keys"],
    withinMinutes: 15,
  },
  {
    name: "the raw stream is full",
    begin: ({ faults, pipeline }) => {
      faults.breakStream(pipeline.places.raw);
    },
    alarms: ["raw-throttled-writes", ...burnOf("accepted")],
    withinMinutes: 15,
  },
  {
    name: "the enriched stream is full",
    begin: ({ faults, pipeline }) => {
      faults.breakStream(pipeline.places.enriched);
    },
    alarms: [
      "enriched-throttled-writes",
      "enrichment-no-output",
      "objective-enriched-in-time-fast",
      "objective-enriched-in-time-slow",
      "enrichment-near-timeout",
      "enrichment-dead-letters",
      ...burnOf("enriched"),
    ],
    withinMinutes: 15,
  },
  {
    name: "the stream of a destination is full",
    begin: ({ faults, pipeline }) => {
      faults.breakStream(pipeline.places.destination("recommendations"));
    },
    alarms: [
      "destination-recommendations-throttled-writes",
      "destination-recommendations-undelivered",
      ...burnOf("at-recommendations"),
    ],
    withinMinutes: 15,
  },
  {
    name: "Firehose stops",
    begin: (monitored) => deliveryOf(monitored, "enriched")?.stop(),
    alarms: ["enriched-delivery-no-file", "objective-canaries-queryable-slow"],
    withinMinutes: 30,
  },
  {
    name: "Firehose of bad rows stops, and bad rows come",
    begin: async (monitored) => {
      await deliveryOf(monitored, "badRows")?.stop();
      monitored.extraRecords = () => ["not JSON"];
    },
    alarms: ["bad-rows-delivery-no-file", "bad-rows-count"],
    withinMinutes: 30,
  },
  {
    name: "the pipe is paused",
    begin: async ({ pipeline }) => {
      for (const pipe of pipeline.parts.pipes.values()) await pipe.stop();
    },
    alarms: ["loader-silence", "loader-no-rows", "objective-canaries-queryable-slow"],
    withinMinutes: 25,
  },
  {
    name: "the bucket tells the pipe of no file",
    plan: { pipe: { lateRate: 0, repeatRate: 0, lossRate: 1 } },
    begin: () => undefined,
    alarms: ["loader-no-rows", "objective-canaries-queryable-slow"],
    withinMinutes: 30,
  },
  {
    name: "a source sends rubbish",
    begin: (monitored) => {
      monitored.extraEvents = (now) =>
        Array.from({ length: RUBBISH_PER_REQUEST }, (_, index) => rubbish(`rubbish-${now}-${index}`));
    },
    alarms: ["broken-sources", "objective-valid-by-source-slow"],
    withinMinutes: 30,
  },
  {
    name: "of one source every fourth event is invalid",
    begin: (monitored) => {
      monitored.extraEvents = (now) =>
        Array.from({ length: RUBBISH_PER_REQUEST }, (_, index) => {
          const id = `some-${now}-${index}`;
          return index % 4 === 0 ? rubbish(id) : pageView(id);
        });
    },
    alarms: ["objective-valid-by-source-slow"],
    withinMinutes: 30,
  },
  {
    name: "a consumer stops",
    begin: ({ consumers }) => {
      consumers.get("recommendations")?.stop();
    },
    alarms: ["destination-recommendations-consumer-gone"],
    withinMinutes: 20,
  },
  {
    name: "senders stop",
    begin: (monitored) => {
      monitored.isSending = false;
    },
    alarms: ["raw-silence"],
    withinMinutes: 10,
  },
  {
    name: "the event service refuses the canaries",
    begin: (monitored) => {
      monitored.isCanaryKeyKnown = false;
    },
    alarms: burnOf("accepted"),
    withinMinutes: 15,
  },
  {
    name: "nobody sends canaries",
    begin: (monitored) => {
      monitored.stopCanaries();
    },
    alarms: ["canaries-not-sent"],
    withinMinutes: 15,
  },
  {
    name: "others read the raw stream, too",
    begin: (monitored) => {
      monitored.addConsumer(monitored.pipeline.places.raw, greedy);
    },
    alarms: ["raw-throttled-reads"],
    withinMinutes: 20,
  },
  {
    name: "others read the enriched stream, too",
    begin: (monitored) => {
      monitored.addConsumer(monitored.pipeline.places.enriched, greedy);
    },
    alarms: ["enriched-throttled-reads"],
    withinMinutes: 20,
  },
  {
    name: "others fill the stream of a destination",
    begin: (monitored) => {
      const StreamName = monitored.pipeline.places.destination("fraud");
      let key = 0;
      void monitored.repeat(BIG_RECORDS_EVERY_MS, () => {
        key += 1;
        const ExplicitHashKey = HALVES[key % HALVES.length] ?? "0";
        const Records = [{ PartitionKey: "big", ExplicitHashKey, Data: BIG_RECORD }];
        monitored.kinesis.putRecords({ StreamName, Records });
      });
    },
    alarms: ["destination-fraud-near-limit"],
    withinMinutes: 20,
  },
  {
    name: "a consumer is days behind",
    before: async ({ clock, kinesis, pipeline }) => {
      const StreamName = pipeline.places.destination("recommendations");
      for (let at = 0; at < OLD_RECORDS; at += 500) {
        const Records = Array.from({ length: 500 }, (_, index) => ({
          PartitionKey: `old-${at + index}`,
          Data: Buffer.from("{}"),
        }));
        kinesis.putRecords({ StreamName, Records });
        await clock.sleep(1_000);
      }
      await clock.sleep(4 * DAY_MS);
    },
    begin: (monitored) => {
      monitored.consumers.get("recommendations")?.stop();
      monitored.addConsumer(monitored.pipeline.places.destination("recommendations"), { limit: 1 });
    },
    alarms: ["destination-recommendations-unread"],
    withinMinutes: 40,
  },
  {
    name: "nobody takes messages from a queue for days",
    before: async ({ clock, pipeline: { places, modelled } }) => {
      modelled
        .service("sqs")
        .service.execute("SendMessage", { QueueUrl: places.destination("loyalty-points"), MessageBody: "{}" });
      await clock.sleep(8 * DAY_MS);
    },
    begin: () => undefined,
    alarms: ["destination-loyalty-points-unread"],
    withinMinutes: 20,
  },
  {
    name: "a queue and a bus take nothing",
    begin: ({ pipeline }) => {
      for (const name of ["loyalty-points", "loyalty"]) pipeline.refuseDestination(name);
    },
    alarms: ["destination-loyalty-points-undelivered", "destination-loyalty-undelivered"],
    withinMinutes: 15,
  },
  {
    name: "a file of the lake has a line that is no JSON",
    begin: async ({ pipeline: { objectStore, places } }) => {
      const { bucket } = places.enrichedLanding.pipe;
      const key = `${places.enrichedLanding.pipe.prefix}date=2026-01-05/hour=00/by-hand.json`;
      await objectStore.put(bucket, key, Buffer.from('{"event":\n'));
    },
    alarms: ["refused-lines"],
    withinMinutes: 15,
  },
  {
    name: "S3 refuses the files of both delivery streams, and bad rows come",
    begin: (monitored) => {
      const { objectStore, parts } = monitored.pipeline;
      for (const { settings } of parts.deliveries)
        objectStore.refuse(settings.bucket, settings.prefix.split("!")[0] ?? "");
      monitored.extraRecords = () => ["not JSON"];
    },
    alarms: [
      "bad-rows-count",
      "bad-rows-delivery-freshness",
      "bad-rows-delivery-no-file",
      "enriched-delivery-no-file",
      "objective-canaries-queryable-slow",
      ...burnOfEvents("queryable-in-time"),
    ],
    withinMinutes: 30,
  },
  {
    name: "the bad-row stream is full, and bad rows come",
    begin: (monitored) => {
      monitored.faults.breakStream(monitored.pipeline.places.badRows);
      monitored.extraRecords = () => ["not JSON"];
    },
    alarms: ["bad-rows-throttled-writes", "enrichment-near-timeout", "enrichment-dead-letters", "bad-rows-count"],
    withinMinutes: 15,
  },
  {
    name: "other functions use up the concurrency",
    begin: (monitored) => {
      enrichmentOf(monitored).refusedShare = 1;
    },
    alarms: ["enrichment-not-invoked", "enrichment-throttles", ...burnOf("enriched")],
    withinMinutes: 15,
  },
  {
    name: "other functions use up most of the concurrency of the router",
    begin: (monitored) => {
      // An invocation that is let in takes all that waits: enrichment packs it into few records.
      routerOf(monitored).refusedShare = 0.85;
    },
    alarms: ["router-throttles", "router-iterator-age", ...burnOf("routed"), "objective-delivered-in-time-fast"],
    withinMinutes: 15,
  },
  {
    name: "other functions use up most of the concurrency of enrichment",
    begin: (monitored) => {
      enrichmentOf(monitored).refusedShare = 0.95;
    },
    alarms: [
      "enrichment-throttles",
      "enrichment-iterator-age",
      ...burnOf("enriched"),
      ...burnOfEvents("enriched-in-time"),
      ...burnOfEvents("delivered-in-time"),
    ],
    withinMinutes: 15,
  },
  {
    name: "enrichment crashes",
    begin: (monitored) => {
      enrichmentOf(monitored).faults.crashBefore = 1;
    },
    alarms: ["enrichment-errors", "enrichment-no-output", "enrichment-dead-letters", ...burnOf("enriched")],
    withinMinutes: 15,
  },
  {
    name: "enrichment crashes, and S3 takes no dead letters",
    begin: (monitored) => {
      enrichmentOf(monitored).faults.crashBefore = 1;
      refuseDeadLetters(monitored);
    },
    alarms: ["enrichment-errors", "enrichment-no-output", "enrichment-dropped", ...burnOf("enriched")],
    withinMinutes: 15,
  },
  {
    name: "the router hangs",
    begin: (monitored) => {
      routerOf(monitored).faults.hang = 1;
    },
    alarms: [
      "router-errors",
      "router-near-timeout",
      "router-iterator-age",
      "router-dead-letters",
      ...burnOf("routed"),
      "objective-delivered-in-time-fast",
    ],
    withinMinutes: 15,
  },
  {
    name: "the router crashes, and S3 takes no dead letters",
    begin: (monitored) => {
      routerOf(monitored).faults.crashBefore = 1;
      refuseDeadLetters(monitored);
    },
    alarms: ["router-errors", "router-dropped", ...burnOf("routed")],
    withinMinutes: 15,
  },
  {
    name: "a destination leads into the enriched stream",
    begin: (monitored) => {
      const { kinesis, pipeline } = monitored;
      const { enriched: StreamName } = pipeline.places;
      monitored.addConsumer(pipeline.places.destination("fraud"), {
        onRecords: (records) => {
          const Records = records.map(({ Data, PartitionKey }) => ({ Data, PartitionKey }));
          kinesis.putRecords({ StreamName, Records });
        },
      });
    },
    // Its lines lie between gzip members: the loader cannot read these objects.
    alarms: ["router-loop", "loader-no-rows", "objective-canaries-queryable-slow"],
    withinMinutes: 15,
  },
  {
    name: "senders post everything twice",
    begin: (monitored) => {
      monitored.isRepeating = true;
    },
    alarms: burnOfEvents("once"),
    withinMinutes: 15,
  },
  {
    name: "the event service is slow",
    begin: (monitored) => {
      monitored.answerMs = 2_000;
    },
    alarms: burnOf("answered-in-time"),
    withinMinutes: 15,
  },
  {
    name: "a source sends types that no contract describes, which its mapping sets aside",
    begin: (monitored) => {
      monitored.pipeline.setAsideSource = UNDESCRIBED;
      monitored.extraEvents = (now) => [
        JSON.stringify({
          specversion: "1.0",
          id: `aside-${now}`,
          source: UNDESCRIBED,
          type: "shop.unheard-of",
          data: {},
        }),
      ];
    },
    alarms: ["events-set-aside"],
    withinMinutes: 70,
    minutes: 75,
  },
  {
    name: "no traffic, and the mapping of enrichment is disabled",
    isSilent: true,
    begin: (monitored) => mappingOf(monitored, "raw")?.stop({ drain: false }),
    alarms: ["enrichment-not-invoked", ...burnOf("enriched")],
    withinMinutes: 15,
  },
  {
    name: "no traffic, and the mapping of the router is disabled",
    isSilent: true,
    begin: (monitored) => mappingOf(monitored, "enriched")?.stop({ drain: false }),
    alarms: ["router-not-invoked", ...burnOf("routed")],
    withinMinutes: 15,
  },
  {
    name: "no traffic, and a destination takes nothing",
    isSilent: true,
    begin: ({ faults, pipeline }) => {
      faults.breakStream(pipeline.places.destination("recommendations"));
    },
    alarms: ["destination-recommendations-throttled-writes", ...burnOf("at-recommendations")],
    withinMinutes: 15,
  },
  {
    name: "no traffic, and the pipe is paused",
    isSilent: true,
    begin: async ({ pipeline }) => {
      for (const pipe of pipeline.parts.pipes.values()) await pipe.stop();
    },
    alarms: ["loader-silence", "loader-no-rows", "objective-canaries-queryable-slow"],
    withinMinutes: 25,
  },
];

/** An event whose data breaks its contract, of a source of its own. */
const rubbish = (id: string): string => pageView(id, { a: 1 });

/** A good event of that source. */
function pageView(id: string, data: object = { context: goodContext }): string {
  const source = "https://shop.example/rubbish";
  return JSON.stringify({ specversion: "1.0", id, source, type: "page.view", data });
}

const goodContext = { pageUrl: "https://shop.example/list", sessionId: "s-1", visitorId: "v-1" };
