import { parseKeepingSpelling } from "@millrace/event-pattern";

/** A number above which no revision goes: CloudEvents' `Integer`. */
const MAX_REVISION = 2_147_483_647;

export interface ReplayedMark {
  /** RFC 3339 with milliseconds: the same for every event of a replay. */
  readonly replayedAt: string;
  /** Raises the sender's number of the revision, so that the copy is the later one whatever its status. */
  readonly mayBeWorse: boolean;
}

/**
 * The JSON of a raw event with `replayedat`, every other byte as it was wherever that is possible.
 * @param event the value of the text
 */
export function markReplayed(text: string, event: Readonly<Record<string, unknown>>, mark: ReplayedMark): string {
  const members = Object.entries(marksOf(event, mark)).map(([name, value]) => `"${name}":${JSON.stringify(value)}`);
  const isThere = "replayedat" in event || (mark.mayBeWorse && "revision" in event);
  const end = text.lastIndexOf("}");
  if (!isThere && end > 0 && Object.keys(event).length > 0) return `${text.slice(0, end)},${members.join(",")}}`;
  const { replayedat: _, ...rest } = parseKeepingSpelling(text) as Record<string, unknown>;
  if (mark.mayBeWorse) delete rest["revision"];
  const json = JSON.stringify(rest);
  return `${json.slice(0, -1)}${json === "{}" ? "" : ","}${members.join(",")}}`;
}

/** The members that a copy of the event has by a replay. */
export function marksOf(
  { revision }: Readonly<Record<string, unknown>>,
  { replayedAt, mayBeWorse }: ReplayedMark,
): Readonly<Record<string, unknown>> {
  return mayBeWorse ? { replayedat: replayedAt, revision: nextRevision(revision) } : { replayedat: replayedAt };
}

function nextRevision(revision: unknown): number {
  const number = typeof revision === "number" || typeof revision === "string" ? Number(revision) : 0;
  return Number.isInteger(number) && number >= 0 && number < MAX_REVISION ? number + 1 : 1;
}
