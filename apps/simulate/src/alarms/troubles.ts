import type { SchedulePlan } from "../schedule/plan.ts";
import type { MonitoredPipeline } from "./monitored-pipeline.ts";

/** One thing that goes wrong, with the alarms that have to tell of it. */
export interface Trouble {
  readonly name: string;
  /** How a run differs from a quiet one, where the trouble is there from the start. */
  readonly plan?: Partial<SchedulePlan>;
  readonly begin: (monitored: MonitoredPipeline) => Promise<void> | void;
  /** No sender sends anything from the start. */
  readonly isSilent?: boolean;
  /** Names without the environment: these fire and no other. */
  readonly alarms: readonly string[];
  /** Minutes within which the first of them fires. */
  readonly withinMinutes: number;
}

/** The mapping, or the delivery stream, that reads a stream. */
const mappingOf = ({ pipeline: { parts, places } }: MonitoredPipeline, stream: "raw" | "enriched") =>
  parts.mappings.find(({ streamName }) => streamName === places[stream])?.mapping;
const deliveryOf = ({ pipeline: { parts, places } }: MonitoredPipeline, stream: "enriched" | "badRows") =>
  parts.deliveries.find(({ streamName }) => streamName === places[stream])?.delivery;

/** Both alarms on the burn of an objective of canaries. */
const burnOf = (objective: string): readonly string[] =>
  ["fast", "slow"].map((burn) => `objective-canaries-${objective}-${burn}`);

/** Enough for one of prod's many instances to see that every event of the source is invalid. */
const rubbishPerRequest = 20;

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
        Array.from({ length: rubbishPerRequest }, (_, index) => rubbish(`rubbish-${now}-${index}`));
    },
    alarms: ["broken-sources"],
    withinMinutes: 10,
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
function rubbish(id: string): string {
  const source = "https://shop.example/rubbish";
  return JSON.stringify({ specversion: "1.0", id, source, type: "page.view", data: { a: 1 } });
}
