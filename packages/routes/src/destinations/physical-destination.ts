import { type DestinationKind, destinationKinds, type KindName } from "@millrace/destinations/kinds";
import type { Destination } from "../document/route-document.ts";
import { PARTITION } from "./aws-regions.ts";
import { nameDestination } from "./name-destination.ts";

/** A destination as it is in one environment. */
export interface PhysicalDestination {
  readonly kind: KindName;
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
  readonly name: string;
}

/** Where an environment lies, and the streams that are its own pipeline. */
export interface EnvironmentPlace {
  readonly name: string;
  readonly region: string;
  readonly accountId: string;
  /** Put before the name of a destination: `millrace-prod-`. */
  readonly streamPrefix: string;
  /** Bucket of the lake, in which undelivered events lie. */
  readonly lakeBucket: string;
  /** Bucket of what Lambda gave up on. */
  readonly deadLetterBucket: string;
  /** Whole names of the streams that the pipeline itself reads or writes. */
  readonly pipelineStreams: readonly string[];
  /** Form of the records of the enriched stream: whoever writes to it writes the same. */
  readonly enrichedCompression: "gzip" | "none";
  /** Time one invocation of the router has. */
  readonly routerTimeoutMs: number;
  /** Where its rows lie in Snowflake; absent on the laptop. */
  readonly warehouse?: {
    readonly organization: string;
    readonly account: string;
    readonly database: string;
    readonly schema: string;
    /** May read the views. */
    readonly readerRole: string;
  };
}

const ARN =
  /^arn:(?<partition>aws(?:-[a-z-]+)?):(?<service>[a-z]+):(?<region>[a-z0-9-]+):(?<accountId>\d{12}):(?<resource>.+)$/;

/** The parts of the ARN of a destination of this kind; undefined when it is none. */
export function parseDestinationArn(arn: string, kind: DestinationKind<KindName>): PhysicalDestination | undefined {
  const { partition, service, region, accountId, resource } = ARN.exec(arn)?.groups ?? {};
  if (partition === undefined || region === undefined || accountId === undefined || resource === undefined)
    return undefined;
  const name = resource.slice(kind.resource.length);
  if (service !== kind.service || !resource.startsWith(kind.resource) || !kind.physicalName.test(name))
    return undefined;
  return { kind: kind.kind, partition, region, accountId, name };
}

export function destinationArn({ kind, partition, region, accountId, name }: PhysicalDestination): string {
  const { service, resource } = destinationKinds[kind];
  return `arn:${partition}:${service}:${region}:${accountId}:${resource}${name}`;
}

/**
 * The ARN of a destination in an environment: the one that the document names for it, or ours.
 * @example resolveDestination({ queue: "claims" }, prod) // "arn:aws:sqs:eu-west-1:333333333333:millrace-prod-claims"
 */
export function resolveDestination(destination: Destination, place: EnvironmentPlace): string {
  const { kind, name, arn } = nameDestination(destination);
  return arn[place.name] ?? ownArn(place, kind.kind, place.streamPrefix + name);
}

/** The ARN of a stream, queue or bus of the environment itself. */
export function ownArn({ region, accountId }: EnvironmentPlace, kind: KindName, name: string): string {
  return destinationArn({ kind, partition: PARTITION, region, accountId, name });
}
