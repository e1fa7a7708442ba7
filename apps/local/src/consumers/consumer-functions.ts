import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  type FunctionSettings,
  type LocalTopology,
  type MappingSettings,
  readStreamReaders,
  readTerraformStack,
} from "@millrace/topology";
import { UsageError } from "../errors.ts";
import { localIdentity } from "../runtime/account.ts";

/** Functions of another team that read streams, as `--consumer` names them. Paths are absolute. */
export type Consumer = ConsumerFolder | ConsumerStack;

interface ConsumerFolder {
  /** A stream of the stack, with or without its prefix. */
  readonly stream: string;
  /** Holds what the function's zip would: an `index` module that exports `handler`. */
  readonly folder: string;
}

interface ConsumerStack {
  /** Terraform's JSON, such as `cdktf synth` writes. */
  readonly stackPath: string;
}

/** The names a handler's module may have, in the order in which Lambda looks for them. */
const modules = ["index.mjs", "index.js", "index.cjs"];
/** The name that CDKTF gives a stack. */
const stackFile = "cdk.tf.json";
/** Code that changes while the pipeline runs is taken over; a package that is installed is not looked at. */
const notLookedAt = new Set(["node_modules", ".git"]);

/** An event source mapping as docs/consume-a-stream.md asks for it. */
const mappingDefaults = {
  batchSize: 100,
  maximumBatchingWindowInSeconds: 0,
  parallelizationFactor: 1,
  maximumRetryAttempts: 5,
  maximumRecordAgeInSeconds: -1,
  bisectBatchOnFunctionError: true,
  functionResponseTypes: ["ReportBatchItemFailures"],
  startingPosition: "TRIM_HORIZON",
} as const;
const MEMORY_MB = 512;
const TIMEOUT_MS = 30_000;

/**
 * Reads `<stream>=<folder>`, or the path of a stack.
 * @throws UsageError for another form, for a folder without a handler that Node runs, and for a stack that is not there
 */
export function parseConsumer(text: string): Consumer {
  const [, stream, path] = /^([\w.-]+)=(.+)$/.exec(text) ?? [];
  if (stream === undefined || path === undefined) return { stackPath: stackPathOf(text) };
  const folder = resolve(path);
  if (!existsSync(folder)) throw new UsageError(`--consumer ${text}: there is no folder ${folder}.`);
  if (!modules.some((name) => existsSync(join(folder, name)))) {
    throw new UsageError(
      `--consumer ${text}: ${folder} has no ${modules.join(", ")}, whose export "handler" is the function. Name the folder that its build writes; only functions for Node run here.`,
    );
  }
  return { stream, folder };
}

