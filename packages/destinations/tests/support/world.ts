import {
  createRandom,
  EventBuses,
  type ServiceFaultRates,
  ServiceFaults,
  SqsQueues,
  VirtualClock,
} from "@millrace/aws-simulator";
import type { PutRecord } from "@millrace/put-records";
import type { OutputDelivery, OutputWriter } from "@millrace/stream-handler";
import { openDestination, targetOf } from "../../src/index.ts";

/** The kinds that are written to entry by entry. */
export type EntryKind = "sqs" | "eventbridge";

const place = { stage: "test", region: "eu-west-1", accountId: "000000000000", prefix: "test-" };

/** A writer, and the model of the service behind it. */
export interface World {
  readonly clock: VirtualClock;
  readonly faults: ServiceFaults;
  readonly writer: OutputWriter;
  readonly calls: { readonly operation: string; readonly entries: number }[];
  /** Puts events and lets time pass until each has its outcome. */
  put(records: readonly PutRecord[], withinMs?: number): Promise<readonly OutputDelivery[]>;
  /** Ids of the events that lie in the destination, in the order in which they came. */
  stored(): string[];
}

export function createWorld(kind: EntryKind, rates: ServiceFaultRates = {}, seed: number | string = 1): World {
  const clock = new VirtualClock();
  const random = createRandom(`${kind} ${seed}`);
  const faults = new ServiceFaults({ seed, rates });
  const [queues, buses] = [new SqsQueues({ clock, random, faults }), new EventBuses({ clock, random, faults })];
  queues.createQueue({ name: "test-orders" });
  buses.createBus("test-orders");
  const service = kind === "sqs" ? queues : buses;
  const call = service.client({ latencyMs: { min: 1, max: 20 }, random });
  const calls: World["calls"][number][] = [];
  const connect = () => async (operation: string, input: object, signal: AbortSignal) => {
    calls.push({ operation, entries: (input as { Entries: unknown[] }).Entries.length });
    return call(operation, input, signal);
  };
  const destination = { kind, name: "orders" } as const;
  const writer = openDestination(targetOf(destination, place), {
    kinesis: () => {
      throw new Error("No stream is written to.");
    },
    ...{ call: connect, clock, random },
  });
  return {
    clock,
    faults,
    writer,
    calls,
    put: (records, withinMs = 8_000) => clock.run(writer.put(records, { deadline: clock.now() + withinMs })),
    stored: () =>
      service.messagesAfter("test-orders", 0).map(({ text }) => {
        const value = JSON.parse(text) as { event?: { id: string }; detail?: { event: { id: string } } };
        return (value.detail ?? (value as { event: { id: string } })).event.id;
      }),
  };
}

/** A record as the router makes it of one event. */
export function recordOf(id: string, rest: object = {}): PutRecord {
  const event = { id, type: "commerce.purchase", time: "2026-03-01T12:00:00Z", ...rest };
  return { partitionKey: id, data: new TextEncoder().encode(`${JSON.stringify({ event })}\n`) };
}
