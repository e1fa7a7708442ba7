import { randomBytes } from "node:crypto";
import { hostname } from "node:os";

/** Names this process: its machine, its id, and a random part, since ids come again. */
export function nameHolder(): string {
  return `${hostname()}/${process.pid}/${randomBytes(4).toString("hex")}`;
}

/** True if a holder was a process of this machine that is gone. For another machine only the lease tells. */
export function isGone(holder: string): boolean {
  const [host, pid] = holder.split("/");
  if (host !== hostname() || !/^\d+$/.test(pid ?? "")) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as { code?: unknown }).code === "ESRCH";
  }
}
