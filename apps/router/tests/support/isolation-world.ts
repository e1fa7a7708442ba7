import { PutRecordsCommand } from "@aws-sdk/client-kinesis";
import {
  createRandom,
  EventBuses,
  EventSourceMapping,
  Kinesis,
  type LoggedMessage,
  type Random,
  type ServiceCall,
  type ServiceClientOptions,
  ServiceFaults,
  SqsQueues,
  VirtualClock,
} from "@millrace/aws-simulator";
import { type CallService, openDestination, targetOf } from "@millrace/destinations";
import { destinationKinds, type KindName } from "@millrace/destinations/kinds";
import { encodeRecord } from "@millrace/event-contracts";
import { createPutRecords, type KinesisSender } from "@millrace/put-records";
import { redrive } from "@millrace/route-tools";
import { type CompiledDestination, compileRoutes, type Destination, type Reshape } from "@millrace/routes";
import { loadRoutes } from "@millrace/routes/runtime";
import type { OutputWriter } from "@millrace/stream-handler";
import { createRouterHandler } from "../../src/index.ts";
import { enriched } from "./kinesis-event.ts";
import { UndeliveredBox } from "./undelivered-box.ts";
import { document, route } from "./router.ts";

/** How a destination is dead. */
export type Death = "throttles" | "missing" | "denied" | "silent";

const DESTINATIONS = 10;
const DEAD = "dest-3";
/** No multiple of the mapping's second between two reads, so that ages take every value. */
const EVENT_EVERY_MS = 730;
const MINUTE = 60_000;
const INVOCATION_MS = 30_000;

const NAMES: Reshape = {
  rename: { "enrichment.geo": "place" },
  flatten: ["enrichment.geo"],
  constant: { "enrichment.delivered.from": "test" },
};

/** The simulated service of a kind. */
interface SimulatedService {
  client(options: ServiceClientOptions): ServiceCall;
  messagesAfter(name: string, number: number): readonly LoggedMessage[];
}

/** Opens one with a destination of the name, or with none. */
type OpenService = (
  name: string | undefined,
  options: { readonly clock: VirtualClock; readonly random?: Random; readonly faults?: ServiceFaults },
) => SimulatedService;

/** The service of each kind but streams, which have clients of their own. */
const services: Readonly<Record<Exclude<KindName, "kinesis">, OpenService>> = {
  sqs(name, options) {
    const queues = new SqsQueues(options);
    if (name !== undefined) queues.createQueue({ name });
    return queues;
  },
  eventbridge(name, options) {
    const buses = new EventBuses(options);
    if (name !== undefined) buses.createBus(name);
    return buses;
  },
};

/** As much of a copy as is looked at. */
interface Delivered {
  readonly event?: { readonly id: string };
  readonly enrichment?: object;
}

/** Deliveries to one destination: the identity of each event, and how long after it came to the enriched stream. */
interface Arrivals {
  readonly ids: string[];
  readonly agesMs: number[];
  /** The different values of `enrichment`, as JSON. */
  readonly enrichments: Set<string>;
}

/** The `enrichment` of every event. */
export const GIVEN = JSON.stringify({ geo: { country: "DE" } });

/** The form that the dead destination's routes give to `enrichment`: every copy has it, put back or not. */
export const NAMED = JSON.stringify({ place_country: "DE", delivered: { from: "test" } });

export interface IsolationRun {
  readonly sent: number;
  /** Of the destinations that lived all the time. */
  readonly others: readonly Arrivals[];
  readonly dead: Arrivals;
  readonly undelivered: number;
  /** In folders of other destinations than the dead one, and on the stream of bad rows. */
  readonly undeliveredElsewhere: number;
  /** Invocations that Lambda had to repeat in part. */
  readonly failedBatches: number;
  /** Calls made to the dead destination while it was dead. */
  readonly callsToDead: number;
  readonly p99OfOthersMs: number;
  readonly redriven: { delivered: number; duplicates: number; unwanted: number; failed: number };
}

/**
 * Ten applications that all want every event; one destination, of the kind given, is dead for a while in the middle of
 * the traffic; then a redrive of its undelivered events. The real router, stream handler and writers against the models
 * of Kinesis, SQS, EventBridge and Lambda's event source mapping, under a virtual clock.
 */
