/**
 * `pnpm --filter @millrace/local full-disk`: fills the disk under a running pipeline (a small tmpfs; needs root) and
 * counts what is there.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runPipeline } from "../tests/integration/run-pipeline.ts";
import { sendConfirmed } from "../tests/kills/confirmed-events.ts";
import { readFinalState } from "../tests/kills/read-state.ts";
import { ingestUrlOf, readWriteKey } from "../tests/kills/run-kill.ts";

const { values } = parseArgs({
  options: {
    megabytes: { type: "string", default: "12" },
    rate: { type: "string", default: "200" },
    /** How long events are sent to the full disk. */
    "full-seconds": { type: "string", default: "20" },
  },
});
/** Deleted when the disk has been full for a while: then there is room again. */
const ballastShare = 1 / 3;
const fillDeadlineMs = 120_000;
const afterMs = 1_000;
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const disk = mkdtempSync(join(tmpdir(), "millrace-disk-"));
execFileSync("mount", ["-t", "tmpfs", "-o", `size=${values.megabytes}m`, "tmpfs", disk]);
try {
  const ballast = join(disk, "ballast");
  writeFileSync(ballast, Buffer.alloc(Math.floor(Number(values.megabytes) * 1024 * 1024 * ballastShare)));
  const state = join(disk, "state");
  mkdirSync(state);
  const run = runPipeline(["--rate", "0", "--state", state]);
  const ingestUrl = await ingestUrlOf(run);
  const sender = sendConfirmed(() => ingestUrl, readWriteKey(), Number(values.rate));
  const deadline = Date.now() + fillDeadlineMs;
  while (sender.refused === 0 && Date.now() < deadline) await wait(100);
  console.log(`accepted until the disk was full: ${sender.confirmed.size}`);
  await wait(Number(values["full-seconds"]) * 1_000);
  console.log(
    `accepted ${sender.confirmed.size}, requests refused ${sender.refused}, by answer ${JSON.stringify(Object.fromEntries(sender.refusals))}`,
  );
  const before = sender.confirmed.size;
  rmSync(ballast);
  while (sender.confirmed.size === before && Date.now() < deadline) await wait(100);
  await wait(afterMs);
  console.log(`room again: accepted ${sender.confirmed.size}`);
  await sender.stop();
  run.child.kill("SIGINT");
  const { code, output } = await run.ended;
  console.log(
    output
      .split("\n")
      .filter((line) => line.startsWith("! "))
      .join("\n"),
  );
  // Reading takes room too.
  const copy = mkdtempSync(join(tmpdir(), "millrace-disk-copy-"));
  cpSync(state, copy, { recursive: true });
  const { view, doubledInStreams, warnings } = await readFinalState(copy);
  rmSync(copy, { recursive: true, force: true });
  const shown = new Set(view);
  const lost = [...sender.confirmed].filter((id) => !shown.has(id)).length;
  console.log(
    JSON.stringify({
      code,
      accepted: sender.confirmed.size,
      lost,
      doubledInStreams,
      doubledInView: view.length - shown.size,
      refusedRequests: sender.refused,
      warnings,
    }),
  );
  process.exitCode = lost === 0 && code === 0 ? 0 : 1;
} finally {
  execFileSync("umount", ["--lazy", disk]);
  rmSync(disk, { recursive: true, force: true });
}
