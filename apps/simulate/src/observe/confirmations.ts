import type { Clock, InProcessClient } from "@millrace/aws-simulator";
import type { KinesisSender } from "@millrace/put-records";

/** Members of the SDK's commands and answers that matter here. */
interface CommandInput {
  readonly StreamName?: string;
  /** Of ListShards. */
  readonly ShardFilter?: object;
  /** Of PutRecords. */
  readonly Records?: readonly unknown[];
}

interface SendOptions {
  abortSignal?: AbortSignal;
}

interface PutRecordsAnswer {
  readonly Records?: readonly { readonly SequenceNumber?: string; readonly ShardId?: string }[];
}

interface ListShardsAnswer {
  readonly Shards?: readonly { readonly ShardId?: string }[];
  readonly NextToken?: string;
}

/** A PutRecords call that Kinesis refused as invalid: a well-behaved client never makes one. */
export interface RefusedRequest {
  readonly streamName: string;
  readonly records: number;
  readonly reason: string;
}

/** Evidence of resharding that a client did not follow. */
export interface StaleMap {
  readonly streamName: string;
  readonly client: string;
  readonly forMs: number;
}

interface ShardKnowledge {
  shards: ReadonlySet<string> | undefined;
  /** When it was first throttled on, or next to, shards it has not heard of, without its having asked since. */
  staleSinceMs: number | undefined;
  /** When that happened once more, so long after that it should have asked then. */
  overdueSinceMs: number | undefined;
  /** Its last question got no answer, so that it may take its time with the next. */
  hasFailed: boolean;
}

/** The shortest pause between two questions, and half a second… */
const ASK_WITHIN_MS = 1500;
/** …and the longest, after questions that failed, and a second. */
const ASK_AGAIN_WITHIN_MS = 61_000;

const invalidRequestCodes = new Set(["ValidationException", "InvalidArgumentException", "SerializationException"]);

/**
 * Looks over the shoulder of every Kinesis client: which stored records their writers know of, which requests were
 * against the rules, and who goes on with an old shard map.
 */
export class Confirmations {
  readonly refused: RefusedRequest[] = [];
  readonly stale: StaleMap[] = [];
  readonly #clock: Clock;
  readonly #confirmed = new Map<string, Set<string>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** True if a writer got the sequence number of this stored record. */
  isConfirmed(streamName: string, sequenceNumber: string): boolean {
    return this.#confirmed.get(streamName)?.has(sequenceNumber) ?? false;
  }

  /** The same client, watched. */
  watch(client: Pick<InProcessClient, "send">, name: string): KinesisSender {
    const knowledge = new Map<string, ShardKnowledge>();
    const send = async (command: Parameters<InProcessClient["send"]>[0], options?: SendOptions): Promise<unknown> => {
      const input = command.input as CommandInput;
      const streamName = input.StreamName ?? "";
      if (input.ShardFilter !== undefined) {
        const known = this.#knowledgeOf(knowledge, streamName);
        known.staleSinceMs = undefined;
        known.overdueSinceMs = undefined;
        known.hasFailed = true;
        const answer = await client.send(command, options);
        // One that comes after the client has given the question up is not heard.
        if (options?.abortSignal?.aborted !== true) {
          known.hasFailed = false;
          learnShards(known, answer);
        }
        return answer;
      }
      // Other questions, such as that for the largest record, tell nothing of shards.
      if (input.Records === undefined) return client.send(command, options);
      try {
        const answer = (await client.send(command, options)) as PutRecordsAnswer;
        this.#confirm(streamName, answer, name, this.#knowledgeOf(knowledge, streamName));
        return answer;
      } catch (error) {
        const { name: code, message } = error as Error;
        if (invalidRequestCodes.has(code)) {
          this.refused.push({ streamName, records: input.Records.length, reason: `${code}: ${message}` });
        }
        throw error;
      }
    };
    return { send };
  }

  #confirm(streamName: string, answer: PutRecordsAnswer, client: string, knowledge: ShardKnowledge): void {
    let confirmed = this.#confirmed.get(streamName);
    if (confirmed === undefined) {
      confirmed = new Set();
      this.#confirmed.set(streamName, confirmed);
    }
    let hasNewShards = false;
    let hasFailures = false;
    for (const { SequenceNumber: sequenceNumber, ShardId: shardId } of answer.Records ?? []) {
      if (sequenceNumber === undefined || shardId === undefined) {
        hasFailures = true;
        continue;
      }
      confirmed.add(sequenceNumber);
      hasNewShards ||= knowledge.shards?.has(shardId) === false;
    }
    // While no record is refused it does not matter which shard a record goes to, so the map is not needed.
    if (hasNewShards && hasFailures) this.#noteEvidence(streamName, client, knowledge);
  }

  #noteEvidence(streamName: string, client: string, knowledge: ShardKnowledge): void {
    const now = this.#clock.now();
    knowledge.staleSinceMs ??= now;
    if (now - knowledge.staleSinceMs <= (knowledge.hasFailed ? ASK_AGAIN_WITHIN_MS : ASK_WITHIN_MS)) return;
    if (knowledge.overdueSinceMs === undefined) knowledge.overdueSinceMs = now;
    else if (now > knowledge.overdueSinceMs) {
      this.stale.push({ streamName, client, forMs: now - knowledge.staleSinceMs });
      knowledge.staleSinceMs = now;
    }
  }

  #knowledgeOf(knowledge: Map<string, ShardKnowledge>, streamName: string): ShardKnowledge {
    let found = knowledge.get(streamName);
    if (found === undefined) {
      found = { shards: undefined, staleSinceMs: undefined, overdueSinceMs: undefined, hasFailed: false };
      knowledge.set(streamName, found);
    }
    return found;
  }
}

function learnShards(knowledge: ShardKnowledge, { Shards: shards, NextToken: token }: ListShardsAnswer): void {
  if (shards === undefined || token !== undefined) return;
  knowledge.shards = new Set(shards.map((shard) => shard.ShardId ?? ""));
}
