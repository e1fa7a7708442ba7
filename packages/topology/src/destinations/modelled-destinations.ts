import type { LoggedMessage } from "@millrace/aws-simulator";
import type {
  DestinationMetric,
  DestinationOptions,
  DestinationSettings,
  ModelledKind,
  ModelledService,
} from "./destination-model.ts";
import { modelledKinds } from "./models.ts";

/** The destinations of an account that are no streams, of all kinds; names are physical ones. */
export class ModelledDestinations {
  readonly services: ReadonlyMap<ModelledKind, ModelledService>;

  /** @param options of each kind */
  constructor(options: (kind: ModelledKind) => DestinationOptions) {
    this.services = new Map(modelledKinds.map(({ kind, model }) => [kind, model.open(options(kind))]));
  }

  service(kind: string): ModelledService {
    const service = this.services.get(kind as ModelledKind);
    if (service === undefined) throw new TypeError(`Expected a kind that has a model of its own, got ${kind}.`);
    return service;
  }

  create(destinations: readonly DestinationSettings[]): void {
    for (const destination of destinations) this.service(destination.kind).create(destination);
  }

  names(): readonly string[] {
    return [...this.services.values()].flatMap((service) => service.names());
  }

  /** How many messages came to a destination in all. */
  count(name: string): number {
    return [...this.services.values()].reduce((sum, service) => sum + service.messageCount(name), 0);
  }

  /** Messages that came after the number given, oldest first; a bus has each as a rule would see it. Takes nothing. */
  messagesAfter(name: string, number: number): readonly LoggedMessage[] {
    return [...this.services.values()].flatMap((service) => service.messagesAfter(name, number));
  }

  metricsOf({ kind, name }: DestinationSettings): readonly DestinationMetric[] {
    return this.service(kind).metricsOf(name);
  }
}
