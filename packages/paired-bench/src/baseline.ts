import type { QuickForm } from "./quick-form.ts";

/** A ratio as it is stored. */
export interface StoredRatio {
  readonly ratio: number;
  /** By which part of it a run may be higher without being a regression: 0.2 is a fifth. */
  readonly band: number;
}

/** The stored results of all quick forms. */
export interface Baseline {
  /** Package → reason for which its benches have no quick form. */
  readonly withoutQuickForm: Readonly<Record<string, string>>;
  /** Package → name of the ratio. */
  readonly packages: Readonly<Record<string, Readonly<Record<string, StoredRatio>>>>;
}

/** One ratio beside the stored one. */
export interface Verdict {
  readonly name: string;
  readonly measured: number | undefined;
  readonly stored: StoredRatio | undefined;
  readonly outcome: "held" | "better" | "regression" | "not stored" | "not measured";
}

/** Holds what was measured of a package against its stored ratios. */
export function judge(
  measured: QuickForm["ratios"],
  stored: Readonly<Record<string, StoredRatio>> | undefined,
): Verdict[] {
  const names = new Set([...Object.keys(measured), ...Object.keys(stored ?? {})]);
  return [...names].map((name) => {
    const ratio = measured[name];
    const known = stored?.[name];
    return { name, measured: ratio, stored: known, outcome: outcomeOf(ratio, known) };
  });
}

function outcomeOf(measured: number | undefined, stored: StoredRatio | undefined): Verdict["outcome"] {
  if (measured === undefined) return "not measured";
  if (stored === undefined) return "not stored";
  if (measured > stored.ratio * (1 + stored.band)) return "regression";
  return measured < stored.ratio / (1 + stored.band) ? "better" : "held";
}

export function isFault({ outcome }: Verdict): boolean {
  return outcome === "regression" || outcome === "not stored" || outcome === "not measured";
}

/**
 * The lower one of each ratio of two runs: other load on the machine makes a run worse and never better, a regression
 * makes both worse.
 */
export function bestOf(a: QuickForm["ratios"], b: QuickForm["ratios"]): QuickForm["ratios"] {
  return Object.fromEntries(Object.entries(a).map(([name, ratio]) => [name, Math.min(ratio, b[name] ?? ratio)]));
}

/** No band is narrower, however close together the runs that it was made of. */
const LEAST_BAND = 0.15;

/** A ratio to be stored from several runs: their median, and a band twice as wide as the highest was above it. */
export function storedRatioOf(runs: readonly number[], median: number): StoredRatio {
  const spread = Math.max(...runs) / median - 1;
  const band = Math.max(LEAST_BAND, Math.ceil(spread * 2 * 20) / 20);
  return { ratio: Number(median.toFixed(3)), band: Number(band.toFixed(2)) };
}