function stackPathOf(text: string): string {
  const path = resolve(text);
  const found = [path, join(path, stackFile)].find((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
  if (found !== undefined) return found;
  throw new UsageError(
    `Expected --consumer to be <stream>=<folder>, or a stack in Terraform's JSON or its folder, got "${text}": there is no ${stackFile} there.`,
  );
}

interface Added {
  readonly functions: readonly FunctionSettings[];
  readonly mappings: readonly MappingSettings[];
}

/**
 * Adds the functions and their mappings to a stack, as if it defined them.
 * @throws UsageError for a stream that the stack does not have, a name that is taken, and a function that Node does not
 * run; StackError for a consumer's stack that cannot be read or asks for what is not modelled
 */
export function withConsumers(topology: LocalTopology, consumers: readonly Consumer[]): LocalTopology {
  return consumers.reduce<LocalTopology>((all, consumer) => {
    const { functions, mappings } = "folder" in consumer ? ofFolder(consumer, all) : ofStack(consumer, all);
    return { ...all, functions: [...all.functions, ...functions], mappings: [...all.mappings, ...mappings] };
  }, topology);
}

function ofFolder({ stream: wanted, folder }: ConsumerFolder, topology: LocalTopology): Added {
  const stream =
    topology.streams.find(({ name }) => name === wanted) ??
    topology.streams.find(({ name }) => name.endsWith(`-${wanted}`));
  if (stream === undefined) {
    throw new UsageError(`--consumer ${wanted}=${folder}: there is no such stream. ${known(topology)}`);
  }
  const base = `consumer-${wanted}`;
  const count = topology.functions.filter(({ name }) => name === base || name.startsWith(`${base}-`)).length;
  const { settings, mapping } = describe(`${base}${count === 0 ? "" : `-${count + 1}`}`, stream.arn, folder, topology);
  return { functions: [settings], mappings: [mapping] };
}

/** A stack names the stream of some account and environment: here it reads the local one of that name. */
function ofStack({ stackPath }: ConsumerStack, topology: LocalTopology): Added {
  const { functions, mappings } = readStreamReaders(readTerraformStack(stackPath), localIdentity);
  if (mappings.length === 0) {
    throw new UsageError(
      `--consumer ${stackPath}: no enabled aws_lambda_event_source_mapping reads a Kinesis stream there.`,
    );
  }
  for (const { name, runtime } of functions) {
    const fault = topology.functions.some((other) => other.name === name)
      ? "is the name of another function that runs here"
      : !runtime.startsWith("nodejs")
        ? `has the runtime ${runtime}, and only functions for Node run here: start it yourself against kinesisUrl of .local/run.json`
        : undefined;
    if (fault !== undefined) throw new UsageError(`--consumer ${stackPath}: function ${name} ${fault}.`);
  }
  return {
    functions: functions.map((settings) => ({ ...settings, codeHash: hashOfZip(settings, stackPath) })),
    mappings: mappings.map((mapping) => ({
      ...mapping,
      // The pipeline's own mappings have names of the same kind.
      uuid: `consumer-${mapping.uuid}`,
      streamArn: localStream(mapping.streamArn, stackPath, topology).arn,
    })),
  };
}

function localStream(arn: string, stackPath: string, topology: LocalTopology): LocalTopology["streams"][number] {
  const wanted = arn.split("stream/").at(-1) ?? "";
  const stream =
    topology.streams.find(({ name }) => name === wanted) ??
    topology.streams.find(({ name }) => nameWithoutStage(name) === nameWithoutStage(wanted));
  if (stream !== undefined) return stream;
  throw new UsageError(
    `--consumer ${stackPath}: a mapping reads ${arn}, and the pipeline has no such stream. ${known(topology)}`,
  );
}

/** `millrace-prod-clicks` and `millrace-local-clicks` are one stream in two environments. */
function nameWithoutStage(name: string): string {
  return name.replace(/^([a-z0-9]+)-[a-z0-9]+-/, "$1-");
}

function known({ streams }: LocalTopology): string {
  return `There are: ${streams.map(({ name }) => name).join(", ")}.`;
}

/** Files of a consumer's stack of which a change is another version: the stack, and the zips that it names. */
export function filesOf({ stackPath }: ConsumerStack): readonly string[] {
  const { functions } = readStreamReaders(readTerraformStack(stackPath), localIdentity);
  return [stackPath, ...functions.flatMap(({ code }) => ("zipFile" in code ? [code.zipFile] : []))];
}

function describe(
  name: string,
  streamArn: string,
  folder: string,
  { mappings }: LocalTopology,
): { readonly settings: FunctionSettings; readonly mapping: MappingSettings } {
  const arn = `${streamArn.slice(0, streamArn.indexOf(":stream/")).replace(":kinesis:", ":lambda:")}:function:${name}`;
  return {
    settings: {
      name,
      arn,
      code: { folder },
      codeHash: hashOf(folder),
      handler: "index.handler",
      runtime: "nodejs24.x",
      memoryMb: MEMORY_MB,
      timeoutMs: TIMEOUT_MS,
      environment: {},
    },
    mapping: {
      ...mappingDefaults,
      uuid: name,
      streamArn,
      functionName: name,
      onFailureBucket: mappings.find(({ onFailureBucket }) => onFailureBucket !== undefined)?.onFailureBucket,
    },
  };
}

function hashOfZip({ name, code }: FunctionSettings, stackPath: string): string {
  const path = "zipFile" in code ? code.zipFile : code.folder;
  if (!existsSync(path)) {
    throw new UsageError(`--consumer ${stackPath}: there is no ${path}, the code of function ${name}. Build it first.`);
  }
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

function hashOf(folder: string): string {
  const hash = createHash("sha256");
  const add = (path: string): void => {
    for (const entry of readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const inner = join(path, entry.name);
      if (entry.isDirectory()) {
        if (!notLookedAt.has(entry.name)) add(inner);
      } else if (entry.isFile()) hash.update(inner).update("\0").update(readFileSync(inner));
    }
  };
  add(folder);
  return hash.digest("hex");
}
