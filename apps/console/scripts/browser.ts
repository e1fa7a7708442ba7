import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { launchChromium } from "@millrace/jest-preset/chromium";
import { startLocalRun } from "../tests/browser/run-local.ts";
import { type Scenario, scenarios, type World } from "../tests/browser/scenarios.ts";

/**
 * `pnpm --filter @millrace/console browser [--pictures] [word …]`: the console in a real Chromium, before the whole
 * pipeline as `pnpm start` runs it. Words choose scenarios by their names. Exits 1 when one fails.
 */
const words = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const hasPictures = process.argv.includes("--pictures");
const picturesFolder = join(import.meta.dirname, "..", "..", "..", "docs", "images");
/** Those that the README shows. */
const pictures = new Set(["pipeline", "explain", "quality", "redrive"]);
const isWanted = ({ name }: Scenario): boolean => words.length === 0 || words.some((word) => name.includes(word));

async function playScenario(scenario: Scenario, world: World): Promise<boolean> {
  const startedMs = performance.now();
  const failure = await scenario.play(world).then(
    () => undefined,
    (error: unknown) => (error as Error).message,
  );
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
  process.stdout.write(`${failure === undefined ? "✓" : "✗"} ${scenario.name}; ${seconds} s\n`);
  if (failure !== undefined) process.stdout.write(`  ${failure}\n`);
  return failure === undefined;
}

const startedMs = performance.now();
const browser = await launchChromium();
if (browser === undefined) {
  process.stdout.write("There is no Chromium on this machine (set CHROMIUM): the scenarios did not run.\n");
} else {
  process.stdout.write(`Chromium ${browser.version()}\n`);
  const run = await startLocalRun({ rate: 20, missingStream: "fraud", sampledRoute: "product-views" });
  const size = { width: 1280, height: 800 };
  const context = await browser.newContext({ viewport: size, colorScheme: "light", locale: "en-GB" });
  const page = await context.newPage();
  const picture = async (name: string): Promise<void> => {
    if (!hasPictures || !pictures.has(name)) return;
    mkdirSync(picturesFolder, { recursive: true });
    await page.screenshot({ path: join(picturesFolder, `console-${name}.png`) });
  };
  let failed = 0;
  const wanted = scenarios.filter(isWanted);
  for (const scenario of wanted) if (!(await playScenario(scenario, { page, run, picture }))) failed += 1;
  await browser.close();
  await run.stop();
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(0);
  process.stdout.write(`${wanted.length - failed} passed, ${failed} failed in ${seconds} s\n`);
  process.exitCode = failed === 0 && wanted.length > 0 ? 0 : 1;
}
process.exit();