export async function runIsolation(
  death: Death | undefined,
  minutesDead = 60,
  kind: KindName = "kinesis",
): Promise<IsolationRun> {
  const clock = new VirtualClock();
  const random = createRandom(`isolation ${death ?? "none"}`);
  const kinesis = new Kinesis({ clock, random });
  const streams = ["enriched", "bad-rows", ...Array.from({ length: DESTINATIONS }, (_, index) => `dest-${index}`)];
  for (const streamName of streams) kinesis.createStream({ streamName, shardCount: streamName === "enriched" ? 2 : 1 });
  const arrivals = new Map<string, Arrivals>(
    streams.map((name) => [name, { ids: [], agesMs: [], enrichments: new Set() }]),
  );
  const sentAt = new Map<string, number>();
  const undelivered = new UndeliveredBox();
  const diesAt = clock.now() + 5 * MINUTE;
  const livesAt = diesAt + minutesDead * MINUTE;
  let callsToDead = 0;
  const isDead = (): boolean => death !== undefined && clock.now() >= diesAt && clock.now() < livesAt;

  const client = (streamName: string): KinesisSender => {
    const inner = kinesis.client({ latencyMs: { min: 5, max: 15 }, random });
    return {
      async send(command, options) {
        if (streamName === DEAD && isDead() && death !== undefined && command instanceof PutRecordsCommand) {
          callsToDead += 1;
          return dieAs(death, command, options?.abortSignal);
        }
        const output = await inner.send<object>(command, options);
        if (command instanceof PutRecordsCommand) observe(streamName, command, output);
        return output;
      },
    };
  };
  const observe = (streamName: string, command: PutRecordsCommand, output: object): void => {
    const results = (output as { Records: { ErrorCode?: string }[] }).Records;
    command.input.Records?.forEach(({ Data }, index) => {
      if (results[index]?.ErrorCode !== undefined) return;
      for (const line of new TextDecoder().decode(Data).trimEnd().split("\n")) {
        const { event, enrichment } = JSON.parse(line) as Delivered;
        if (event === undefined) continue;
        const { id } = event;
        arrivals.get(streamName)!.enrichments.add(JSON.stringify(enrichment));
        arrivals.get(streamName)!.ids.push(id);
        arrivals.get(streamName)!.agesMs.push(clock.now() - (sentAt.get(id) ?? clock.now()));
      }
    });
  };
  const put = (streamName: string) => createPutRecords({ client: client(streamName), streamName, clock, random });
  const service = kind === "kinesis" ? undefined : services[kind](DEAD, { clock, random });
  const connect = (): CallService => {
    if (service === undefined || kind === "kinesis") throw new Error("Streams have a client of their own.");
    const call = service.client({ latencyMs: { min: 5, max: 15 }, random });
    const callDead = death && deadService(death, services[kind], clock);
    return (operation, input, signal) => {
      if (callDead === undefined || !isDead()) return call(operation, input, signal);
      callsToDead += 1;
      return callDead(operation, input, signal);
    };
  };
  const open = (destination: CompiledDestination): OutputWriter =>
    openDestination(
      targetOf(destination, { stage: "test", region: "eu-west-1", accountId: "000000000000", prefix: "" }),
      {
        kinesis: () => client(destination.name),
        call: connect,
        clock,
        random,
      },
    );

  const routes = loadRoutes(
    compileRoutes(
      Array.from({ length: DESTINATIONS }, (_, index) =>
        document(`dest-${index}`, {
          ...route("all", "page.view", `dest-${index}`),
          ...(`dest-${index}` === DEAD
            ? { destination: destinationOf(kind), reshape: NAMES }
            : { destination: { stream: `dest-${index}` } }),
        }),
      ),
    ),
  );
  const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const handler = createRouterHandler({
    routes: () => routes,
    destination: open,
    badRows: put("bad-rows"),
    undelivered,
    clock,
    random,
    logger: silent,
  });
  let failedBatches = 0;
  const mapping = new EventSourceMapping({
    kinesis,
    streamArn: `arn:aws:kinesis:us-east-1:000000000000:stream/enriched`,
    clock,
    random,
    batchSize: 500,
    maximumRetryAttempts: 5,
    functionResponseTypes: ["ReportBatchItemFailures"],
    invoke: async (event) => {
      const until = clock.now() + INVOCATION_MS;
      const answer = await handler(event, { getRemainingTimeInMillis: () => until - clock.now() });
      if (answer.batchItemFailures.length > 0) failedBatches += 1;
      return answer;
    },
  });

  const producer = kinesis.client();
  const total = Math.floor(((minutesDead + 10) * MINUTE) / EVENT_EVERY_MS);
  let sent = 0;
  const produce = (): void => {
    if (sent >= total) return;
    const id = String(sent);
    sent += 1;
    sentAt.set(id, clock.now());
    const data = encodeRecord([{ ...enriched(id, "page.view"), enrichment: JSON.parse(GIVEN) as object }]);
    void producer.send(new PutRecordsCommand({ StreamName: "enriched", Records: [{ PartitionKey: id, Data: data }] }));
    clock.setTimeout(produce, EVENT_EVERY_MS);
  };
  await clock.run(mapping.start());
  produce();
  await clock.runUntil(() => sent >= total);
  await clock.runFor(2 * MINUTE);
  await clock.run(mapping.stop());
  const undeliveredRows = undelivered.events(`${DEAD}/${DEAD}/`);

  const redriven = await clock.run(
    redrive(undeliveredRows as unknown as Record<string, unknown>[], {
      application: DEAD,
      routes,
      destination: open,
      now: () => clock.now(),
    }),
  );
  const others = [...arrivals].filter(([name]) => name.startsWith("dest-") && name !== DEAD).map(([, got]) => got);
  const dead = service === undefined ? arrivals.get(DEAD)! : arrivalsIn(service, sentAt);
  const p99OfOthersMs = Math.max(...others.map(({ agesMs }) => percentile(agesMs, 0.99)));
  const undeliveredElsewhere =
    undelivered.events().length - undeliveredRows.length + kinesis.stats("bad-rows").recordsIn;
  return {
    sent,
    others,
    dead,
    undelivered: undeliveredRows.length,
    undeliveredElsewhere,
    failedBatches,
    callsToDead,
    p99OfOthersMs,
    redriven,
  };
}

