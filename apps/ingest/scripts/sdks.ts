import { launchChromium } from "@millrace/jest-preset/chromium";
import { browserSdks, openPage } from "../tests/support/sdks/browser-sdks.ts";
import { runSdk, type SdkReport, sendFromNode } from "../tests/support/sdks/run-sdk.ts";
import { nodeSdkFacts, type SdkFacts } from "../tests/support/sdks/sdk.ts";

/**
 * `pnpm sdks [name …]`: runs real, unmodified SDKs against the service, loses one answer where they repeat what failed,
 * and prints what was stored. Exits 1 when an event is missing or doubled.
 */
const names = process.argv.slice(2);
const isWanted = ({ name }: SdkFacts): boolean => names.length === 0 || names.includes(name);
const reports: SdkReport[] = [];
for (const facts of nodeSdkFacts.filter(isWanted)) reports.push(await runSdk(facts, sendFromNode(facts.name)));

const browser = await launchChromium();
if (browser === undefined) {
  process.stdout.write("There is no Chromium on this machine (set CHROMIUM): the SDKs of browsers did not run.\n");
} else {
  for (const sdk of browserSdks.filter(isWanted)) {
    const page = await openPage(browser, sdk);
    reports.push(await runSdk(sdk, page.send));
    await page.close();
  }
  process.stdout.write(`Chromium ${browser.version()}\n`);
  await browser.close();
}

const header = ["sdk", "sent", "answers lost", "stored", "distinct", "types"];
const rows = reports.map(({ name, sent, faults, stored, distinct, types }) => [
  name,
  ...[sent, faults, stored, distinct].map(String),
  types.join(", "),
]);
const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
for (const row of [header, ...rows]) {
  process.stdout.write(
    `${row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd()}\n`,
  );
}
const wrong = reports.filter(({ sent, distinct }) => sent !== distinct);
process.stdout.write(`${reports.length - wrong.length} passed, ${wrong.length} failed\n`);
process.exitCode = wrong.length === 0 ? 0 : 1;
