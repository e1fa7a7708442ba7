import { destinationKinds } from "@millrace/destinations/kinds";
import type {
  EventSourceMapping,
  Kinesis,
  ObjectStore,
  ProcessFunction,
  SecretsManager,
} from "@millrace/aws-simulator";
import {
  createStreams,
  createWarehouseObjects,
  type FunctionSettings,
  type LocalTopology,
  type TopologyChanges,
  type WarehouseSchema,
} from "@millrace/topology";
import { RuntimeError } from "../errors.ts";
import type { DestinationServices } from "../runtime/destination-services.ts";
import type { LiveFunction } from "./live-function.ts";

/** The parts of a running pipeline that can be changed. */
export interface ChangeableParts {
  readonly kinesis: Kinesis;
  readonly services: Pick<DestinationServices, "create">;
  readonly objectStore: ObjectStore;
  readonly secrets: SecretsManager;
  readonly warehouse: WarehouseSchema;
  readonly functions: ReadonlyMap<string, LiveFunction>;
  readonly mappings: readonly {
    readonly streamName: string;
    readonly mapping: EventSourceMapping;
    readonly functionName: string;
  }[];
  /** Makes a version of a function; it does not run yet. */
  readonly createVersion: (settings: FunctionSettings) => Promise<ProcessFunction>;
  readonly readFile: (path: string) => Uint8Array;
  /** Runs another version of the event service in the place of this one. */
  readonly replaceService: (topology: LocalTopology) => Promise<string>;
}

const RESHARD_DEADLINE_MS = 60_000;
const STATUS_POLL_MS = 100;

/**
 * Applies what differs to the running pipeline, in the order of a deployment: what others need comes first, and a
 * function is swapped only when its new version has shown that it starts.
 *
 * @returns what was done, one phrase each
 * @throws RuntimeError or StackError when a version does not start, the warehouse refuses a view, or records would get
 * another form than the delivery stream behind them writes; then no function was swapped
 */
export async function applyChanges(
  parts: ChangeableParts,
  after: LocalTopology,
  changes: TopologyChanges,
): Promise<readonly string[]> {
  const [delivery] = changes.newForms;
  if (delivery !== undefined) {
    throw new RuntimeError(
      `Delivery stream ${delivery.name} is to write objects of another form (${delivery.compressionFormat}), and an ` +
        "object of both cannot be read. End the pipeline, which delivers what is under way, and start it again.",
    );
  }
  const versions = await startVersions(parts, changes.functions);
  const done: string[] = [];
  try {
    await createWarehouseObjects(
      { tables: changes.newTables, dynamicTables: changes.dynamicTables, views: changes.views },
      parts.warehouse,
    );
    done.push(
      ...changes.newTables.map(({ name }) => `table ${name}`),
      ...changes.dynamicTables.map(({ name }) => `dynamic table ${name}`),
      ...changes.views.map(({ name }) => `view ${name}`),
    );
    createStreams({ ...after, streams: changes.newStreams }, parts.kinesis);
    done.push(...changes.newStreams.map(({ name }) => `stream ${name}`));
    parts.services.create(changes.newDestinations);
    done.push(...changes.newDestinations.map(({ kind, name }) => `${destinationKinds[kind].property} ${name}`));
    for (const { bucket, key, path } of changes.objects) await parts.objectStore.put(bucket, key, parts.readFile(path));
    done.push(...changes.objects.map(({ key }) => `object ${key}`));
    done.push(...changes.secrets.map((secret) => putSecret(parts.secrets, secret)));
  } catch (error) {
    await Promise.all([...versions.values()].map((version) => version.stop()));
    throw error;
  }
  for (const [name, version] of versions) await parts.functions.get(name)?.replace(version);
  done.push(...[...versions.keys()].map((name) => `function ${name}`));
  for (const { functionName, batchSize, ...settings } of changes.mappings) {
    for (const { mapping } of parts.mappings.filter((each) => each.functionName === functionName)) {
      mapping.update({
        batchSize,
        maximumBatchingWindowInSeconds: settings.maximumBatchingWindowInSeconds,
        maximumRetryAttempts: settings.maximumRetryAttempts,
        maximumRecordAgeInSeconds: settings.maximumRecordAgeInSeconds,
        bisectBatchOnFunctionError: settings.bisectBatchOnFunctionError,
        functionResponseTypes: settings.functionResponseTypes,
      });
    }
    done.push(`the mapping of ${functionName}`);
  }
  for (const { streamName, from, to } of changes.reshards) {
    await reshard(parts.kinesis, streamName, to);
    done.push(`stream ${streamName} from ${from} to ${to} shards`);
  }
  if (changes.isServiceChanged) done.push(await parts.replaceService(after));
  return done;
}

async function startVersions(
  { createVersion }: ChangeableParts,
  functions: readonly FunctionSettings[],
): Promise<ReadonlyMap<string, ProcessFunction>> {
  const versions = new Map<string, ProcessFunction>();
  try {
    for (const settings of functions) {
      const version = await createVersion(settings);
      versions.set(settings.name, version);
      await version.initialize();
    }
    return versions;
  } catch (cause) {
    await Promise.all([...versions.values()].map((version) => version.stop()));
    const name = [...versions.keys()].at(-1) ?? functions[0]?.name ?? "";
    throw new RuntimeError(`The new version of ${name} does not start: ${(cause as Error).message}`, { cause });
  }
}

function putSecret(secrets: SecretsManager, { name, text }: { readonly name: string; readonly text: string }): string {
  secrets.putSecretValue(name, text);
  return `secret ${name}`;
}

/** Kinesis at most doubles or halves the number of shards in one update, so a larger change takes several. */
async function reshard(kinesis: Kinesis, streamName: string, target: number): Promise<void> {
  const deadline = Date.now() + RESHARD_DEADLINE_MS;
  for (;;) {
    const { StreamDescriptionSummary: summary } = kinesis.describeStreamSummary({ StreamName: streamName });
    if (summary.StreamStatus === "ACTIVE") {
      const open = summary.OpenShardCount;
      if (open === target) return;
      const next = Math.min(open * 2, Math.max(Math.ceil(open / 2), target));
      kinesis.updateShardCount({ StreamName: streamName, TargetShardCount: next, ScalingType: "UNIFORM_SCALING" });
    }
    if (Date.now() > deadline) throw new RuntimeError(`Stream ${streamName} has not got ${target} shards in time.`);
    await new Promise((resolve) => setTimeout(resolve, STATUS_POLL_MS));
  }
}
