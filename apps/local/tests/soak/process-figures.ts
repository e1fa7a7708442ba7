import { readdirSync, readFileSync, writeFileSync } from "node:fs";

/** Resources that one process uses at a moment. Only Linux tells. */
export interface ProcessFigures {
  readonly memoryMb: number;
  /** The most since the figures were read before, however short it was. */
  readonly peakMb: number;
  readonly handles: number;
}

/** Written to a process's `clear_refs`, it makes the kernel count the peak of its memory anew: `man 5 proc`. */
const FORGET_PEAK = "5";

/** Reads the figures and lets the next peak begin; `undefined` when the process is gone. */
export function readFigures(pid: number): ProcessFigures | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const megabytesOf = (name: string): number =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]) / 1024;
    writeFileSync(`/proc/${pid}/clear_refs`, FORGET_PEAK);
    const handles = readdirSync(`/proc/${pid}/fd`).length;
    return { memoryMb: megabytesOf("VmRSS"), peakMb: megabytesOf("VmHWM"), handles };
  } catch {
    return undefined;
  }
}

/** Slope of the line that fits points best, by least squares: units of y for each unit of x. */
export function slopeOf(points: readonly (readonly [x: number, y: number])[]): number {
  const count = points.length;
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / count;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / count;
  const spread = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  return points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / spread;
}

const floorMinutes = 2;

/** The lowest y of every two minutes. @param points x in minutes, in order */
export function floorOf(
  points: readonly (readonly [minute: number, y: number])[],
): readonly (readonly [minute: number, y: number])[] {
  const windows = Map.groupBy(points, ([minute]) => Math.floor(minute / floorMinutes));
  return [...windows.values()].map((own) => own.reduce((lowest, point) => (point[1] < lowest[1] ? point : lowest)));
}
