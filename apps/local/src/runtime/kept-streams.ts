import { randomUUID } from "node:crypto";
import {
  type Checkpoints,
  createRandom,
  DiskStreamStore,
  type DiskStreamStoreOptions,
  Kinesis,
} from "@millrace/aws-simulator";
import { createStreams, type LocalTopology } from "@millrace/topology";
import { RuntimeError } from "../errors.ts";
import { localIdentity } from "./account.ts";

const HOUR_MS = 3_600_000;

/** The streams of a stack as the last run left them. */
export interface KeptStreams {
  readonly kinesis: Kinesis;
  readonly store: DiskStreamStore;
  /** The stack, with its ages prolonged by the time in which nothing ran. */
  readonly topology: LocalTopology;
  /** State left by an earlier run; undefined when this run begins without one. */
  readonly resumed: ResumedStreams | undefined;
  checkpointsOf(streamArn: string, consumer: string): Checkpoints;
}

export interface ResumedStreams {
  readonly records: number;
  readonly oldestArrivalMs: number;
}

/**
 * Opens the streams of a stack. Another number of shards reshards them; what the stack no longer has is kept aside and
 * told.
 *
 * @throws RuntimeError when the journal cannot be read
 */
export function openKeptStreams(
  stack: LocalTopology,
  options: Pick<Required<DiskStreamStoreOptions>, "folder" | "maxBytes" | "onWarning">,
): KeptStreams {
  const { onWarning } = options;
  const store = openStore(options);
  const { records, oldestArrivalMs } = store.stats();
  const topology =
    oldestArrivalMs === undefined ? stack : prolongAges(stack, Math.max(0, Date.now() - oldestArrivalMs));
  const { region, accountId } = localIdentity;
  // Request ids of two runs must differ.
  const kinesis = new Kinesis({ region, accountId, store, random: createRandom(randomUUID()) });
  createStreams(topology, kinesis);
  const aside = store.unopened();
  if (aside.length > 0) {
    onWarning(
      `The stack no longer has ${aside.join(", ")}. What was in there is kept until its retention is over, and is back when the stack has it again.`,
    );
  }
  return {
    kinesis,
    store,
    topology,
    resumed: oldestArrivalMs === undefined ? undefined : { records, oldestArrivalMs },
    checkpointsOf: (streamArn, consumer) => store.checkpoints(streamArn.split("/").at(-1) ?? "", consumer),
  };
}

/** A laptop that was off is no consumer that fell behind: records do not grow old while nothing runs. */
function prolongAges(topology: LocalTopology, byMs: number): LocalTopology {
  return {
    ...topology,
    streams: topology.streams.map((stream) => ({
      ...stream,
      retentionHours: stream.retentionHours + Math.ceil(byMs / HOUR_MS),
    })),
    mappings: topology.mappings.map((mapping) => ({ ...mapping, maximumRecordAgeInSeconds: -1 })),
  };
}

function openStore(options: DiskStreamStoreOptions): DiskStreamStore {
  try {
    return DiskStreamStore.open(options);
  } catch (cause) {
    throw new RuntimeError(
      `${(cause as Error).message}. Mend what it names, or move the folder away: the next start has no events of before.`,
      { cause },
    );
  }
}
