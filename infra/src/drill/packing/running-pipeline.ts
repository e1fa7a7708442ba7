import { isDeepStrictEqual } from "node:util";
import {
  Kinesis,
  type KinesisServer,
  MemoryObjectStore,
  ProcessFunction,
  SecretsManager,
  type SecretsManagerServer,
  startKinesisServer,
  startSecretsManagerServer,
  WarehouseError,
} from "@millrace/aws-simulator";
import { DuckDbWarehouse } from "@millrace/aws-simulator/duckdb";
import {
  assemble,
  type AssembledFunction,
  type Assembly,
  createStreams,
  createWarehouseObjects,
  type FunctionSettings,
  type Identity,
  type Landing,
  landingOf,
  readTerraformStack,
  readTopology,
  startConsumers,
  type Topology,
} from "@millrace/topology";
import { DrillError } from "../../errors.ts";
import { isList, isObject, type ObjectValue } from "../provider/dynamic-value.ts";
import type { World } from "../provider/world.ts";

/** State of the parts that decide in which form enriched records are written and stored. */
interface Deployed {
  readonly variables: Readonly<Record<string, string>>;
  readonly compressionFormat: "GZIP" | "UNCOMPRESSED";
  readonly isEnabled: boolean;
}

/** A file that the pipe could not load. */
export interface FailedLoad {
  readonly fileName: string;
  /** `FILE_UNREADABLE`, or the message of another fault. */
  readonly reason: string;
}

/** How far Firehose is, as an operator sees it in CloudWatch. */
export interface DeliveryFigures {
  readonly dataFreshnessMs: number;
  readonly millisBehindLatest: number;
}

const CONCURRENCY = 2;
const KEY_BYTES = 32;
const privacyKeys = JSON.stringify([{ id: "drill", key: Buffer.alloc(KEY_BYTES, 1).toString("base64") }]);

/**
 * The way of events from the raw stream over enrichment and Firehose into the warehouse, on simulated services: the
 * built function, the streams, pipe and views of the stack, and the rest as the stand-ins of the providers have it.
 */
export class RunningPipeline {
  readonly kinesis: Kinesis;
  readonly warehouse: DuckDbWarehouse;
  readonly failedLoads: FailedLoad[] = [];
  readonly #world: World;
  readonly #objects = new MemoryObjectStore();
  readonly #topology: Topology;
  readonly #landing: Landing;
  readonly #servers: readonly [KinesisServer, SecretsManagerServer];
  readonly #createVersion: (variables: Deployed["variables"]) => ProcessFunction;
  #assembly: Assembly<AssembledFunction> | undefined;
  #running: Deployed;
  #version: ProcessFunction;

  private constructor(parts: {
    readonly world: World;
    readonly kinesis: Kinesis;
    readonly warehouse: DuckDbWarehouse;
    readonly topology: Topology;
    readonly servers: readonly [KinesisServer, SecretsManagerServer];
    readonly createVersion: (variables: Deployed["variables"]) => ProcessFunction;
    readonly deployed: Deployed;
  }) {
    this.#world = parts.world;
    this.kinesis = parts.kinesis;
    this.warehouse = parts.warehouse;
    this.#topology = parts.topology;
    this.#landing = landingOf(parts.topology, parts.topology.pipelineStreams.enriched);
    this.#servers = parts.servers;
    this.#createVersion = parts.createVersion;
    this.#running = parts.deployed;
    this.#version = parts.createVersion(parts.deployed.variables);
  }

  /**
   * Starts what was deployed.
   *
   * @param stackPath of the synthesized stack
   * @throws StackError when the stack has no such pipeline
   */
  static async start(stackPath: string, world: World, identity: Identity): Promise<RunningPipeline> {
    const whole = readTopology(readTerraformStack(stackPath), identity);
    const [enrichment, topology] = enrichmentOf(whole);
    const kinesis = new Kinesis(identity);
    createStreams(whole, kinesis);
    const secrets = new SecretsManager(identity);
    const secret = secrets.createSecret({ name: "drill/privacy-keys", text: privacyKeys });
    const servers = [await startKinesisServer(kinesis), await startSecretsManagerServer(secrets)] as const;
    const warehouse = await DuckDbWarehouse.open({ threads: 1 });
    await createWarehouseObjects(whole, warehouse);
    const pipeline = new RunningPipeline({
      ...{ world, kinesis, warehouse, topology, servers },
      deployed: readDeployed(world, topology),
      createVersion: (variables) =>
        new ProcessFunction({
          ...{ functionName: enrichment.name, code: enrichment.code, handler: enrichment.handler },
          ...{ memoryMb: enrichment.memoryMb, timeoutMs: enrichment.timeoutMs, concurrency: CONCURRENCY },
          environment: { ...variables, PRIVACY_KEYS_SECRET_ARN: secret },
          extraEnvironment: {
            AWS_ENDPOINT_URL_KINESIS: servers[0].url,
            AWS_ENDPOINT_URL_SECRETS_MANAGER: servers[1].url,
          },
          ...identity,
        }),
    });
    await pipeline.#start();
    return pipeline;
  }

