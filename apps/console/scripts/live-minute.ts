import { launchChromium } from "@millrace/jest-preset/chromium";
import { startLocalRun } from "../tests/browser/run-local.ts";

/**
 * `pnpm --filter @millrace/console live-minute [events a second]`: the live tail in a real Chromium before the whole
 * pipeline, for a minute. Exits 1 when a frame takes more than 100 ms, or the page's memory grows by more than a third.
 */
const rate = Number(process.argv[2] ?? 1_000);
const warmUpMs = 15_000;
const minuteMs = 60_000;
const maxFrameMs = 100;
const maxGrowth = 1.33;

interface LongFrame {
  readonly ms: number;
  readonly scriptMs: number;
  readonly layoutMs: number;
}

interface LongAnimationFrame extends PerformanceEntry {
  readonly styleAndLayoutStart: number;
  readonly scripts: readonly PerformanceEntry[];
}

const browser = await launchChromium();
if (browser === undefined) {
  process.stdout.write("There is no Chromium on this machine (set CHROMIUM): nothing was measured.\n");
} else {
  const run = await startLocalRun({ rate });
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-GB" })).newPage();
  const session = await page.context().newCDPSession(page);
  const heapMib = async (): Promise<number> => {
    await session.send("HeapProfiler.collectGarbage");
    const { usedSize } = await session.send("Runtime.getHeapUsage");
    return usedSize / 1024 ** 2;
  };
  await page.goto(`${run.consoleUrl}#/events`);
  await page.locator(".list-body .row").first().waitFor();
  await page.waitForTimeout(warmUpMs);
  const before = await heapMib();
  await session.send("Performance.enable");
  /** Seconds of the page's main thread, by what it did. */
  const work = async (): Promise<ReadonlyMap<string, number>> => {
    const { metrics } = await session.send("Performance.getMetrics");
    return new Map(metrics.map(({ name, value }) => [name, value]));
  };
  const workBefore = await work();
  const totals = () => page.locator(".pills .muted").innerText();
  const first = await totals();
  const { frames, long } = await page.evaluate(
    (ms) =>
      new Promise<{ frames: number[]; long: LongFrame[] }>((resolve) => {
        const spans: number[] = [];
        const long: LongFrame[] = [];
        // https://w3c.github.io/long-animation-frames/: frames above 50 ms, and what the page did in them.
        const observer = new PerformanceObserver((list) => {
          for (const entry of list.getEntries() as unknown as LongAnimationFrame[]) {
            long.push({
              ms: entry.duration,
              scriptMs: entry.scripts.reduce((sum, { duration }) => sum + duration, 0),
              layoutMs:
                entry.styleAndLayoutStart === 0 ? 0 : entry.startTime + entry.duration - entry.styleAndLayoutStart,
            });
          }
        });
        observer.observe({ type: "long-animation-frame" });
        const began = performance.now();
        let last = began;
        const step = (now: number): void => {
          spans.push(now - last);
          last = now;
          if (now - began < ms) requestAnimationFrame(step);
          else resolve({ frames: spans, long });
        };
        requestAnimationFrame(step);
      }),
    minuteMs,
  );
  const workAfter = await work();
  const after = await heapMib();
  const last = await totals();
  await browser.close();
  await run.stop();
  const sorted = frames.toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(1);
  const slow = frames.filter((ms) => ms > maxFrameMs).length;
  process.stdout.write(`${first}\n${last}\n`);
  process.stdout.write(
    `${frames.length} frames: median ${at(0.5)} ms, 99 % ${at(0.99)} ms, longest ${at(1)} ms, ${slow} above ${maxFrameMs} ms\n`,
  );
  for (const { ms, scriptMs, layoutMs } of long.sort((a, b) => b.ms - a.ms).slice(0, 5)) {
    const own = `script ${scriptMs.toFixed(0)} ms, style and layout ${layoutMs.toFixed(0)} ms`;
    process.stdout.write(`a long frame of the page: ${ms.toFixed(0)} ms, of it ${own}\n`);
  }
  const spent = ["Script", "Layout", "RecalcStyle", "Task"].map((name) => {
    const key = `${name}Duration`;
    return `${name.toLowerCase()} ${((workAfter.get(key) ?? 0) - (workBefore.get(key) ?? 0)).toFixed(1)} s`;
  });
  process.stdout.write(`main thread of the page: ${spent.join(", ")} (tasks have the others in them, and drawing)\n`);
  process.stdout.write(`memory of the page: ${before.toFixed(1)} MiB, a minute later ${after.toFixed(1)} MiB\n`);
  // A page that stands still has no slow frames either.
  process.exitCode = slow === 0 && after < before * maxGrowth && first !== last ? 0 : 1;
}
process.exit();
