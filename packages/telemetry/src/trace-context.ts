/**
 * A parsed W3C `traceparent`.
 * https://www.w3.org/TR/trace-context/#traceparent-header
 */
export interface TraceContext {
  /** 32 lower-case hex digits, not all zero. */
  readonly traceId: string;
  /** 16 lower-case hex digits, not all zero: the span that wrote the header. */
  readonly parentId: string;
  /** True if the caller recorded this trace. */
  readonly isSampled: boolean;
}

const version00 = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;
// Later versions may only append fields: "parse the version 00 parts and ignore the rest".
const laterVersion = /^(?!00|ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:$|-)/;
const isAllZero = /^0+$/;
const sampledFlag = 0x01;

/**
 * Reads a `traceparent`; undefined when it is missing or malformed, which the specification says to treat alike.
 *
 * @example
 * ```ts
 * parseTraceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")?.parentId; // "b7ad6b7169203331"
 * ```
 */
export function parseTraceparent(header: unknown): TraceContext | undefined {
  if (typeof header !== "string") return undefined;
  const match = version00.exec(header) ?? laterVersion.exec(header);
  const [, traceId, parentId, flags] = match ?? [];
  if (traceId === undefined || parentId === undefined || flags === undefined) return undefined;
  if (isAllZero.test(traceId) || isAllZero.test(parentId)) return undefined;
  return { traceId, parentId, isSampled: (Number.parseInt(flags, 16) & sampledFlag) !== 0 };
}

/** Writes a context as a version 00 header. */
export function formatTraceparent(context: TraceContext): string {
  return `00-${context.traceId}-${context.parentId}-${context.isSampled ? "01" : "00"}`;
}

/**
 * The context of a span of our own inside a trace: same trace and sampling, new span id.
 *
 * @param parent the context that came in
 * @param random source of the span id, in [0,1)
 */
export function createChildTrace(parent: TraceContext, random: () => number): TraceContext {
  return { traceId: parent.traceId, parentId: createSpanId(random), isSampled: parent.isSampled };
}

function createSpanId(random: () => number): string {
  const high = Math.floor(random() * 0x1_0000_0000);
  const low = Math.floor(random() * 0x1_0000_0000);
  // All zero is not a valid id.
  const lowNonZero = high === 0 && low === 0 ? 1 : low;
  return high.toString(16).padStart(8, "0") + lowNonZero.toString(16).padStart(8, "0");
}