  async #start(): Promise<void> {
    this.#assembly = await assemble<AssembledFunction>(this.#topology, {
      kinesis: this.kinesis,
      objectStore: this.#objects,
      warehouse: this.warehouse,
      createFunction: () => ({
        functionArn: this.#version.functionArn,
        invoke: (event, options) => this.#version.invoke(event, options),
      }),
      ofMapping: () => ({}),
      ofDelivery: () => ({}),
      ofPipe: () => ({
        onLoadError: (error, fileName) => {
          this.failedLoads.push({ fileName, reason: error instanceof WarehouseError ? error.code : String(error) });
        },
      }),
    });
    await startConsumers(this.#assembly);
  }

  /**
   * Takes over what is deployed by now, while events flow: variables of the function released to all traffic at once,
   * the form of Firehose's objects, and whether the mapping reads. Firehose takes a change at once here.
   */
  async follow(): Promise<void> {
    const before = this.#running;
    this.#running = readDeployed(this.#world, this.#topology);
    const { variables, compressionFormat, isEnabled } = this.#running;
    const { mapping, delivery } = this.#parts;
    const next = isDeepStrictEqual(before.variables, variables) ? undefined : this.#createVersion(variables);
    await next?.initialize();
    if (compressionFormat !== before.compressionFormat) delivery.update({ compressionFormat });
    if (next !== undefined) {
      const old = this.#version;
      this.#version = next;
      await old.retire();
    }
    if (isEnabled && !before.isEnabled) await mapping.start();
    if (!isEnabled && before.isEnabled) await mapping.stop({ drain: false });
  }

  get functionName(): string {
    return this.#version.functionName;
  }

  get rawStream(): string {
    return this.#topology.pipelineStreams.raw;
  }

  /** True if the mapping of enrichment is not stopped. */
  get isReading(): boolean {
    return this.#running.isEnabled;
  }

  /** Records that enrichment has written so far. */
  get enrichedRecords(): number {
    return this.kinesis.stats(this.#topology.pipelineStreams.enriched).recordsIn;
  }

  /** Records of those that are in no object yet. */
  get undeliveredRecords(): number {
    return this.enrichedRecords - this.#parts.delivery.stats().recordsDelivered;
  }

  /** Records that Firehose holds. */
  get heldRecords(): number {
    return this.#parts.delivery.stats().bufferedRecords;
  }

  get figures(): DeliveryFigures {
    return this.#parts.delivery.stats();
  }

  /** Ids in the view of events. */
  async idsInView(): Promise<readonly string[]> {
    return (await this.warehouse.query("SELECT id FROM events")).map(({ id }) => id as string);
  }

  /** Keys of the objects of enriched events. */
  async lakeKeys(): Promise<readonly string[]> {
    const { bucket, prefix } = this.#landing;
    return (await this.#objects.list(bucket, prefix)).map(({ key }) => key);
  }

  async readLake(key: string): Promise<Uint8Array> {
    return (await this.#objects.get(this.#landing.bucket, key)).bytes;
  }

  /** Ends it. A pipe that tries to load a file goes on as long as the process. */
  async close(): Promise<void> {
    const { mapping, delivery } = this.#parts;
    await mapping.stop({ drain: false });
    await delivery.stop({ drain: false });
    await this.#version.stop();
    for (const server of this.#servers) await server.close();
    await this.warehouse.close();
  }

  get #parts() {
    const { mappings = [], deliveries = [] } = this.#assembly ?? {};
    const [[{ mapping } = {}], [{ delivery } = {}]] = [mappings, deliveries];
    if (mapping === undefined || delivery === undefined) throw new DrillError("The pipeline has not started.");
    return { mapping, delivery };
  }
}

/** The function, and the pipeline without everything that neither leads to it nor from it into the warehouse. */
function enrichmentOf(topology: Topology): readonly [FunctionSettings, Topology] {
  const arnOf = (stream: string): string | undefined => topology.streams.find(({ name }) => name === stream)?.arn;
  const [raw, enriched] = [arnOf(topology.pipelineStreams.raw), arnOf(topology.pipelineStreams.enriched)];
  const mappings = topology.mappings.filter(({ streamArn }) => streamArn === raw);
  const functions = topology.functions.filter(({ name }) => mappings.some(({ functionName }) => functionName === name));
  const [enrichment] = functions;
  if (enrichment === undefined) throw new DrillError("No function reads the raw stream.");
  return [
    enrichment,
    {
      ...topology,
      functions,
      mappings,
      deliveryStreams: topology.deliveryStreams.filter(({ sourceStreamArn }) => sourceStreamArn === enriched),
      pipes: [landingOf(topology, topology.pipelineStreams.enriched).pipe],
      schedules: [],
    },
  ];
}

/** @param topology that has only what is meant */
function readDeployed(world: World, { functions, deliveryStreams }: Topology): Deployed {
  const functionName = functions[0]?.name ?? "";
  const one = (type: string, isMeant: (state: ObjectValue) => boolean): ObjectValue => {
    const [found, ...others] = world.list().filter((thing) => thing.type === type && isMeant(thing.state));
    if (found === undefined || others.length > 0) throw new DrillError(`Not exactly one ${type} is deployed as meant.`);
    return found.state;
  };
  const lambda = one("aws_lambda_function", (state) => state["function_name"] === functionName);
  const delivery = one("aws_kinesis_firehose_delivery_stream", (state) => state["name"] === deliveryStreams[0]?.name);
  const mapping = one("aws_lambda_event_source_mapping", isMappingOf(functionName));
  const { variables } = firstBlock(lambda, "environment");
  return {
    variables: isObject(variables ?? null) ? (variables as Deployed["variables"]) : {},
    compressionFormat:
      firstBlock(delivery, "extended_s3_configuration")["compression_format"] === "GZIP" ? "GZIP" : "UNCOMPRESSED",
    isEnabled: mapping["enabled"] === true,
  };
}

/** True for the mapping that invokes the function, over whatever alias. */
export const isMappingOf =
  (functionName: string) =>
  ({ function_name: target }: ObjectValue): boolean =>
    typeof target === "string" && target.split(":").includes(functionName);

function firstBlock(state: ObjectValue, name: string): ObjectValue {
  const blocks = state[name];
  const [first] = isList(blocks) ? blocks : [];
  return isObject(first) ? first : {};
}