function destinationOf(kind: KindName): Destination {
  return { [destinationKinds[kind].property]: DEAD } as unknown as Destination;
}

function arrivalsIn(service: SimulatedService, sentAt: ReadonlyMap<string, number>): Arrivals {
  const messages = service.messagesAfter(DEAD, 0).map(({ text, arrivalMs }) => {
    const value = JSON.parse(text) as Delivered & { detail?: Delivered };
    const { event, enrichment } = value.detail ?? value;
    return { id: event?.id ?? "", arrivalMs, enrichment: JSON.stringify(enrichment) };
  });
  return {
    ids: messages.map(({ id }) => id),
    agesMs: messages.map(({ id, arrivalMs }) => arrivalMs - (sentAt.get(id) ?? arrivalMs)),
    enrichments: new Set(messages.map(({ enrichment }) => enrichment)),
  };
}

/** Calls of a destination that is dead. */
function deadService(death: Death, open: OpenService, clock: VirtualClock): CallService {
  switch (death) {
    case "throttles":
      return open(DEAD, { clock, faults: new ServiceFaults({ seed: DEAD, rates: { entryThrottle: 1 } }) }).client({});
    case "missing":
      return open(undefined, { clock }).client({});
    case "denied":
      return () => Promise.resolve({ status: 400, body: JSON.stringify({ __type: "AccessDeniedException" }) });
    case "silent":
      return (_operation, _input, signal) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(new Error("Request aborted")));
        });
  }
}

function dieAs(death: Death, command: PutRecordsCommand, signal: AbortSignal | undefined): Promise<unknown> {
  const refuse = (name: string, message: string): Promise<never> =>
    Promise.reject(Object.assign(new Error(message), { name, $fault: "client", $metadata: { httpStatusCode: 400 } }));
  switch (death) {
    case "throttles": {
      const Records = command.input.Records?.map(() => ({
        ErrorCode: "ProvisionedThroughputExceededException",
        ErrorMessage: "Rate exceeded for shard shardId-000000000000 in stream dest-3 under account 000000000000.",
      }));
      return Promise.resolve({ FailedRecordCount: Records?.length ?? 0, Records, $metadata: { httpStatusCode: 200 } });
    }
    case "missing":
      return refuse("ResourceNotFoundException", "Stream dest-3 under account 000000000000 not found.");
    case "denied":
      return refuse("AccessDeniedException", "User is not authorized to perform: kinesis:PutRecords");
    case "silent":
      return new Promise((_, reject) => {
        signal?.addEventListener("abort", () =>
          reject(Object.assign(new Error("Request aborted"), { name: "AbortError" })),
        );
      });
  }
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
}
