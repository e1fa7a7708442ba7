import type { EventTotals, FaultFigures, QualityAnswer, QualityGroup } from "../api.ts";
import type { EventFault, ReadEvent } from "./event-summary.ts";
import { KEPT_MINUTES, KEPT_SAMPLES, MAX_FAULTS, MAX_GROUPS, MAX_STAMPS } from "./limits.ts";

const MINUTE_MS = 60_000;

interface Fault {
  readonly fault: EventFault;
  count: number;
  firstMs: number;
  lastMs: number;
  /** Newest first. */
  samples: { readonly id: string; readonly atMs: number }[];
}

interface Group {
  readonly source: string;
  readonly type: string;
  readonly contract: string | null;
  readonly isCanary: boolean;
  readonly counts: { valid: number; invalid: number; unknown: number };
  /** By minute: all events, bad events. */
  readonly minutes: Map<number, [all: number, bad: number]>;
  readonly faults: Map<string, Fault>;
  firstBadMs: number | null;
  lastBadMs: number | null;
  firstValidMs: number | null;
  lastValidMs: number | null;
}

type GroupKind = Pick<Group, "source" | "type" | "contract" | "isCanary">;

/**
 * Counts of the events that were read, by source, type and contract, by minute and by fault, in whatever order they
 * come. Bounded: beyond its limits it counts on and tells less apart.
 */
export class EventIndex {
  readonly #groups = new Map<string, Group>();
  readonly #other: Group = createGroup({ source: "others", type: "others", contract: null, isCanary: false });
  readonly #bad = new Map<string, { count: number; message: string }>();
  /** By what changed and to what, when the first event of it came. */
  readonly #stamps = new Map<string, number>();
  #otherGroups = 0;
  #fromMs: number | null = null;
  #newestMs = 0;
  #events = 0;
  #missed = 0;

