import type { ValidationResult } from "@millrace/event-contracts";

/** A validation result with its JSON, together with what stands around it in every enriched event. */
export interface WrittenValidation {
  readonly value: ValidationResult;
  /**
   * From the end of `enrichment` to the beginning of `privacy`: each part that an event is put together from costs
   * time.
   */
  readonly text: string;
}

export function writeValidation(value: ValidationResult): WrittenValidation {
  return { value, text: `},"validation":${JSON.stringify(value)},"privacy":` };
}
