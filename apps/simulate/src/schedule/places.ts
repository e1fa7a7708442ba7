import { landingOf, StackError, type FunctionSettings, type Topology } from "@millrace/topology";

/** The stream of the direct producer; it is in no stack. */
export const directStream = "simulation-direct";

/** Where things lie in the pipeline of a stack. */
export class Places {
  readonly raw: string;
  readonly enriched: string;
  readonly badRows: string;
  readonly enrichedLanding: ReturnType<typeof landingOf>;
  readonly badRowLanding: ReturnType<typeof landingOf>;
  readonly routerName: string;
  /** Place of the undelivered events. */
  readonly undelivered: { readonly bucket: string; readonly folder: string };
  /** Buckets of what Lambda gave up on. */
  readonly givenUpBuckets: readonly string[];
  readonly #destinationPrefix: string;

  /** @throws StackError when the stack does not have the parts that a pipeline has */
  constructor(topology: Topology) {
    const { raw, enriched, badRows } = topology.pipelineStreams;
    this.raw = raw;
    this.enriched = enriched;
    this.badRows = badRows;
    this.enrichedLanding = landingOf(topology, enriched);
    this.badRowLanding = landingOf(topology, badRows);
    const router = readerOf(topology, enriched);
    this.routerName = router.name;
    this.#destinationPrefix = variableOf(router, "DESTINATION_PREFIX");
    this.undelivered = readS3Url(variableOf(router, "UNDELIVERED_URL"));
    const buckets = topology.mappings.map(({ onFailureBucket }) => onFailureBucket);
    this.givenUpBuckets = [...new Set(buckets.filter((bucket) => bucket !== undefined))];
  }

  /** Physical name of a destination, from the name that routes have for it. */
  destination(stream: string): string {
    return `${this.#destinationPrefix}${stream}`;
  }
}

function readerOf({ functions, mappings, streams }: Topology, streamName: string): FunctionSettings {
  const arn = streams.find(({ name }) => name === streamName)?.arn;
  const mapping = mappings.find(({ streamArn }) => streamArn === arn);
  const reader = functions.find(({ name }) => name === mapping?.functionName);
  if (reader === undefined) throw new StackError(`No function reads ${streamName}.`);
  return reader;
}

function variableOf({ name, environment }: FunctionSettings, variable: string): string {
  const value = environment[variable];
  if (value === undefined) throw new StackError(`The function ${name} has no variable ${variable}.`);
  return value;
}

function readS3Url(url: string): { bucket: string; folder: string } {
  const { hostname, pathname } = new URL(url);
  return { bucket: hostname, folder: `${pathname.slice(1).replace(/\/$/, "")}/` };
}
