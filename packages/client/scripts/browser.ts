import { launchChromium } from "@millrace/jest-preset/chromium";
import { startEventGate } from "../tests/browser/event-gate.ts";
import { startEventService } from "../tests/browser/event-service.ts";
import { startPageServer } from "../tests/browser/test-page.ts";
import { type Scenario, scenarios, type World } from "../tests/browser/scenarios.ts";

/**
 * `pnpm browser [word …]`: runs the client in a real Chromium against the real event service, and compares what was
 * stored with what was sent. Words choose scenarios by their names. Exits 1 when an event is missing, came too often,
 * or a promise was not kept.
 */
const words = process.argv.slice(2);
const isWanted = ({ name }: Scenario): boolean => words.length === 0 || words.some((word) => name.includes(word));

async function runScenario(scenario: Scenario, world: World): Promise<boolean> {
  const startedMs = performance.now();
  const { sent, maxCopies = 0, facts = {} } = await scenario.run(world);
  const stored = world.service.stored().filter((id) => sent.includes(id));
  const missing = sent.length - new Set(stored).size;
  const copies = stored.length - new Set(stored).size;
  const broken = Object.entries(facts).flatMap(([fact, isTrue]) => (isTrue ? [] : [`not true: ${fact}`]));
  const isPassed = missing === 0 && copies <= maxCopies && broken.length === 0;
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
  const counts = `${sent.length} sent, ${sent.length - missing} stored, ${copies} twice`;
  process.stdout.write(`${isPassed ? "✓" : "✗"} ${[scenario.name, counts, ...broken, `${seconds} s`].join("; ")}\n`);
  return isPassed;
}

const startedMs = performance.now();
const browser = await launchChromium();
if (browser === undefined) {
  process.stdout.write("There is no Chromium on this machine (set CHROMIUM): the scenarios did not run.\n");
} else {
  process.stdout.write(`Chromium ${browser.version()}\n`);
  const service = await startEventService();
  const gate = await startEventGate(service.url);
  const [shop, other] = [await startPageServer(), await startPageServer()];
  const world: World = { browser, service, gate, shop, other };
  let failed = 0;
  const wanted = scenarios.filter(isWanted);
  for (const scenario of wanted) if (!(await runScenario(scenario, world))) failed += 1;
  await browser.close();
  for (const part of [shop, other, gate, service]) await part.close();
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(0);
  process.stdout.write(`${wanted.length - failed} passed, ${failed} failed in ${seconds} s\n`);
  process.exitCode = failed === 0 && wanted.length > 0 ? 0 : 1;
}
