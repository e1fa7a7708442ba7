/** A copy of an event on the enriched stream or behind it, as far as its revision goes. */
export interface EventCopy {
  readonly event: {
    readonly source: string;
    readonly id: string;
    readonly receivedat?: unknown;
    readonly revision?: unknown;
    readonly replayedat?: unknown;
    /** Of a notice that takes the event back; see `isErasureNotice`. */
    readonly erasedat?: unknown;
  };
  readonly validation?: { readonly status?: string };
}

/** CloudEvents' `Integer` without the negative ones; binary mode over HTTP writes it as a text. */
const MAX_NUMBER = 2_147_483_647;
const wholeNumber = /^([0-9]{1,10})(?:[.]0+)?$/u;

/**
 * The revision of a copy: of two copies of one `(source, id)` the one with the greater text is the later revision, and
 * the one to keep. Equal texts are copies that a retry made. Parts that are missing count as the least.
 *
 * `<number of the sender>.<1 when valid, else 0>.<receivedat>[/<replayedat>]`
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md#type-system
 * @example revisionOf({ event, validation: { status: "valid" } }) // "0000000000.1.2026-11-29T08:14:54.123Z"
 */
export function revisionOf({ event, validation }: EventCopy): string {
  const { receivedat, replayedat } = event;
  const replayed = typeof replayedat === "string" ? `/${replayedat}` : "";
  const received = typeof receivedat === "string" ? receivedat : "";
  return `${numberOf(event.revision)}.${validation?.status === "valid" ? 1 : 0}.${received}${replayed}`;
}

/** Of an event whose sender gives none, as most are. */
const noNumber = "0".repeat(10);

function numberOf(revision: unknown): string {
  if (revision === undefined) return noNumber;
  const text = typeof revision === "number" || typeof revision === "string" ? String(revision) : "";
  const [, digits = "0"] = wholeNumber.exec(text) ?? [];
  return (Number(digits) <= MAX_NUMBER ? digits : "0").padStart(10, "0");
}
