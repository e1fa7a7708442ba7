import type {
  Clock,
  JsonService,
  LoggedMessage,
  Random,
  ServiceCall,
  ServiceClientOptions,
  ServiceFaults,
} from "@millrace/aws-simulator";
import type { KindName } from "@millrace/destinations/kinds";
import type { Arguments } from "../stack/arguments.ts";

/** The kinds that are no streams: the simulator's Kinesis has those. */
export type ModelledKind = Exclude<KindName, "kinesis">;

/** A destination that the router writes to, with the settings that its model reads. */
export interface DestinationSettings {
  readonly kind: ModelledKind;
  readonly name: string;
  readonly arn: string;
  readonly [setting: string]: string | number;
}

/** Account, clock and faults of the destinations. */
export interface DestinationOptions {
  readonly region?: string;
  readonly accountId?: string;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly faults?: ServiceFaults;
  /** Characters that a destination keeps until they are taken. Default no limit. */
  readonly maxLength?: number;
  /** Called once for each destination whose oldest messages go because of that limit. */
  readonly onOverflow?: (name: string) => void;
}

/** A kind of destination, as a stack names it and the simulator plays it. */
export interface DestinationModel {
  /** Arguments of the resource that are read, beside its name. */
  readonly arguments: readonly string[];
  /** Arguments that change nothing of what arrives. */
  readonly harmlessArguments: readonly string[];
  readSettings(args: Arguments): Readonly<Record<string, number>>;
  open(options: DestinationOptions): ModelledService;
}

/** The destinations of one kind that an account has. */
export interface ModelledService {
  readonly service: JsonService;
  /** Makes a destination, unless there is one of the name. */
  create(destination: DestinationSettings): void;
  names(): readonly string[];
  client(options: ServiceClientOptions): ServiceCall;
  /** How many messages came to a destination in all. */
  messageCount(name: string): number;
  /** Messages that came after the number given, oldest first. Takes nothing. */
  messagesAfter(name: string, number: number): readonly LoggedMessage[];
  /** The event in a message, as the router wrote it. */
  eventIn(text: string): string;
  /** Data points that AWS would write now. */
  metricsOf(name: string): readonly DestinationMetric[];
}

/** A data point of a destination. */
export interface DestinationMetric {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly value: number;
}
