import { type CheckedOptions, checkEnrichmentOptions } from "@millrace/contract-tools/enrichments";
import { EnrichmentOptionsError } from "@millrace/enrichments";

/**
 * Checks an options document before it is bundled.
 *
 * @throws EnrichmentOptionsError naming every fault
 */
export function checkOptions(path: string): CheckedOptions {
  const checked = checkEnrichmentOptions(path);
  const faults = checked.faults.map(({ file, pointer, message }) => `${file}#${pointer}: ${message}`);
  if (faults.length > 0) throw new EnrichmentOptionsError(faults);
  return checked;
}
