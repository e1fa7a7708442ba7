import { isIP } from "node:net";
import { BoundedCache } from "@millrace/enrichments/bounded-cache";
import type { MaskedField, PrivacyDetector } from "@millrace/event-contracts";
import { type ScannedText, scanText } from "@millrace/sensitive-text";
import { truncateIp, truncateIpv4 } from "../privacy/truncate-ip.ts";

/** Scans a text for certain kinds of values; `undefined` when it has none. */
export type ScanText = (text: string) => ScannedText | undefined;

const clean: ScannedText = { text: "", found: [] };

/**
 * Results of masking that come again from one event to the next. Each is that of a pure function; nothing here decides
 * about a value.
 */
export class MaskingMemory {
  readonly #scans = new Map<string, ScanText>();
  readonly #networks = new BoundedCache<{ readonly text: string | undefined }>();
  readonly #fields = new BoundedCache<{ readonly field: MaskedField; readonly json: string }>();

  /**
   * Returns `scanText` for these kinds of values: addresses of pages, user agents and subjects come again. All who look
   * for the same kinds share its memory.
   */
  scanFor(detectors: readonly PrivacyDetector[]): ScanText {
    const key = detectors.join();
    const known = this.#scans.get(key);
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
    this.#scans.set(key, scan);
    return scan;
  }

  /** As {@link truncateIp}; an address of IPv4 is cut faster than found. */
  truncateIp(address: string): string | undefined {
    if (isIP(address) === 4) return truncateIpv4(address);
    return this.#networks.getOrCreate(address, readNetwork).text;
  }

  /** A field of the `PrivacyReport` as JSON: the same fields are masked in one event after the other. */
  fieldJson(field: MaskedField): string {
    if (field.alternates !== undefined) return JSON.stringify(field);
    const known = this.#fields.getOrCreate(field.path, () => ({ field, json: JSON.stringify(field) }));
    const isSame =
      known.field.class === field.class && known.field.action === field.action && known.field.keyId === field.keyId;
    return isSame ? known.json : JSON.stringify(field);
  }
}

const readNetwork = (address: string) => ({ text: truncateIp(address) });
