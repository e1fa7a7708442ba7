import { gunzipSync } from "node:zlib";

/** A dead letter of the router: a bad row with the enriched event that a destination did not take. */
export interface ReadDeadLetter {
  readonly application: string;
  readonly stream: string;
  readonly event: Readonly<Record<string, unknown>> & {
    readonly event: { readonly id: string; readonly source: string; readonly subject?: string };
  };
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Reads a bad row.
 * @returns the dead letter; `undefined` for any other bad row; a reason when it says it is one and cannot be read
 */
export function readDeadLetter(
  row: Readonly<Record<string, unknown>>,
): ReadDeadLetter | { reason: string } | undefined {
  const { failure, payload, payloadEncoding, delivery } = row;
  if (!isObject(failure) || failure["kind"] !== "undeliverable") return undefined;
  if (!isObject(delivery) || typeof delivery["application"] !== "string" || typeof delivery["stream"] !== "string") {
    return { reason: "The dead letter does not name its application and stream" };
  }
  const event = readPayload(payload, payloadEncoding);
  const inner = event?.["event"];
  if (
    event === undefined ||
    !isObject(inner) ||
    typeof inner["id"] !== "string" ||
    typeof inner["source"] !== "string"
  ) {
    return { reason: "The payload of the dead letter is no enriched event" };
  }
  return { application: delivery["application"], stream: delivery["stream"], event: event as ReadDeadLetter["event"] };
}

function readPayload(payload: unknown, encoding: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof payload !== "string") return undefined;
  try {
    const bytes = Buffer.from(payload, "base64");
    const value = JSON.parse((encoding === "gzip" ? gunzipSync(bytes) : bytes).toString("utf8")) as unknown;
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