  add({ summary, faults, stamp, isCanary }: ReadEvent): void {
    const { atMs, status, source, type, contract, id } = summary;
    this.#fromMs = Math.min(this.#fromMs ?? atMs, atMs);
    this.#newestMs = Math.max(this.#newestMs, atMs);
    if (status === "bad") {
      const kind = this.#bad.get(type) ?? { count: 0, message: summary.fault ?? "" };
      kind.count += 1;
      if (this.#bad.size < MAX_FAULTS) this.#bad.set(type, kind);
      return;
    }
    this.#events += 1;
    if (stamp !== undefined) {
      this.#note(`Enrichment: build ${stamp.build}`, atMs);
      this.#note(`Contracts: ${stamp.contracts}`, atMs);
    }
    const group = this.#groupOf({ source, type, contract, isCanary });
    group.counts[status] += 1;
    const minute = Math.floor(atMs / MINUTE_MS);
    const counted = group.minutes.get(minute) ?? [0, 0];
    counted[0] += 1;
    group.minutes.set(minute, counted);
    if (group.minutes.size > KEPT_MINUTES * 2) this.#forget(group);
    if (status === "valid") {
      group.firstValidMs = Math.min(group.firstValidMs ?? atMs, atMs);
      group.lastValidMs = Math.max(group.lastValidMs ?? atMs, atMs);
      return;
    }
    counted[1] += 1;
    group.firstBadMs = Math.min(group.firstBadMs ?? atMs, atMs);
    group.lastBadMs = Math.max(group.lastBadMs ?? atMs, atMs);
    for (const fault of faults) addFault(group, fault, id, atMs);
  }

  /** Events that went by unread. */
  miss(count: number): void {
    this.#missed += count;
  }

  #note(stamp: string, atMs: number): void {
    const firstMs = this.#stamps.get(stamp) ?? Number.POSITIVE_INFINITY;
    if (atMs < firstMs && (this.#stamps.size < MAX_STAMPS || this.#stamps.has(stamp))) this.#stamps.set(stamp, atMs);
  }

  /** Builds and sets of contracts that came after others, oldest first: deployments as their events show them. */
  changes(): readonly { readonly atMs: number; readonly text: string }[] {
    const sorted = [...this.#stamps].sort(([, one], [, other]) => one - other);
    const isLater = (text: string, index: number): boolean =>
      sorted.slice(0, index).some(([before]) => before.split(":", 1)[0] === text.split(":", 1)[0]);
    return sorted.flatMap(([text, atMs], index) => (isLater(text, index) ? [{ atMs, text }] : []));
  }

  totals(): EventTotals {
    const statuses = { valid: 0, invalid: 0, unknown: 0, bad: 0 };
    const types: Record<string, number> = {};
    const sources: Record<string, number> = {};
    for (const { counts, type, source } of this.#all()) {
      const all = countAll(counts);
      statuses.valid += counts.valid;
      statuses.invalid += counts.invalid;
      statuses.unknown += counts.unknown;
      types[type] = (types[type] ?? 0) + all;
      sources[source] = (sources[source] ?? 0) + all;
    }
    for (const { count } of this.#bad.values()) statuses.bad += count;
    return { fromMs: this.#fromMs, events: this.#events, missed: this.#missed, statuses, types, sources };
  }

  /** Leaves canaries out: one of them is invalid on purpose, and their share would hide that of a small source. */
  quality(): QualityAnswer {
    const all = this.#all();
    const groups = all.filter(({ isCanary }) => !isCanary);
    const canaries = all.filter(({ isCanary }) => isCanary).reduce((sum, { counts }) => sum + countAll(counts), 0);
    const last = Math.floor(this.#newestMs / MINUTE_MS);
    const first = Math.max(Math.floor((this.#fromMs ?? this.#newestMs) / MINUTE_MS), last - KEPT_MINUTES + 1);
    const minutes = this.#events === 0 ? [] : Array.from({ length: last - first + 1 }, (_, index) => first + index);
    return {
      fromMs: this.#fromMs,
      events: this.#events - canaries,
      canaries,
      missed: this.#missed,
      minutes: minutes.map((minute) => minute * MINUTE_MS),
      groups: groups
        .map((group) => describeGroup(group, minutes))
        .sort((a, b) => b.invalid + b.unknown - a.invalid - a.unknown || b.valid - a.valid),
      otherGroups: this.#otherGroups,
      badRows: [...this.#bad].map(([kind, { count, message }]) => ({ kind, count, message })),
    };
  }

  #all(): Group[] {
    return [...this.#groups.values(), ...(this.#otherGroups > 0 ? [this.#other] : [])];
  }

  #groupOf(kind: GroupKind): Group {
    const key = JSON.stringify([kind.source, kind.type, kind.contract, kind.isCanary]);
    const known = this.#groups.get(key);
    if (known !== undefined) return known;
    if (this.#groups.size >= MAX_GROUPS) {
      this.#otherGroups += 1;
      return this.#other;
    }
    const group = createGroup(kind);
    this.#groups.set(key, group);
    return group;
  }

  #forget({ minutes }: Group): void {
    const oldest = Math.floor(this.#newestMs / MINUTE_MS) - KEPT_MINUTES;
    for (const minute of minutes.keys()) if (minute < oldest) minutes.delete(minute);
  }
}

const countAll = ({ valid, invalid, unknown }: Group["counts"]): number => valid + invalid + unknown;

function createGroup(kind: GroupKind): Group {
  return {
    ...kind,
    counts: { valid: 0, invalid: 0, unknown: 0 },
    minutes: new Map(),
    faults: new Map(),
    firstBadMs: null,
    lastBadMs: null,
    firstValidMs: null,
    lastValidMs: null,
  };
}

function addFault({ faults }: Group, fault: EventFault, id: string, atMs: number): void {
  // Places in a list are one path: `/items/3/price` and `/items/7/price`.
  const path = fault.path.replaceAll(/\/\d+(?=\/|$)/g, "/*");
  const key = `${path} ${fault.keyword}`;
  let known = faults.get(key);
  if (known === undefined) {
    if (faults.size >= MAX_FAULTS) return;
    known = { fault: { ...fault, path }, count: 0, firstMs: atMs, lastMs: atMs, samples: [] };
    faults.set(key, known);
  }
  known.count += 1;
  known.firstMs = Math.min(known.firstMs, atMs);
  known.lastMs = Math.max(known.lastMs, atMs);
  known.samples = [...known.samples, { id, atMs }].sort((a, b) => b.atMs - a.atMs).slice(0, KEPT_SAMPLES);
}

function describeGroup(group: Group, minutes: readonly number[]): QualityGroup {
  const { source, type, contract, counts, firstBadMs, lastBadMs, lastValidMs } = group;
  return {
    source,
    type,
    contract,
    ...counts,
    firstBadMs,
    lastBadMs,
    lastValidMs,
    since: sinceOf(group),
    all: minutes.map((minute) => group.minutes.get(minute)?.[0] ?? 0),
    bad: minutes.map((minute) => group.minutes.get(minute)?.[1] ?? 0),
    faults: [...group.faults.values()]
      .sort((a, b) => b.count - a.count)
      .map(
        ({ fault, samples, ...rest }): FaultFigures => ({ ...fault, ...rest, samples: samples.map(({ id }) => id) }),
      ),
  };
}

/**
 * The first minute from which on faults did not stop: no later minute with events is without one. A group that has
 * mended itself has none.
 */
function sinceOf({ minutes, firstBadMs, firstValidMs }: Group): QualityGroup["since"] {
  if (firstBadMs === null) return null;
  const told = [...minutes].sort(([a], [b]) => a - b);
  let since: number | undefined;
  let isBefore = firstValidMs === null || firstValidMs > firstBadMs;
  for (const [minute, [, bad]] of told) {
    if (bad === 0) {
      since = undefined;
      isBefore = false;
    } else since ??= minute;
  }
  return since === undefined ? null : { atMs: Math.max(since * MINUTE_MS, firstBadMs), isBefore };
}
