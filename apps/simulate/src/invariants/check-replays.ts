import type { AskedReplay, PutSpan } from "../traffic/replay-operator.ts";
import { copyOf } from "../identity.ts";
import { type Evidence, groupBy, type RawLine } from "./evidence.ts";

const replaysFolder = "replays/";

interface KeptReplay {
  readonly replayedAt: string;
  readonly status: string;
  readonly counts: Readonly<Record<"selected" | "put" | "found", number>> & {
    readonly skipped: Readonly<Record<string, number>>;
  };
  readonly audited: readonly string[];
}

/**
 * Every replay that has finished put each event of its range once, whatever killed it, and one that has not put none
 * twice. Nothing else carries the mark of a replay, and two whose ranges overlap never put at the same time.
 */
export async function checkReplays(evidence: Evidence): Promise<string[]> {
  const { asked, spans } = evidence.run.operator;
  const violations = checkSpans(spans);
  if (asked.length === 0) return violations;
  const known = new Set<string>();
  const byMark = groupBy(
    evidence.raw.filter(({ identity, replayedAt }) => identity !== undefined && replayedAt !== undefined),
    ({ replayedAt = "" }) => replayedAt,
  );
  for (const replay of asked) {
    const kept = await readKept(evidence, replay.id);
    if (kept === undefined) {
      if (replay.isFinished) violations.push(`the replay ${replay.id} has finished and left no ledger`);
      continue;
    }
    known.add(kept.replayedAt);
    violations.push(...checkLedger(replay, kept));
    if (replay.isFinished) violations.push(...checkPutBack(evidence, replay));
    const isOfPipeline = replay.kind !== "destination";
    if (isOfPipeline) violations.push(...checkRaw(evidence, replay, kept, byMark.get(kept.replayedAt) ?? []));
    else if (replay.isFinished) violations.push(...checkDelivered(evidence, replay, kept));
  }
  for (const [mark, lines] of byMark) {
    if (!known.has(mark)) violations.push(`${lines[0]?.copy ?? ""} was replayed at ${mark}, which no plan says`);
  }
  return violations;
}

async function readKept(evidence: Evidence, id: string): Promise<KeptReplay | undefined> {
  const { objectStore } = evidence.run.pipeline;
  const { bucket } = evidence.places.undelivered;
  const read = async (key: string) => {
    const { bytes } = await objectStore.get(bucket, key);
    return JSON.parse(Buffer.from(bytes).toString("utf8")) as Record<string, unknown>;
  };
  const keys = (await objectStore.list(bucket, replaysFolder)).map(({ key }) => key);
  const own = `${replaysFolder}${id}/`;
  if (!keys.includes(`${own}plan.json`) || !keys.includes(`${own}state.json`)) return undefined;
  const { replayedAt } = await read(`${own}plan.json`);
  const audits = keys.filter((key) => key.startsWith(`${replaysFolder}audit/`) && key.includes(id));
  const audited = await Promise.all(audits.map(async (key) => String((await read(key))["what"])));
  return { ...(await read(`${own}state.json`)), replayedAt, audited } as unknown as KeptReplay;
}

function checkLedger({ id, isFinished }: AskedReplay, { status, counts, audited }: KeptReplay): string[] {
  if (!isFinished) return [];
  const violations: string[] = [];
  const skipped = Object.values(counts.skipped).reduce((sum, count) => sum + count, 0);
  if (status !== "finished") violations.push(`the replay ${id} has finished, and its ledger says ${status}`);
  if (counts.put + counts.found + skipped !== counts.selected) {
    violations.push(
      `the replay ${id} selected ${counts.selected}, put ${counts.put}, found ${counts.found} and passed over ${skipped}`,
    );
  }
  // A run that died before it could tell of its start is told of by the next.
  for (const whats of [["started", "resumed"], ["finished"]]) {
    if (!whats.some((what) => audited.includes(what))) {
      violations.push(`no audit record says that the replay ${id} has ${whats.join(" or ")}`);
    }
  }
  return violations;
}

