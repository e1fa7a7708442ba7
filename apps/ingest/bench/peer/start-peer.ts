import { execFileSync, spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { benchKey } from "../protocol.ts";
import type { Server } from "../start-servers.ts";

/** The core of Redpanda Connect, which has the MIT licence. */
const BENTHOS = "github.com/redpanda-data/benthos/v4/public";
const VERSION = "v4.60.0";
const START_TIMEOUT_MS = 30_000;
const POLL_MS = 50;
/** Of `/proc/<pid>/stat`; 100 a second on every Linux that Node runs on. */
const MICROSECONDS_PER_TICK = 10_000;
const BYTES_PER_KIB = 1_024;

/** Builds Benthos with the Go of this machine. @returns the program; @throws without Go, or without its modules */
function build(folder: string): string {
  const go = (...args: string[]) => execFileSync("go", args, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  copyFileSync(join(import.meta.dirname, "main.go"), join(folder, "main.go"));
  go("mod", "init", "peer");
  go("get", ...["service", "components/io", "components/pure"].map((name) => `${BENTHOS}/${name}@${VERSION}`));
  go("mod", "tidy");
  go("build", "-o", "benthos", ".");
  return join(folder, "benthos");
}

/**
 * Starts Benthos with the work of the event service (`pipeline.yaml`), in a process of its own. Linux only: its
 * processor time is read from `/proc`.
 *
 * @param stored events that the Kinesis has confirmed so far
 * @param program a Benthos that is built already
 */
export async function startPeer(kinesisUrl: string, stored: () => number, program?: string): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), "millrace-peer-"));
  const port = await freePort();
  const child = spawn(program ?? build(folder), ["-c", join(import.meta.dirname, "pipeline.yaml")], {
    env: { PEER_PORT: String(port), PEER_KEY: benchKey, PEER_KINESIS: kinesisUrl },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const isOver = new Promise<never>((_, reject) => child.once("exit", () => reject(new Error("Benthos ended."))));
  isOver.catch(() => undefined);
  await Promise.race([isOver, untilListening(port)]);
  return {
    kind: "benthos",
    port,
    usage: () => Promise.resolve({ ...usageOf(Number(child.pid)), events: stored() }),
    stop: () => {
      child.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: user and system time are the fields 14 and 15. */
function usageOf(pid: number): { readonly cpuUs: number; readonly peakBytes: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const [user, system] = stat.slice(stat.lastIndexOf(")")).split(" ").slice(12, 14).map(Number);
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return { cpuUs: (Number(user) + Number(system)) * MICROSECONDS_PER_TICK, peakBytes: Number(peak) * BYTES_PER_KIB };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function untilListening(port: number): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false));
      socket.unref();
    });
    if (isOpen) return;
    await wait(POLL_MS);
  }
  throw new Error(`Benthos did not listen on port ${port} within ${START_TIMEOUT_MS} ms.`);
}
