import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";

/** Resources used by one process, or by all processes of one name. */
export interface ProcessUse {
  readonly name: string;
  readonly processes: number;
  readonly cpuSeconds: number;
  /** Sum of the peaks of its processes. */
  readonly peakMemoryMb: number;
}

/** CPU that all processes had used at some moment. */
interface Moment {
  readonly atMs: number;
  readonly cpuSeconds: ReadonlyMap<number, number>;
}

interface ProcessSample {
  readonly name: string;
  readonly cpuSeconds: number;
  readonly peakMemoryMb: number;
}

/** `utime` and `stime` in /proc count hundredths of a second on every Linux that Node runs on. */
const ticksPerSecond = 100;
const sampleIntervalMs = 250;

/** Follows a process and its descendants in /proc, which only Linux has. */
export class ProcessTree {
  readonly #rootPid: number;
  readonly #samples = new Map<number, ProcessSample>();
  readonly #moments: Moment[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(rootPid: number) {
    this.#rootPid = rootPid;
    this.#timer = setInterval(() => this.#sample(), sampleIntervalMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** CPU used so far, by name; what ended keeps its last figures. */
  uses(): ProcessUse[] {
    const byName = Map.groupBy(this.#samples.values(), ({ name }) => name);
    return [...byName].map(([name, samples]) => ({
      name,
      processes: samples.length,
      cpuSeconds: samples.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
      peakMemoryMb: samples.reduce((sum, { peakMemoryMb }) => sum + peakMemoryMb, 0),
    }));
  }

  /** CPU seconds used between two moments, by name. */
  cpuBetween(fromMs: number, toMs: number): ReadonlyMap<string, number> {
    const [from, to] = [this.#nearest(fromMs), this.#nearest(toMs)];
    const byName = new Map<string, number>();
    for (const [pid, cpuSeconds] of to?.cpuSeconds ?? []) {
      const name = this.#samples.get(pid)?.name ?? "";
      byName.set(name, (byName.get(name) ?? 0) + cpuSeconds - (from?.cpuSeconds.get(pid) ?? 0));
    }
    return byName;
  }

  #nearest(epochMs: number): Moment | undefined {
    return this.#moments.toSorted((a, b) => Math.abs(a.atMs - epochMs) - Math.abs(b.atMs - epochMs))[0];
  }

  /** Read once, but again while it is that of the root: a child that was just forked has the command of its parent. */
  #nameOf(pid: number): string {
    const known = this.#samples.get(pid)?.name;
    const isSettled = pid === this.#rootPid || known !== this.#samples.get(this.#rootPid)?.name;
    return known !== undefined && isSettled ? known : readName(pid);
  }

  #sample(): void {
    const parents = new Map(readPids().map((pid) => [pid, readStat(pid)]));
    for (const [pid, stat] of parents) {
      if (stat === undefined || !isDescendant(pid, this.#rootPid, parents)) continue;
      const peakMemoryMb = readPeakMemoryMb(pid);
      if (peakMemoryMb === undefined) continue;
      const name = this.#nameOf(pid);
      this.#samples.set(pid, { name, cpuSeconds: stat.cpuSeconds, peakMemoryMb });
    }
    this.#moments.push({
      atMs: Date.now(),
      cpuSeconds: new Map([...this.#samples].map(([pid, { cpuSeconds }]) => [pid, cpuSeconds])),
    });
  }
}

/** CPU that a process of a tree had used when it was asked for. */
export interface TreeMember {
  readonly pid: number;
  readonly name: string;
  readonly cpuSeconds: number;
  /** Of its children that have ended, with theirs. */
  readonly endedChildrenSeconds: number;
}

/** A process and its descendants at this moment; what has ended is counted with its parent, so that nothing is lost. */
export function readTree(rootPid: number): TreeMember[] {
  const stats = new Map(readPids().map((pid) => [pid, readStat(pid)]));
  return [...stats].flatMap(([pid, stat]) =>
    stat === undefined || !isDescendant(pid, rootPid, stats)
      ? []
      : { pid, name: readName(pid), cpuSeconds: stat.cpuSeconds, endedChildrenSeconds: stat.endedChildrenSeconds },
  );
}

function isDescendant(pid: number, rootPid: number, stats: ReadonlyMap<number, Stat | undefined>): boolean {
  if (pid === rootPid) return true;
  const parent = stats.get(pid)?.parentPid;
  return parent !== undefined && parent > 1 && isDescendant(parent, rootPid, stats);
}

interface Stat {
  readonly parentPid: number;
  readonly cpuSeconds: number;
  readonly endedChildrenSeconds: number;
}

function readPids(): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // The process ended, or belongs to somebody else.
    return undefined;
  }
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html; the name in brackets may hold blanks. */
function readStat(pid: number): Stat | undefined {
  const text = readText(`/proc/${pid}/stat`);
  const fields = text?.slice(text.lastIndexOf(")") + 2).split(" ");
  if (fields === undefined) return undefined;
  const seconds = (at: number): number => Number(fields[at]) / ticksPerSecond;
  return {
    parentPid: Number(fields[1]),
    cpuSeconds: seconds(11) + seconds(12),
    endedChildrenSeconds: seconds(13) + seconds(14),
  };
}

function readPeakMemoryMb(pid: number): number | undefined {
  const kib = /VmHWM:\s+(\d+) kB/.exec(readText(`/proc/${pid}/status`) ?? "")?.[1];
  return kib === undefined ? undefined : Number(kib) / 1024;
}

/**
 * Names a function by its environment, an app by its folder, a package manager by itself, any other process by its
 * script.
 */
function readName(pid: number): string {
  const functionName = /AWS_LAMBDA_FUNCTION_NAME=([^\0]+)/.exec(readText(`/proc/${pid}/environ`) ?? "")?.[1];
  if (functionName !== undefined) return functionName;
  const command = readText(`/proc/${pid}/cmdline`) ?? "";
  if (command.startsWith("npm exec")) return "npx";
  if (/\/pnpm(@[\d.]+|\.cjs)?\0/.test(command)) return "pnpm";
  if (command.startsWith("sh\0")) return "sh";
  const app = /apps\/([^/]+)\/dist\//.exec(command)?.[1];
  const script = command.split("\0").find((argument) => /\.[jt]s$/.test(argument));
  return app ?? basename(script ?? "?").replace(/\.[jt]s$/, "");
}
