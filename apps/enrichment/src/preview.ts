import { randomBytes } from "node:crypto";
import { contracts } from "#contracts";
import { ownPackages } from "#own-packages";
import { createEnrichmentPreview, type EnrichmentPreview } from "./create-preview.ts";

/** Entry point of the bundle for dry runs. Values are masked with a random key that is not kept. */
export function createPreview(stage: string, folder: string): (line: string) => EnrichmentPreview {
  const privacyKeys = [{ id: "preview", key: randomBytes(32) }];
  return createEnrichmentPreview({ contracts, stage, folder, privacyKeys, ownPackages });
}
