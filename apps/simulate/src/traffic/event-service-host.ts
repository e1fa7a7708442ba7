import type { Clock, InProcessClient, Random } from "@millrace/aws-simulator";
import {
  createEventService,
  type EventReply,
  type EventRequest,
  type EventService,
  hashWriteKey,
} from "@millrace/ingest";
import { createPutRecords, type PutRecords } from "@millrace/put-records";
import type { Confirmations } from "../observe/confirmations.ts";
import type { Deliveries } from "../observe/deliveries.ts";

export interface EventServiceHostOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** A new client for each process. */
  readonly connect: () => Pick<InProcessClient, "send">;
  readonly streamName: string;
  readonly confirmations: Confirmations;
  readonly deliveries: Deliveries;
}

const writeKey = "simulation";
const MAX_IN_FLIGHT_BYTES = 8 * 1024 * 1024;

/** The event service as a process that can be restarted: the old one drains while the new one takes requests. */
export class EventServiceHost {
  readonly #options: EventServiceHostOptions;
  #process: { readonly service: EventService; readonly putRecords: PutRecords };
  #processes = 0;
  #restarts = 0;
  /** Processes that were let go although records they had accepted were not settled. */
  readonly hastyExits: string[] = [];

  constructor(options: EventServiceHostOptions) {
    this.#options = options;
    this.#process = this.#start();
  }

  get restarts(): number {
    return this.#restarts;
  }

  handle(request: Omit<EventRequest, "headers"> & { readonly contentType: string }): Promise<EventReply> {
    const headers = { authorization: `Bearer ${writeKey}`, "content-type": request.contentType };
    return this.#process.service.handle({ ...request, headers });
  }

  /** Starts another process, and ends this one when its client reports that everything is settled. */
  async restart(): Promise<void> {
    const { putRecords } = this.#process;
    this.#restarts += 1;
    this.#process = this.#start();
    await putRecords.close();
    const { pendingRecords } = putRecords.stats();
    if (pendingRecords > 0) this.hastyExits.push(`close() resolved with ${pendingRecords} records pending`);
  }

  #start(): { service: EventService; putRecords: PutRecords } {
    const { clock, random, connect, streamName, confirmations, deliveries } = this.#options;
    this.#processes += 1;
    const writer = createPutRecords({
      client: confirmations.watch(connect(), `ingest-${this.#processes}`),
      streamName,
      maxInFlightBytes: MAX_IN_FLIGHT_BYTES,
      clock,
      random,
    });
    const putRecords = deliveries.watch(writer, streamName, MAX_IN_FLIGHT_BYTES);
    const service = createEventService({
      putRecords,
      writeKeys: [
        {
          name: "simulation",
          sha256: hashWriteKey(writeKey),
          tenantId: "simulation",
          sources: ["https://shop.example/*"],
        },
      ],
      clock,
      random,
      newId: () => `n-${Math.floor(random() * 1e9)}`,
    });
    return { service, putRecords };
  }
}
