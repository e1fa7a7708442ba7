import { once } from "node:events";
import { type Clock, sleep } from "../clock.ts";
import type { ShardSubscription } from "../kinesis/subscription.ts";
import type { Response } from "./aws-json.ts";
import { encodeEvent, encodeException, eventStreamContentType } from "./event-stream.ts";
import type { KinesisWire } from "./kinesis-wire.ts";

/** How long a record waits for its push at most. AWS names about 70 ms from put to reader. */
const PUSH_INTERVAL_MS = 25;

/** Writes what a subscription pushes as the event stream of SubscribeToShard, until it ends or the reader leaves. */
export async function pushSubscription(
  subscription: ShardSubscription,
  response: Response,
  { clock, requestId, wire }: { readonly clock: Clock; readonly requestId: string; readonly wire: KinesisWire },
): Promise<void> {
  // "close" also comes after "end". Here it only matters for a reader that left.
  const closed = once(response, "close").then(() => subscription.cancel());
  response.statusCode = 200;
  response.setHeader("x-amzn-requestid", requestId);
  response.setHeader("content-type", eventStreamContentType);
  let isWritable = write(response, encodeEvent("initial-response", wire.contentType, wire.write({})));
  for (;;) {
    if (!isWritable) await Promise.race([once(response, "drain"), closed]);
    // Once cancelled, it returns "end".
    const step = subscription.next(clock.now());
    if (step === undefined) {
      await sleep(clock, PUSH_INTERVAL_MS);
      continue;
    }
    if (step.kind === "event") {
      isWritable = write(response, encodeEvent("SubscribeToShardEvent", wire.contentType, wire.write(step.event)));
      continue;
    }
    if (step.kind === "error") {
      const body = wire.write({ message: step.error.message });
      write(response, encodeException(step.error.code, wire.contentType, body));
    }
    response.end();
    return;
  }
}

/** Both kinds of response take bytes; their declarations do not agree on how. */
function write(response: Response, bytes: Buffer): boolean {
  return "stream" in response ? response.write(bytes) : response.write(bytes);
}
