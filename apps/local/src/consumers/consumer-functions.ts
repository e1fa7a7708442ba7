import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { FunctionSettings, LocalTopology, MappingSettings } from "@millrace/topology";
import { UsageError } from "../errors.ts";

/** A function of another team that reads a stream, as `--consumer` names it. */
export interface ConsumerFunction {
  /** A stream of the stack, with or without its prefix. */
  readonly stream: string;
  /** Absolute. Holds what the function's zip would: an `index` module that exports `handler`. */
  readonly folder: string;
}

/** The names a handler's module may have, in the order in which Lambda looks for them. */
const modules = ["index.mjs", "index.js", "index.cjs"];
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
const memoryMb = 512;
const timeoutMs = 30_000;

/**
 * Reads `<stream>=<folder>`.
 * @throws UsageError for another form, and for a folder without a handler that Node runs
 */
export function parseConsumer(text: string): ConsumerFunction {
  const [, stream, path] = /^([\w.-]+)=(.+)$/.exec(text) ?? [];
  if (stream === undefined || path === undefined) {
    throw new UsageError(`Expected --consumer to be <stream>=<folder>, got "${text}".`);
  }
  const folder = resolve(path);
  if (!existsSync(folder)) throw new UsageError(`--consumer ${text}: there is no folder ${folder}.`);
  if (!modules.some((name) => existsSync(join(folder, name)))) {
    throw new UsageError(
      `--consumer ${text}: ${folder} has no ${modules.join(", ")}, whose export "handler" is the function. Name the folder that its build writes; only functions for Node run here.`,
    );
  }
  return { stream, folder };
}

/**
 * Adds the functions and their mappings to a stack, as if it defined them.
 * @throws UsageError for a stream that the stack does not have
 */
export function withConsumers(topology: LocalTopology, consumers: readonly ConsumerFunction[]): LocalTopology {
  const names = new Map<string, number>();
  const added = consumers.map(({ stream: wanted, folder }) => {
    const stream =
      topology.streams.find(({ name }) => name === wanted) ??
      topology.streams.find(({ name }) => name.endsWith(`-${wanted}`));
    if (stream === undefined) {
      const known = topology.streams.map(({ name }) => name).join(", ");
      throw new UsageError(`--consumer ${wanted}=${folder}: there is no such stream. There are: ${known}.`);
    }
    const count = (names.get(stream.name) ?? 0) + 1;
    names.set(stream.name, count);
    return describe(`consumer-${wanted}${count === 1 ? "" : `-${count}`}`, stream.arn, folder, topology);
  });
  return {
    ...topology,
    functions: [...topology.functions, ...added.map(({ settings }) => settings)],
    mappings: [...topology.mappings, ...added.map(({ mapping }) => mapping)],
  };
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
      memoryMb,
      timeoutMs,
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
