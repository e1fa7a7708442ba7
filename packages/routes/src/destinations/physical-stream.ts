import type { Destination } from "../document/route-document.ts";

/** The stream that a destination is in one environment. */
export interface PhysicalStream {
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
  /** Put before a route's stream name: `millrace-prod-`. */
  readonly streamPrefix: string;
  /** Bucket of the lake, in which undelivered events lie. */
  readonly lakeBucket: string;
  /** Whole names of the streams that the pipeline itself reads or writes. */
  readonly pipelineStreams: readonly string[];
  /** Time one invocation of the router has. */
  readonly routerTimeoutMs: number;
}

/**
 * https://docs.aws.amazon.com/kinesis/latest/APIReference/API_StreamDescription.html#Streams-Type-StreamDescription-StreamARN
 */
const STREAM_ARN =
  /^arn:(?<partition>aws(?:-[a-z-]+)?):kinesis:(?<region>[a-z0-9-]+):(?<accountId>\d{12}):stream\/(?<name>[\w.-]{1,128})$/;

/** The parts of a stream's ARN; undefined when it is none. */
export function parseStreamArn(arn: string): PhysicalStream | undefined {
  const { partition, region, accountId, name } = STREAM_ARN.exec(arn)?.groups ?? {};
  if (partition === undefined || region === undefined || accountId === undefined || name === undefined)
    return undefined;
  return { partition, region, accountId, name };
}

export function streamArn({ partition, region, accountId, name }: PhysicalStream): string {
  return `arn:${partition}:kinesis:${region}:${accountId}:stream/${name}`;
}

/**
 * The ARN of the stream that a destination is in an environment: the one it names for it, or ours.
 * @example resolveDestination({ stream: "fraud" }, prod) // "arn:aws:kinesis:eu-west-1:333333333333:stream/millrace-prod-fraud"
 */
export function resolveDestination({ stream, arn }: Destination, place: EnvironmentPlace): string {
  return arn?.[place.name] ?? ownStream(place, place.streamPrefix + stream);
}

/** The ARN of a stream of the environment itself. */
export function ownStream({ region, accountId }: EnvironmentPlace, name: string): string {
  return streamArn({ partition: "aws", region, accountId, name });
}
