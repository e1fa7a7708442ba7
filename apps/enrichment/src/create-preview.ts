import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import { createBundleReader, type OwnPackages } from "@millrace/enrichments";
import type { CompiledContracts } from "@millrace/event-contracts";
import type { PrivacyKey } from "@millrace/privacy-keys";
import { systemClock } from "@millrace/put-records";
import { createRecordContext } from "./create-enrichment-handler.ts";
import { defaultEnrichments } from "./default-enrichments.ts";
import { enrichRecord } from "./enrich-record.ts";

/** One raw event as enrichment would write it. */
export type EnrichmentPreview =
  | { readonly enriched: string }
  | { readonly failure: { readonly kind: string; readonly message: string } };

export interface PreviewOptions {
  readonly contracts: CompiledContracts;
  /** Its enrichments run. */
  readonly stage: string;
  /** Holds the databases of the function's zip. */
  readonly folder: string;
  readonly privacyKeys: readonly PrivacyKey[];
  /** Default: none. */
  readonly ownPackages?: OwnPackages;
}

/** Nothing is stored, so nothing lies anywhere. */
const origin = { stream: "preview", shardId: "preview", sequenceNumber: "0" };

/** Makes the function of a stage without its streams, for a dry run. Its output equals the handler's. */
export function createEnrichmentPreview(options: PreviewOptions): (line: string) => EnrichmentPreview {
  const { contracts, stage, folder, privacyKeys, ownPackages } = options;
  const enrichments = defaultEnrichments(stage, { readFile: createBundleReader(folder, readFileSync) }, ownPackages);
  const context = createRecordContext({ contracts, enrichments, privacyKeys, clock: systemClock });
  return (line) => {
    const { enriched, badRows } = enrichRecord(Buffer.from(line), origin, context);
    const [event] = enriched;
    if (event !== undefined) return { enriched: event.json };
    return { failure: badRows[0]?.failure ?? { kind: "not-processed", message: "Enrichment gave nothing back." } };
  };
}
