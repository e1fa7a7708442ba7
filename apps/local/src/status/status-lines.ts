import type { KnownHop } from "./pipeline-hops.ts";

/** One hop of the pipeline at one moment, as its line shows it. */
export interface HopStatus extends Pick<KnownHop, "name" | "unit" | "in" | "out"> {
  /** Age of what the hop handled last, in milliseconds; undefined when the hop has none. */
  readonly ageMs: number | undefined;
  /** Anything worth a word, with its own unit: events, throttles, retries. */
  readonly note: string;
}

/** Draws the hops, in place on a terminal, as plain lines elsewhere. */
export interface StatusDisplay {
  update(hops: readonly HopStatus[], nowMs: number): void;
}

const NAME_WIDTH = 40;
const UNIT_WIDTH = 8;
const COUNT_WIDTH = 10;

function formatAge(ageMs: number | undefined): string {
  if (ageMs === undefined) return "";
  return ageMs < 10_000 ? `${Math.round(ageMs)} ms` : `${Math.round(ageMs / 1000)} s`;
}

/** The table as lines: unit, in, out, per second since the previous lines, age. */
export function formatStatus(
  hops: readonly HopStatus[],
  previous: readonly HopStatus[] | undefined,
  elapsedMs: number,
): string[] {
  const head = `${"hop".padEnd(NAME_WIDTH)}${"unit".padEnd(UNIT_WIDTH)}${"in".padStart(COUNT_WIDTH)}${"out".padStart(COUNT_WIDTH)}${"out/s".padStart(COUNT_WIDTH)}${"age".padStart(COUNT_WIDTH)}`;
  const rows = hops.map((hop) => {
    const before = previous?.find(({ name }) => name === hop.name)?.out ?? 0;
    const perSecond = elapsedMs <= 0 ? 0 : Math.max(0, hop.out - before) / (elapsedMs / 1000);
    const cells = [String(hop.in), String(hop.out), perSecond.toFixed(0), formatAge(hop.ageMs)];
    return `${hop.name.padEnd(NAME_WIDTH)}${hop.unit.padEnd(UNIT_WIDTH)}${cells.map((text) => text.padStart(COUNT_WIDTH)).join("")}  ${hop.note}`.trimEnd();
  });
  return [head, ...rows];
}

/** @param output a terminal is redrawn; anything else gets the lines at most every `plainIntervalMs`. */
export function createStatusDisplay(
  output: { readonly isTTY?: boolean; write(text: string): unknown },
  plainIntervalMs: number,
): StatusDisplay {
  let previous: readonly HopStatus[] | undefined;
  let previousAtMs = 0;
  let drawnLines = 0;
  return {
    update(hops, nowMs) {
      if (output.isTTY !== true && nowMs - previousAtMs < plainIntervalMs) return;
      const lines = formatStatus(hops, previous, previous === undefined ? 0 : nowMs - previousAtMs);
      const up = output.isTTY === true && drawnLines > 0 ? `\u001b[${drawnLines}A` : "";
      const clear = output.isTTY === true ? "\u001b[K" : "";
      output.write(`${up}${lines.map((line) => `${line}${clear}\n`).join("")}`);
      drawnLines = lines.length;
      previous = hops;
      previousAtMs = nowMs;
    },
  };
}