function checkRaw(
  evidence: Evidence,
  { id, kind, isFinished, required, selection, wasAskedOfNewContracts }: AskedReplay,
  { replayedAt }: KeptReplay,
  lines: readonly RawLine[],
): string[] {
  const violations: string[] = [];
  const wasWrong = new Set<string | undefined>(
    evidence.enriched.filter(({ value }) => value.validation.status !== "valid").map(({ identity }) => identity),
  );
  const put = groupBy(lines, ({ copy }) => withoutMark(copy));
  // For re-validation the lake may have learned more of the range while it ran.
  const allowed = kind !== "revalidation" ? required : eventsIn(evidence, selection.fromMs, selection.toMs, replayedAt);
  for (const [copy, found] of put) {
    const due = allowed.get(copy) ?? 0;
    const confirmed = found.filter(({ record }) => record.isConfirmed).length;
    if (due === 0) violations.push(`the replay ${id} put ${copy}, which it does not select`);
    else if (kind === "revalidation" && !wasWrong.has(found[0]?.identity)) {
      violations.push(`the replay ${id} put ${copy}, which was valid before`);
    } else if (confirmed > due) violations.push(`the replay ${id} put ${copy} ${confirmed} times, ${due} were due`);
  }
  if (!isFinished) return violations;
  for (const copy of required.keys()) {
    if (!put.has(copy)) violations.push(`the replay ${id} has finished and never put ${copy}`);
  }
  if (!wasAskedOfNewContracts) return violations;
  const enriched = groupBy(evidence.enriched, ({ copy }) => copy);
  for (const line of lines) {
    const made = enriched.get(line.copy) ?? [];
    // Lambda may have given it up.
    if (made.some(({ value }) => value.validation.status !== "valid")) {
      violations.push(`${line.copy} was to become valid by the replay ${id}, and did not`);
    }
  }
  return violations;
}

/** Records of the enriched stream that Lambda gave up on lie there once more: the first ones are never routed. */
function checkPutBack({ enriched }: Evidence, { id, putBack }: AskedReplay): string[] {
  if (putBack.size === 0) return [];
  const copies = groupBy(enriched, ({ copy }) => copy);
  return [...putBack].flatMap(([copy, givenUpMs]) => {
    const isThere = copies.get(copy)?.some(({ record }) => record.arrivalMs > givenUpMs);
    return isThere === true ? [] : [`the replay ${id} has finished and never put ${copy} into the enriched stream`];
  });
}

/** Events of the raw stream in a range, and how often, but for the copies that the replay itself put there. */
function eventsIn({ raw }: Evidence, fromMs: number, toMs: number, replayedAt: string): Map<string, number> {
  const events = new Map<string, number>();
  for (const { record, identity, copy, replayedAt: mark } of raw) {
    if (identity === undefined || mark === replayedAt) continue;
    if (record.arrivalMs < fromMs || record.arrivalMs >= toMs) continue;
    const key = withoutMark(copy);
    events.set(key, (events.get(key) ?? 0) + 1);
  }
  return events;
}

function withoutMark(copy: string): string {
  const [source = "", id = "", receivedat = ""] = JSON.parse(copy) as readonly string[];
  return copyOf({ source, id, receivedat });
}

function checkDelivered(evidence: Evidence, { id, goesTo, required }: AskedReplay, { counts }: KeptReplay): string[] {
  // The router may have delivered the same copies, so that only the counts tell what was left out.
  const due = [...required.values()].reduce((sum, count) => sum + count, 0);
  if (counts.put + counts.found < due) {
    return [`the replay ${id} has finished with ${counts.put} put and ${counts.found} found, ${due} were due`];
  }
  const delivered = evidence.destinations.get(goesTo.slice("destination:".length)) ?? [];
  const copies = new Set(delivered.map(({ copy }) => copy));
  return [...required.keys()]
    .filter((copy) => !copies.has(copy))
    .map((copy) => `the replay ${id} has finished, and ${copy} is not in ${goesTo}`);
}

/** Two processes that put events of a range to one target would each put what both select. */
function checkSpans(spans: readonly PutSpan[]): string[] {
  return spans.flatMap((a, index) =>
    spans.slice(index + 1).flatMap((b) => {
      const [one, other] = [a.replay.selection, b.replay.selection];
      const isAtOnce = a.fromMs < b.toMs && b.fromMs < a.toMs;
      const overlaps = one.fromMs < other.toMs && other.fromMs < one.toMs;
      if (!isAtOnce || !overlaps || a.replay.goesTo !== b.replay.goesTo) return [];
      return [`${a.process} and ${b.process} put events of one range to ${a.replay.goesTo} at the same time`];
    }),
  );
}
