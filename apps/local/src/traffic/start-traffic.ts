import { fork } from "node:child_process";
import { join } from "node:path";
import { RuntimeError } from "../errors.ts";
import type { SentLedger } from "../report/sent-ledger.ts";
import type { TrafficCommand, TrafficMessage, TrafficSettings } from "./traffic-messages.ts";

export interface TrafficOptions extends TrafficSettings {
  /** Puts a record on the raw stream past the service and gives its place as `(shardId, sequenceNumber)`. */
  readonly putStray: (bytes: Uint8Array) => Promise<readonly [shardId: string, sequenceNumber: string]>;
  readonly signal: AbortSignal;
}

const program = join(import.meta.dirname, "traffic-process.ts");

/**
 * Sends sample traffic from a process of its own and books every outcome. Resolves when all is sent and answered.
 * @throws RuntimeError when the process ends early
 */
export async function sendSampleTraffic(ledger: SentLedger, options: TrafficOptions): Promise<void> {
  const { putStray, signal, ...settings } = options;
  // Detached: Ctrl-C is for the pipeline, which tells the traffic to stop.
  const child = fork(program, [JSON.stringify(settings)], { detached: true });
  const command: TrafficCommand = "stop";
  const stop = (): void => void child.send(command, () => undefined);
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });
  const strays: Promise<void>[] = [];
  child.on("message", (message: TrafficMessage) => {
    if (message.kind === "outcomes") ledger.add(message.outcomes);
    else strays.push(bookStray(ledger, message, putStray));
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    // "close" and not "exit": the last messages are read by then.
    child.once("close", resolve);
  });
  signal.removeEventListener("abort", stop);
  if (code !== 0)
    throw new RuntimeError(`The sample traffic ended with code ${String(code)}. See what it wrote above.`);
  await Promise.all(strays);
}

async function bookStray(
  ledger: SentLedger,
  { name, base64 }: Extract<TrafficMessage, { kind: "stray" }>,
  putStray: TrafficOptions["putStray"],
): Promise<void> {
  const sentAtMs = Date.now();
  try {
    const identity = JSON.stringify(await putStray(Buffer.from(base64, "base64")));
    ledger.addStray({ identity, sentAtMs, name });
  } catch (error) {
    ledger.failures.push(`Kinesis refused a stray record (${name}): ${(error as Error).message}`);
  }
}
