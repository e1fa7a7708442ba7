/**
 * Preloaded into a child process: ends it when its parent is gone, however that went. The parent holds the other end of
 * standard input, and the kernel closes it. Worker threads of the child load this too; they end with it.
 */
import { isMainThread } from "node:worker_threads";

if (isMainThread) {
  process.stdin.on("error", () => process.exit(1)).on("close", () => process.exit(1));
  process.stdin.resume();
  (process.stdin as unknown as { unref(): void }).unref();
}
