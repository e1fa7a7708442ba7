import { readdirSync, readFileSync } from "node:fs";

/** Resources that one process uses at a moment. Only Linux tells. */
export interface ProcessFigures {
  readonly memoryMb: number;
  readonly handles: number;
}

/** `undefined` when the process is gone. */
export function readFigures(pid: number): ProcessFigures | undefined {
  try {
    const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return { memoryMb: Number(kilobytes) / 1024, handles: readdirSync(`/proc/${pid}/fd`).length };
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
