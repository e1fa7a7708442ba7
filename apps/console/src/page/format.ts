const counts = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

/** 12,345; from a million on 1.2M. */
export const formatCount = (value: number): string =>
  Math.abs(value) >= 1e6 ? compact.format(value) : counts.format(value);

/** Events or records a second: 0, 0.4, 12, 1,234. */
export function formatRate(perSecond: number): string {
  if (perSecond <= 0) return "0";
  return perSecond < 10 ? perSecond.toFixed(1) : counts.format(perSecond);
}

/** 120 ms, 4.2 s, 3 min, 2 h. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`;
  if (ms < 172_800_000) return `${Math.round(ms / 3_600_000)} h`;
  return `${Math.round(ms / 86_400_000)} days`;
}

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** Wall time of the browser, to the millisecond where asked. */
export function formatClock(ms: number, isPrecise = false): string {
  const text = clock.format(ms);
  return isPrecise ? `${text}.${String(Math.floor(ms) % 1_000).padStart(3, "0")}` : text;
}

export const formatAgo = (ms: number, nowMs: number): string => `${formatDuration(Math.max(0, nowMs - ms))} ago`;

export const formatShare = (part: number, whole: number): string => {
  if (whole === 0 || part === 0) return "0 %";
  const share = (part / whole) * 100;
  return share < 0.1 ? "< 0.1 %" : `${share < 10 ? share.toFixed(1) : Math.round(share)} %`;
};

/** `millrace-local-enriched-to-lake` → `enriched-to-lake`: the environment stands at the top of the page. */
export const shortName = (name: string, stage: string): string => name.replace(new RegExp(`^[a-z0-9]+-${stage}-`), "");
