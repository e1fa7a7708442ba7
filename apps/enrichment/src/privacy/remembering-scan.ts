import { BoundedCache } from "@millrace/enrichments/bounded-cache";
import type { PrivacyDetector } from "@millrace/event-contracts";
import { type ScannedText, scanText } from "@millrace/sensitive-text";

/** Scans a text for certain kinds of values; `undefined` when it has none. */
export type ScanText = (text: string) => ScannedText | undefined;

const clean: ScannedText = { text: "", found: [] };
const rememberingScans = new Map<string, ScanText>();

/**
 * A {@link scanText} that remembers, for texts that come again: addresses of pages, user agents, subjects. All who look
 * for the same kinds of values share its memory.
 */
export function rememberingScan(detectors: readonly PrivacyDetector[]): ScanText {
  const key = detectors.join();
  const known = rememberingScans.get(key);
  if (known !== undefined) return known;
  const cache = new BoundedCache<ScannedText>();
  const compute = (text: string): ScannedText => {
    const scanned = scanText(text, detectors);
    return scanned.found.length === 0 ? clean : scanned;
  };
  const scan: ScanText = (text) => {
    const scanned = cache.getOrCreate(text, compute);
    return scanned === clean ? undefined : scanned;
  };
  rememberingScans.set(key, scan);
  return scan;
}
