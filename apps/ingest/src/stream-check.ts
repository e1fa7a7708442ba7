import { DescribeStreamSummaryCommand, type KinesisClient, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import type { Clock } from "@millrace/put-records";
import type { Health } from "./health.ts";
import { impossibleHashKey, STREAM_CHECK_PAUSE_MS, STREAM_CHECK_TIMEOUT_MS } from "./limits.ts";

/** Asks the stream once; resolves to what is missing, or to nothing. */
export type AskStream = (signal: AbortSignal) => Promise<string | undefined>;

/** Asks whether the stream is there, then whether it may be written, with a record that it refuses. */
export function createAskStream(client: Pick<KinesisClient, "send">, streamName: string): AskStream {
  return async (abortSignal) => {
    const command = new DescribeStreamSummaryCommand({ StreamName: streamName });
    const { StreamDescriptionSummary: summary } = await client.send(command, { abortSignal });
    const status = summary?.StreamStatus ?? "unknown";
    // A stream that is being resharded is UPDATING, and takes records.
    if (status !== "ACTIVE" && status !== "UPDATING") return `The stream ${streamName} is ${status}.`;
    return askToWrite(client, streamName, abortSignal);
  };
}

async function askToWrite(
  client: Pick<KinesisClient, "send">,
  streamName: string,
  abortSignal: AbortSignal,
): Promise<string | undefined> {
  const record = { Data: new Uint8Array(), PartitionKey: "ready", ExplicitHashKey: impossibleHashKey };
  try {
    await client.send(new PutRecordsCommand({ StreamName: streamName, Records: [record] }), { abortSignal });
  } catch (error) {
    const { name = "unknown", $fault } = error as { name?: string; $fault?: string };
    // KMSAccessDeniedException too: the stream's own key may not be used.
    if (name.endsWith("AccessDeniedException")) {
      return `The stream ${streamName} must not be written (${name}). Allow kinesis:PutRecords on it.`;
    }
    // Refused for the record itself, as it should be, or for the stream's load.
    if ($fault !== "client") throw error;
  }
  return undefined;
}

export interface StreamCheckOptions {
  readonly ask: AskStream;
  readonly streamName: string;
  readonly health: Health;
  readonly clock: Clock;
  /** After this long the service is ready anyway: its own answers say then what is wrong. */
  readonly timeoutMs: number;
}

/**
 * Keeps the service from being ready until the stream has answered once, so that a rollout with a wrong name or without
 * permission stops at its first instance. Afterwards the stream is not asked again: see docs/decisions/0142.
 *
 * @returns what was missing still when the time was over
 */
export async function waitForStream(options: StreamCheckOptions): Promise<string | undefined> {
  const { health, clock, timeoutMs } = options;
  const deadlineMs = clock.now() + timeoutMs;
  health.waitFor("The stream has not answered yet.");
  let missing = await askOnce(options);
  while (missing !== undefined && clock.now() < deadlineMs) {
    health.waitFor(missing);
    await new Promise<void>((resolve) => void clock.setTimeout(resolve, STREAM_CHECK_PAUSE_MS));
    missing = await askOnce(options);
  }
  health.waitFor(undefined);
  return missing;
}

async function askOnce({ ask, streamName, clock }: StreamCheckOptions): Promise<string | undefined> {
  const controller = new AbortController();
  const timer = clock.setTimeout(() => controller.abort(), STREAM_CHECK_TIMEOUT_MS);
  try {
    return await ask(controller.signal);
  } catch (error) {
    // The name alone: messages of AWS quote account and role.
    const name = controller.signal.aborted ? "no answer in time" : (error as { name?: string }).name;
    return `The stream ${streamName} cannot be asked (${name ?? "unknown"}).${cureOf(name)}`;
  } finally {
    clock.clearTimeout(timer);
  }
}

function cureOf(name: string | undefined): string {
  if (name === "ResourceNotFoundException") return " Set RAW_STREAM_NAME and the region to those of the stream.";
  if (name === "AccessDeniedException") return " Allow kinesis:DescribeStreamSummary and kinesis:PutRecords on it.";
  return "";
}
