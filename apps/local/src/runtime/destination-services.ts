import { type LoggedMessage, startServiceServer } from "@millrace/aws-simulator";
import { destinationKinds } from "@millrace/destinations/kinds";
import { type DestinationSettings, ModelledDestinations } from "@millrace/topology";
import { localIdentity } from "./account.ts";

type Server = Awaited<ReturnType<typeof startServiceServer>>;

/**
 * Characters of messages that a queue keeps until they are received. A queue may have no reader, and all share one
 * memory.
 */
const MAX_QUEUE_LENGTH = 32 * 1024 * 1024;

/**
 * The destinations that are no streams, of every kind. They live as long as this process: another start begins with
 * empty ones.
 */
export class DestinationServices {
  /** Variable by which an AWS SDK finds a service → its URL. */
  readonly endpoints: Readonly<Record<string, string>>;
  readonly #destinations: ModelledDestinations;
  readonly #servers: readonly Server[];

  private constructor(destinations: ModelledDestinations, servers: ReadonlyMap<string, Server>) {
    this.#destinations = destinations;
    this.#servers = [...servers.values()];
    this.endpoints = Object.fromEntries([...servers].map(([variable, { url }]) => [variable, url]));
  }

  static async start(
    destinations: readonly DestinationSettings[],
    onError: (service: string) => (error: unknown) => void,
  ): Promise<DestinationServices> {
    const modelled = new ModelledDestinations((kind) => ({
      ...localIdentity,
      maxLength: MAX_QUEUE_LENGTH,
      onOverflow: (name) =>
        onError(kind)(
          new Error(
            `The ${destinationKinds[kind].property} ${name} holds as much as fits, and nobody receives it. From now on its oldest messages go.`,
          ),
        ),
    }));
    modelled.create(destinations);
    const servers = new Map<string, Server>();
    for (const [kind, { service }] of modelled.services) {
      const variable = `AWS_ENDPOINT_URL_${destinationKinds[kind].endpointVariable}`;
      servers.set(variable, await startServiceServer(service, { onError: onError(kind) }));
    }
    return new DestinationServices(modelled, servers);
  }

  /** Makes destinations that a later definition of the pipeline has. */
  create(added: readonly DestinationSettings[]): void {
    this.#destinations.create(added);
  }

  /** Data points that AWS would write of a destination now. */
  metricsOf(destination: DestinationSettings): ReturnType<ModelledDestinations["metricsOf"]> {
    return this.#destinations.metricsOf(destination);
  }

  /** Physical names of all destinations. */
  names(): readonly string[] {
    return this.#destinations.names();
  }

  /** How many events came to a destination. */
  count(name: string): number {
    return this.#destinations.count(name);
  }

  /** Events that came after the number given, oldest first; a bus has each as a rule would see it. Takes nothing. */
  messagesAfter(name: string, number: number): readonly LoggedMessage[] {
    return this.#destinations.messagesAfter(name, number);
  }

  async close(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.close()));
  }
}
