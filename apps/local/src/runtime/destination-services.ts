import { EventBuses, type LoggedMessage, SqsQueues, startServiceServer } from "@millrace/aws-simulator";
import { createDestinations, type LocalTopology } from "@millrace/topology";
import { localIdentity } from "./account.ts";

type Names = Pick<LocalTopology, "queues" | "buses">;
type Server = Awaited<ReturnType<typeof startServiceServer>>;

/**
 * Characters of messages that a queue keeps until they are received. A queue may have no reader, and all share one
 * memory.
 */
const maxQueueLength = 32 * 1024 * 1024;

/**
 * The queues and buses that the router delivers to. They live as long as this process: another start begins with empty
 * ones.
 */
export class DestinationServices {
  readonly #queues: SqsQueues;
  readonly #buses: EventBuses;
  readonly #queueServer: Server;
  readonly #busServer: Server;

  private constructor(queues: SqsQueues, buses: EventBuses, queueServer: Server, busServer: Server) {
    this.#queues = queues;
    this.#buses = buses;
    this.#queueServer = queueServer;
    this.#busServer = busServer;
  }

  static async start(topology: Names, onError: (service: string) => (error: unknown) => void) {
    const queues = new SqsQueues({
      ...localIdentity,
      maxQueueLength,
      onOverflow: (name) =>
        onError("sqs")(
          new Error(`Queue ${name} holds as much as fits, and nobody receives it. From now on its oldest messages go.`),
        ),
    });
    const buses = new EventBuses(localIdentity);
    createDestinations(topology, { queues, buses });
    const queueServer = await startServiceServer(queues, { onError: onError("sqs") });
    const busServer = await startServiceServer(buses, { onError: onError("eventbridge") });
    return new DestinationServices(queues, buses, queueServer, busServer);
  }

  /** Where SQS answers, for any AWS SDK. */
  get sqsUrl(): string {
    return this.#queueServer.url;
  }

  /** Where EventBridge answers, for any AWS SDK. */
  get eventBridgeUrl(): string {
    return this.#busServer.url;
  }

  /** Makes queues and buses that a later definition of the pipeline has. */
  create(added: Names): void {
    createDestinations(added, { queues: this.#queues, buses: this.#buses });
  }

  /** Age of the oldest message of a queue, in milliseconds; undefined when it is empty. */
  oldestMessageAgeMs(name: string): number | undefined {
    return this.#queues.oldestMessageAgeMs(name);
  }

  /** Physical names of all queues and buses. */
  names(): readonly string[] {
    return [...this.#queues.queueNames(), ...this.#buses.busNames()];
  }

  /** How many events came to a queue or bus. */
  count(name: string): number {
    return this.#queues.messageCount(name) + this.#buses.messageCount(name);
  }

  /** Events that came after the number given, oldest first; a bus has each as a rule would see it. Takes nothing. */
  messagesAfter(name: string, number: number): readonly LoggedMessage[] {
    return [...this.#queues.messagesAfter(name, number), ...this.#buses.messagesAfter(name, number)];
  }

  async close(): Promise<void> {
    await this.#queueServer.close();
    await this.#busServer.close();
  }
}
